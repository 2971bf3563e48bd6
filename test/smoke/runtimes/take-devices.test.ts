import { describe, expect, test } from 'vitest';
import { gpuNeeds } from '../../../src/gpu/needs.ts';
import { tryLock } from '../../../src/gpu/lock.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { serverOf } from '../../../src/server/index.ts';
import { engineOf } from '../../../src/smoke/runtimes/container/engine.ts';
import { obtainDevices } from '../../../src/smoke/runtimes/container/obtain-devices.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { withPrograms } from '../../gpu/nvidia/programs.ts';
import { type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

/** Locks hold for the machine: another checkout may run the same test at this moment. */
const uuid = (index: number) => `GPU-44444444-0000-0000-000${index}-${String(process.pid).padStart(12, '0')}`;
const two = () => {
  let index = 0;
  return (derived['two-h100']?.() ?? '')
    .replaceAll(/<uuid>[^<]*/g, () => `<uuid>${uuid(index++)}`)
    .replaceAll(/<processes>[\s\S]*?<\/processes>/g, '<processes></processes>');
};
const one = () => two().replace(/<gpu id="00000000:41:00\.0">[\s\S]*<\/gpu>/, '');
const python = { pid: 4711, name: 'python3', mib: 72_000 };
/** The first GPU is the one that is busy. */
const busy = (xml: string) => xml.replace(/<gpu id[\s\S]*?<\/gpu>/, (gpu) => withPrograms(gpu, [python]));

interface Wish extends HostProject {
  /** Told what is waited for. */
  readonly waits?: (reason: string) => void;
}

/** What a test of this project is given on this host; the devices are free again afterwards. */
async function obtain(host: GpuHost, { waits, ...wish }: Wish = {}) {
  const notes: string[] = [];
  const reporter = {
    ...silentReporter,
    note: (_: unknown, text: string) => void notes.push(text),
    task: (title: string) => ({ ...silentReporter.task(title), update: (text: string) => waits?.(text) }),
  };
  const context = { ...hostProject(host, wish), reporter };
  const spec = {
    ...context,
    server: serverOf(context.config),
    needs: gpuNeeds(context.config, {}, ''),
    image: null,
    platformDigests: [],
    modelDigest: null,
  };
  const obtained = await obtainDevices(engineOf('docker', context.access), spec, 50);
  await obtained.release();
  return { ...obtained, notes, ids: obtained.devices.map(({ id }) => id) };
}

const needs16 = { resources: { gpu: { count: 1, memory: '16Gi' } } };
const wait = (deviceWaitMs: number, device: 'require-gpu' | 'prefer-gpu' = 'require-gpu'): HostProject => ({
  ...needs16,
  smoke: { device, deviceWaitMs },
});

describe('programs of others', () => {
  test('one on the first GPU: the second is taken, at once', async () => {
    const waited: string[] = [];
    const { ids } = await obtain(gpuHost(busy(two())), { ...wait(60_000), waits: (text) => void waited.push(text) });
    expect(ids).toEqual([uuid(1)]);
    expect(waited).toEqual([]);
  });

  test('also where there would be room beside it', async () => {
    const { ids, warnings } = await obtain(gpuHost(busy(two())), { smoke: { device: 'require-gpu' } });
    expect([ids, warnings]).toEqual([[uuid(1)], []]);
    const beside = await obtain(gpuHost(busy(one())), { smoke: { device: 'require-gpu' } });
    expect(beside.ids).toEqual([uuid(0)]);
    expect(beside.warnings[0]).toMatch(/GPU 0 .* is used by others, too: process 4711 python3 with 70\.3 GiB/);
  });

  test('those that the driver does not show count, too; where all are shared, the one with the most free memory is taken', async () => {
    const device = { smoke: { device: 'require-gpu' as const } };
    const hidden = (...held: readonly number[]) => {
      let index = 0;
      return gpuHost(
        two().replace(/<gpu id[\s\S]*?<\/gpu>/g, (gpu) => withPrograms(gpu, [], { moreMiB: held[index++] ?? 0 })),
      );
    };
    const { ids, warnings } = await obtain(hidden(72_000), device);
    expect([ids, warnings]).toEqual([[uuid(1)], []]);
    const shared = await obtain(hidden(72_000, 8_000), device);
    expect(shared.ids).toEqual([uuid(1)]);
    expect(shared.warnings[0]).toMatch(/programs that the driver does not show here/);
    // What the driver itself takes of each does not choose among idle ones.
    expect((await obtain(hidden(50), device)).ids).toEqual([uuid(0)]);
  });

  test('one that ends while it is waited for', async () => {
    const host = gpuHost(busy(one()));
    const waited: string[] = [];
    const waits = (reason: string) => {
      waited.push(reason);
      host.set('smi.xml', one());
    };
    expect((await obtain(host, { ...wait(60_000), waits })).ids).toEqual([uuid(0)]);
    expect(waited[0]).toMatch(/^GPU 0 .* cannot be used now: .* 16\.0 GiB are needed; in use by process 4711 python3/);
  });

  test('the other GPU becomes free while it is waited for', async () => {
    const lock = await tryLock(uuid(1), { what: 'another test', pid: 1, since: '2026-01-01T00:00:00Z' });
    const waits = () => void lock?.release();
    expect((await obtain(gpuHost(busy(two())), { ...wait(60_000), waits })).ids).toEqual([uuid(1)]);
  });

  test('one that stays: an error after smoke.deviceWait, or the CPU; nobody holds the GPU then', async () => {
    const host = gpuHost(busy(one()));
    await expect(obtain(host, wait(200))).rejects.toMatchObject({
      code: 'smoke/gpu-busy',
      kind: 'infrastructure',
      hint: expect.stringContaining('smoke.deviceWait') as string,
    });
    const { choice, devices } = await obtain(host, wait(200, 'prefer-gpu'));
    expect(devices).toEqual([]);
    expect(choice).toMatchObject({ device: 'cpu', note: expect.stringContaining('4711 python3') as string });
    const lock = await tryLock(uuid(0), { what: 'a look', pid: 1, since: '' });
    expect(lock).not.toBeNull();
    await lock?.release();
  });

  test('a display does not end: nobody waits for it', async () => {
    const host = gpuHost(withPrograms(one(), [{ pid: 7, name: 'Xorg', mib: 72_000, type: 'G' }]));
    await expect(obtain(host, wait(3_600_000))).rejects.toThrow(/in use by process 7 Xorg with 70\.3 GiB\.$/);
  });
});

test('a driver that dies before the start is an error, not a free GPU', async () => {
  const host = gpuHost(one());
  // It answers while devices are chosen.
  host.set('smi-dies-after', '1');
  await expect(obtain(host, wait(60_000))).rejects.toMatchObject({
    code: 'smoke/gpu-fault',
    message: expect.stringMatching(/^The GPU failed before the start: the driver does not answer any more/) as string,
  });
});
