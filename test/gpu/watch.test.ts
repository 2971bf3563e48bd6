import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { devicesOf } from '../../src/gpu/devices.ts';
import { parseReport } from '../../src/gpu/nvidia/report.ts';
import { type GpuLook, type GpuSource, hostSource } from '../../src/gpu/source.ts';
import { GpuWatch } from '../../src/gpu/watch.ts';
import type { KernelLog } from '../../src/gpu/xid.ts';
import { machine } from './machine.ts';
import { derived } from './nvidia/documents.ts';
import { withPrograms } from './nvidia/programs.ts';

// Without the display server of the machine that it is from.
const document = (derived['h100-535']?.() ?? '').replace(/<processes>[\s\S]*<\/processes>/, '<processes></processes>');

/** What the driver lists at one moment. */
interface Moment {
  readonly programs?: Parameters<typeof withPrograms>[1];
  /** In use without a program. */
  readonly moreMiB?: number;
  readonly busy?: number;
  /** Of the container. */
  readonly pids?: readonly number[] | null;
}

const seen = ({ programs = [], moreMiB = 0, busy = 0, pids = null }: Moment): GpuLook => ({
  report: parseReport(withPrograms(document, programs, { moreMiB, busy })),
  pids,
});
const silent: GpuLook = { report: null, trouble: 'no answer within 20000 ms', pids: null };
const devices = devicesOf(parseReport(document) ?? { driver: null, cuda: null, gpus: [] });

/** A watch of which every look is told what it sees: no time passes between them. */
function watching(first: GpuLook | 'over') {
  let now = first;
  let looks = 0;
  const source: GpuSource = {
    look: () => {
      looks++;
      return Promise.resolve(now);
    },
    kernelLog: () => Promise.resolve({ xids: [] }),
  };
  const watch = new GpuWatch({ devices, source, everyMs: 60_000, pauseMs: 1, restMs: 1, settleMs: 0 });
  return { watch, sees: (next: GpuLook | 'over') => (now = next), looks: () => looks };
}

const ours = { pid: 4711, mib: 612 };
const xorg = { pid: 7, mib: 300, type: 'G' };
const running = seen({ programs: [ours], pids: [4700, 4711], busy: 87 });

describe('a driver that fails', () => {
  test('before the start: an error, asked more than once', async () => {
    const { watch, looks } = watching(silent);
    await expect(watch.begin()).rejects.toMatchObject({
      code: 'smoke/gpu-fault',
      kind: 'infrastructure',
      message: 'The GPU failed before the start: no answer within 20000 ms.',
    });
    expect(looks()).toBe(3);
  });

  test('in the middle: what it said last; an answer makes up for it', async () => {
    const { watch, sees } = watching(seen({}));
    await watch.begin();
    sees(silent);
    const idle = watch.keepBusy(() => 0);
    await idle(40);
    expect(await watch.use()).toMatchObject({
      silence: 'no answer within 20000 ms',
      samples: 1,
      asked: { looks: 0, unanswered: 3, ms: 40, utilisation: null },
    });
    sees(running);
    expect(await watch.use()).toMatchObject({ silence: null, pids: [4711] });
    await watch.end();
  });

  test('a GPU that it lists no more; a place from which nobody can look any more says nothing', async () => {
    const { watch, sees } = watching(seen({}));
    await watch.begin();
    sees({ report: { driver: '535', cuda: null, gpus: [] }, pids: null });
    expect((await watch.use()).silence).toBe('it lists GPU 0 (NVIDIA H100 80GB HBM3) no more');
    sees('over');
    expect((await watch.use()).silence).toMatch('no more');
    await watch.end();
    const other = watching(seen({}));
    await other.watch.begin();
    other.sees('over');
    const idle = other.watch.keepBusy(() => 0);
    await idle(40);
    expect(await other.watch.use()).toMatchObject({ silence: null, asked: { looks: 0, unanswered: 0 } });
    await other.watch.end();
  });

  test('its words, from nvidia-smi itself', async () => {
    const here = machine();
    const pids = () => Promise.resolve(null);
    const source = hostSource({ environment: here.environment, devices, pids });
    here.program('nvidia-smi', `cat <<'END'\n${document}\nEND`);
    expect((await source.look()) as GpuLook).toMatchObject({ report: { driver: '535.129.03' } });
    here.program(
      'nvidia-smi',
      'echo "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost." ; exit 15',
    );
    expect(await source.look()).toMatchObject({
      report: null,
      trouble: expect.stringMatching(/a GPU has fallen off the bus$/) as string,
    });
    here.program('nvidia-smi', 'exec sleep 600');
    const hung = hostSource({ environment: here.environment, devices, pids, lookMs: 100 });
    expect(await hung.look()).toMatchObject({ report: null, trouble: 'no answer within 100 ms' });
    const gone = hostSource({ environment: { PATH: '/nowhere' }, devices, pids });
    expect(await gone.look()).toMatchObject({ report: null, trouble: expect.stringMatching(/nvidia-smi/) as string });
  });
});

