import { describe, expect, test } from 'vitest';
import { isOn, parseXid, readXids } from '../../src/gpu/xid.ts';
import type { GpuUse } from '../../src/gpu/watch.ts';
import { judgeErrors, judgeUse } from '../../src/smoke/checks/gpu.ts';
import { machine } from './machine.ts';

const xid = (line: string) => {
  const found = parseXid(line);
  if (found === null) throw new Error('no Xid');
  return found;
};

describe('errors in the kernel log', () => {
  test.each([
    [
      '[12.5] NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.',
      79,
      true,
      /^Xid 79, the GPU has fallen off the bus/,
    ],
    ['NVRM: Xid (0000:02:00): 13, 0001 00000000 0000a097', 13, false, /forbids, such as writing out of bounds: 0001/],
    ["NVRM: Xid (PCI:0000:3b:00): 31, pid='4711', name=python3, Ch 00000008", 31, false, /not its own: pid='4711'/],
    ['NVRM: Xid (PCI:0000:3b:00): 999, new', 999, true, /see the list of Xid errors/],
  ])('%s', (line, code, hardware, text) => {
    expect(xid(line)).toMatchObject({ code, hardware, text: expect.stringMatching(text) as string });
  });

  test('the process is read, also of a MIG instance', () => {
    expect(xid("NVRM: Xid (PCI:0000:3b:00): 31, pid='4711', name=python3").pid).toBe(4711);
    expect(xid('NVRM: Xid (PCI:0000:3b:00 GPU-I:05): 43, pid=12, name=x')).toMatchObject({
      bus: '0000:3b:00',
      pid: 12,
    });
    expect(xid('NVRM: Xid (PCI:0000:3b:00): 31, MMU Fault').pid).toBeNull();
  });

  test('other lines are none', () => {
    expect(parseXid('NVRM: GPU at PCI:0000:3b:00: GPU-1234')).toBeNull();
  });

  test('the board is told by its address, in both ways of writing it', () => {
    const one = xid('NVRM: Xid (PCI:0000:3b:00): 79, x');
    expect(isOn(one, '00000000:3B:00.0')).toBe(true);
    expect(isOn(one, '0000:3b:00.0')).toBe(true);
    expect(isOn(one, '00000000:3C:00.0')).toBe(false);
  });

  test('are read from dmesg, else from the journal, else it is said that they cannot be', async () => {
    const here = machine();
    here.program('dmesg', 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1');
    here.program('journalctl', 'echo "[1.0] kernel: NVRM: Xid (PCI:0000:3b:00): 43, x"; echo "[2.0] other"');
    expect(await readXids(here.environment)).toEqual({ xids: ['[1.0] kernel: NVRM: Xid (PCI:0000:3b:00): 43, x'] });
    here.program('journalctl', 'exit 1');
    expect(await readXids(here.environment)).toHaveProperty('unreadable');
  });
});

const use: GpuUse = {
  devices: [],
  driver: null,
  samples: 5,
  pids: [4711],
  oursPeakMiB: 612,
  containerPids: [4700, 4711],
  asked: { utilisation: 87, ms: 2_000 },
  riseMiB: 612,
  peakMiB: 634,
  utilisation: 87,
  processesSeen: true,
  xids: [],
  kernelLog: null,
  uncorrected: 0,
  ailments: [],
};

describe('verdicts on the GPU', () => {
  test.each<[string, Partial<GpuUse>, string]>([
    ['a process with memory', {}, 'passed'],
    [
      'MIG, whose use the driver does not tell',
      { asked: { utilisation: null, ms: 2_000 }, oursPeakMiB: null },
      'passed',
    ],
    ['idle while it was asked, busy before', { asked: { utilisation: 0, ms: 2_000 } }, 'failed'],
    ['idle in a time too short to tell', { asked: { utilisation: 0, ms: 80 } }, 'skipped'],
    ['never asked', { asked: null }, 'skipped'],
    ['memory not told, and it did not rise', { oursPeakMiB: null, riseMiB: 0 }, 'failed'],
    ['memory not told at all', { oursPeakMiB: null, riseMiB: null }, 'skipped'],
    ['processes of the container never told', { pids: [], oursPeakMiB: null, containerPids: null }, 'skipped'],
    ['no process of ours', { pids: [], oursPeakMiB: null }, 'failed'],
    ['no process is shown, and the memory rises', { pids: [], processesSeen: false }, 'passed'],
    ['no process is shown, and the memory does not rise', { pids: [], processesSeen: false, riseMiB: 3 }, 'failed'],
    ['a process without memory', { oursPeakMiB: 0 }, 'failed'],
    ['the driver is silent', { samples: 0 }, 'failed'],
  ])('used: %s', (_, more, verdict) => {
    expect(judgeUse({ ...use, ...more }).verdict).toBe(verdict);
  });

  test('errors: of nobody, of the program, of the board', () => {
    expect(judgeErrors(use)).toMatchObject({ verdict: 'passed', message: 'No Xid and no uncorrected ECC error.' });
    const own = xid('NVRM: Xid (PCI:0000:3b:00): 31, pid=4711, name=python3, MMU Fault');
    expect(judgeErrors({ ...use, xids: [own] })).toMatchObject({
      verdict: 'failed',
      message: expect.stringContaining('Xid 31') as string,
    });
    const foreign = xid('NVRM: Xid (PCI:0000:3b:00): 31, pid=99, name=other, MMU Fault');
    const nobody = xid('NVRM: Xid (PCI:0000:3b:00): 13, Graphics Exception');
    for (const other of [foreign, nobody]) {
      expect(judgeErrors({ ...use, xids: [other] })).toMatchObject({
        verdict: 'passed',
        message: expect.stringContaining("Not of the container's processes: Xid") as string,
      });
    }
    const unknown = xid('NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed, pid=4711');
    expect(() => judgeErrors({ ...use, xids: [unknown] })).toThrow(/^The GPU failed during the test/);
    const board = xid('NVRM: Xid (PCI:0000:3b:00): 48, DBE');
    for (const more of [{ xids: [own, board] }, { uncorrected: 2 }, { ailments: ['a reset is required'] }]) {
      expect(() => judgeErrors({ ...use, ...more })).toThrow(/^The GPU failed during the test/);
    }
    expect(judgeErrors({ ...use, kernelLog: 'this user may not read it' }).message).toContain(
      'Xid errors cannot be seen',
    );
  });
});
