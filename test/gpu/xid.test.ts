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
    ['NVRM: Xid (PCI:0000:3b:00): 999, new', 999, false, /see the list of Xid errors/],
  ])('%s', (line, code, hardware, text) => {
    expect(xid(line)).toMatchObject({ code, hardware, text: expect.stringMatching(text) as string });
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
  samples: 5,
  pids: [4711],
  oursPeakMiB: 612,
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
    ['MIG, whose use the driver does not tell', { utilisation: null, oursPeakMiB: null }, 'passed'],
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
    const own = xid('NVRM: Xid (PCI:0000:3b:00): 31, MMU Fault');
    expect(judgeErrors({ ...use, xids: [own] })).toMatchObject({
      verdict: 'failed',
      message: expect.stringContaining('Xid 31') as string,
    });
    const board = xid('NVRM: Xid (PCI:0000:3b:00): 48, DBE');
    for (const more of [{ xids: [own, board] }, { uncorrected: 2 }, { ailments: ['a reset is required'] }]) {
      expect(() => judgeErrors({ ...use, ...more })).toThrow(/^The GPU failed during the test/);
    }
    expect(judgeErrors({ ...use, kernelLog: 'this user may not read it' }).message).toContain(
      'Xid errors cannot be seen',
    );
  });
});
