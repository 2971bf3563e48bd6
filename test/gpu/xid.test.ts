import { describe, expect, test } from 'vitest';
import { isOn, parseXid, readXids, xidReader } from '../../src/gpu/xid.ts';
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

  test('are always read in the way that worked first: another writes other times', async () => {
    const here = machine();
    here.program('dmesg', 'echo "[1.0] NVRM: Xid (PCI:0000:3b:00): 43, x"');
    here.program('journalctl', 'echo "[1.000000] kernel: NVRM: Xid (PCI:0000:3b:00): 43, x"');
    const read = xidReader(here.environment);
    const first = await read();
    expect(first).toHaveProperty('xids', ['[1.0] NVRM: Xid (PCI:0000:3b:00): 43, x']);
    here.program('dmesg', 'exit 1');
    expect(await read()).toEqual({ unreadable: 'dmesg did not tell the kernel log any more' });
    here.program('dmesg', 'echo "[1.0] NVRM: Xid (PCI:0000:3b:00): 43, x"');
    expect(await read()).toEqual(first);
  });
});