describe('the kernel log', () => {
  const old = '[12.5] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.';
  const busId = devices[0]?.gpu.busId ?? '';
  const line = (time: number) => old.replace('12.5', String(time)).replace('0000:3b:00', busId);
  const told = async (...logs: readonly KernelLog[]) => {
    let turn = 0;
    const source: GpuSource = {
      look: () => Promise.resolve(seen({})),
      kernelLog: () => Promise.resolve(logs[turn++] ?? { xids: [] }),
    };
    const watch = new GpuWatch({ devices, source, everyMs: 60_000 });
    await watch.begin();
    const use = await watch.use();
    await watch.end();
    return [use.xids.map(({ code }) => code), use.kernelLog];
  };

  test('what is in it before the start is none of the container’s', async () => {
    expect(await told({ xids: [line(1)] }, { xids: [line(1), line(2)] })).toEqual([[79], null]);
  });

  test('that could not be read then does not tell what is new', async () => {
    const [xids, why] = await told({ unreadable: 'dmesg was slow' }, { xids: [line(1)] });
    expect(xids).toEqual([]);
    expect(why).toMatch(/could not be read before the start/);
  });
});

test('how busy it was while requests were answered, and for how long they were', async () => {
  const { watch, sees } = watching(seen({}));
  await watch.begin();
  sees(seen({ programs: [ours], pids: [4711], busy: 99 }));
  await watch.use();
  sees(seen({ programs: [ours], pids: [4711], busy: 12 }));
  await watch.keepBusy(() => 5)(80);
  const once = { utilisation: 12, usually: 12, atRest: null, ms: 80, looks: 1, unanswered: 0 };
  expect((await watch.use()).asked).toEqual(once);
  await watch.keepBusy(() => 5)(1_000);
  expect((await watch.use()).asked).toEqual({ ...once, ms: 1_080, looks: 2 });
  await watch.end();
});

describe('beside a program that computes: how busy the GPU is without requests', () => {
  const at = (busy: number) => seen({ programs: [{ pid: 99, mib: 9_000 }, ours], pids: [4711], busy });
  /** Utilisation before a load, at its looks, and after it. */
  const loads = async (...each: readonly [before: number | null, during: readonly number[], after: number][]) => {
    const { watch, sees } = watching(seen({ programs: [{ pid: 99, mib: 9_000 }] }));
    await watch.begin();
    for (const [before, during, after] of each) {
      if (before !== null) {
        sees(at(before));
        await watch.rest();
      }
      const idle = watch.keepBusy(() => 5);
      for (const busy of during) {
        await delay(2);
        sees(at(busy));
        await watch.use();
      }
      const over = idle(3_000);
      await Promise.resolve();
      sees(at(after));
      await over;
    }
    const { asked } = await watch.use();
    await watch.end();
    return asked;
  };

  test('is looked at before and after', async () => {
    expect(await loads([3, [80, 90, 85], 4])).toMatchObject({ utilisation: 90, usually: 85, atRest: 4 });
    expect(await loads([100, [100], 0])).toMatchObject({ usually: 100, atRest: 100 });
  });

  test('of several loads the worst counts, and one that is not known', async () => {
    expect(await loads([0, [80, 80], 0], [7, [0, 20, 20], 0])).toMatchObject({
      utilisation: 80,
      usually: 20,
      atRest: 7,
    });
    expect(await loads([0, [80], 0], [null, [80], 0])).toMatchObject({ atRest: null });
  });

  test('is not looked at beside nobody, or a display', async () => {
    const { watch, sees, looks } = watching(seen({ programs: [xorg] }));
    await watch.begin();
    sees(seen({ programs: [xorg, ours], pids: [4711], busy: 90 }));
    await watch.rest();
    await watch.keepBusy(() => 5)(1_000);
    expect(looks()).toBe(2);
    expect(await watch.use()).toMatchObject({ startUtilisation: 0, asked: { atRest: null } });
    await watch.end();
  });
});

describe('memory while requests are answered', () => {
  const courseOf = async (before: GpuLook, during: readonly GpuLook[]) => {
    const { watch, sees } = watching(before);
    await watch.begin();
    let answered = 0;
    const idle = watch.keepBusy(() => ++answered);
    for (const look of during) {
      sees(look);
      await watch.use();
    }
    const [course] = await idle(100);
    await watch.end();
    // What is seen afterwards is no part of it.
    return course;
  };
  const own = (mib: number, ...beside: Moment['programs'] & object) =>
    seen({ programs: [{ pid: 4711, mib }, ...beside], pids: [4711] });
  const mib = 2 ** 20;

  test('is that of the container’s processes, whatever others take', async () => {
    expect(await courseOf(seen({}), [own(600), own(700, { pid: 99, mib: 5_000 })])).toEqual({
      title: 'GPU 0 (NVIDIA H100 80GB HBM3)',
      totalBytes: 81_559 * mib,
      whose: 'own',
      samples: [600, 700, 700].map((each, index) => ({ requests: index + 1, bytes: each * mib })),
    });
  });

  test('where the driver does not tell that: all that is in use, which may be anybody’s', async () => {
    const untold = (look: GpuLook): GpuLook => ({
      ...look,
      report: look.report && {
        ...look.report,
        gpus: look.report.gpus.map((gpu) => ({
          ...gpu,
          processes: gpu.processes.map((each) => ({ ...each, usedMiB: each.pid === 4711 ? null : each.usedMiB })),
        })),
      },
    });
    const still = await courseOf(seen({}), [untold(own(600, xorg)), untold(own(700, xorg))]);
    expect(still?.whose).toBe('own with others that stood still');
    expect(still?.samples[0]?.bytes).toBe((22 + 600 + 300) * mib);
    expect((await courseOf(seen({}), [untold(own(600, xorg)), untold(own(700))]))?.whose).toBe('anybody');
    const hidden = [seen({ moreMiB: 600, pids: [4711] }), seen({ moreMiB: 700, pids: [4711] })];
    expect((await courseOf(seen({}), hidden))?.whose).toBe('anybody');
  });
});

describe('programs of others', () => {
  test('are those that only draw, too; which of them are surely not ours', async () => {
    const { watch, sees } = watching(seen({ programs: [xorg] }));
    await watch.begin();
    sees(seen({ programs: [xorg, ours, { pid: 99, mib: 1_000 }], pids: [4711] }));
    expect((await watch.use()).others).toMatchObject({ foreign: [7], strangers: [99], heldMiB: 300 });
    expect((await watch.use()).others).toMatchObject({ foreign: [7, 99], strangers: [], heldMiB: 1_300 });
    await watch.end();
  });

  test('one that the engine names a moment later was ours', async () => {
    const { watch, sees } = watching(seen({}));
    await watch.begin();
    sees(seen({ programs: [ours], pids: [4700] }));
    expect((await watch.use()).others.strangers).toEqual([4711]);
    sees(seen({ pids: [4700, 4711] }));
    expect(await watch.use()).toMatchObject({
      pids: [4711],
      oursPeakMiB: 612,
      others: { foreign: [], strangers: [], computing: [], heldMiB: null, steady: true },
    });
    await watch.end();
  });

  test('one whose program the engine does not tell may be ours: what it has is not held against others', async () => {
    const { watch, sees } = watching(seen({ programs: [xorg] }));
    await watch.begin();
    sees(seen({ programs: [xorg, ours] }));
    await watch.use();
    expect((await watch.use()).others).toMatchObject({
      foreign: [7],
      strangers: [4711],
      computing: [4711],
      heldMiB: 300,
    });
    await watch.end();
  });

  test('memory that they gave back', async () => {
    const { watch, sees } = watching(seen({ moreMiB: 900 }));
    await watch.begin();
    sees(seen({}));
    expect(await watch.use()).toMatchObject({ fellMiB: 900, riseMiB: 0, beforeMiB: 922 });
    await watch.end();
  });
});

describe('after the removal', () => {
  const left = async (before: Moment, during: GpuLook, after: GpuLook | 'over') => {
    const { watch, sees } = watching(seen(before));
    await watch.begin();
    sees(during);
    await watch.use();
    sees(after);
    return { left: await watch.leftovers(), doubt: watch.doubt };
  };

  test('nothing is left', async () => {
    expect(await left({}, running, seen({ moreMiB: 60 }))).toEqual({ left: [], doubt: null });
    expect(await left({}, running, 'over')).toEqual({ left: [], doubt: null });
  });

  test('a process or memory of the container is', async () => {
    expect((await left({}, running, running)).left).toEqual(['process 4711 on GPU 0 (NVIDIA H100 80GB HBM3)']);
    expect(await left({}, running, seen({ moreMiB: 900 }))).toEqual({
      left: ['900 MiB of memory on GPU 0 (NVIDIA H100 80GB HBM3)'],
      doubt: null,
    });
  });

  test('a display has more memory than before, and nothing else has', async () => {
    const during = seen({ programs: [xorg, ours], pids: [4711] });
    expect(await left({ programs: [xorg] }, during, seen({ programs: [{ ...xorg, mib: 700 }] }))).toEqual({
      left: [],
      doubt: null,
    });
    const more = seen({ programs: [{ ...xorg, mib: 700 }], moreMiB: 900 });
    expect((await left({ programs: [xorg] }, during, more)).left).toEqual([
      '900 MiB of memory on GPU 0 (NVIDIA H100 80GB HBM3)',
    ]);
  });

  test.each<[string, Moment, GpuLook, GpuLook]>([
    [
      'a display that ended, and its memory is still in use',
      { programs: [xorg] },
      seen({ programs: [xorg, ours], pids: [4711] }),
      seen({ moreMiB: 700 }),
    ],
    ['a program that came meanwhile', {}, running, seen({ programs: [{ pid: 99, mib: 900 }], moreMiB: 100 })],
    ['a driver that shows no processes', {}, seen({ moreMiB: 612, pids: [4711] }), seen({ moreMiB: 900 })],
  ])('%s: whose the memory is is not known', async (_, before, during, after) => {
    expect(await left(before, during, after)).toEqual({
      left: [],
      doubt: expect.stringMatching(/^\d+ MiB more than before are in use on GPU 0 .* not known/) as string,
    });
  });

  test('a driver that does not answer: nothing is known', async () => {
    expect(await left({}, running, silent)).toEqual({
      left: [],
      doubt: expect.stringMatching(/did not answer after the removal \(no answer within/) as string,
    });
  });
});
