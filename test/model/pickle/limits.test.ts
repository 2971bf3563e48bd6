import { describe, expect, it } from 'vitest';
import * as p from './assembler.ts';
import { judge } from './judge-bytes.ts';

const repeated = (unit: p.Part, bytes: number): Buffer =>
  Buffer.concat([p.proto(4), Buffer.alloc(bytes, p.bytes(unit))]);

/** LONG_BINPUT to every third index, from the last to the first. */
function gaps(from: number, count: number): Buffer {
  const puts = Buffer.alloc(5 * count, 'r');
  for (let at = 0; at < count; at++) puts.writeUInt32LE(3 * (10_000_000 - from - at), 5 * at + 1);
  return puts;
}

describe('files that cost more than they are large', () => {
  it.each([
    ['lists', repeated(']', 4_000_000), 'pickle/limit', 'inconclusive'],
    ['dicts with an entry', repeated(p.bytes('}', p.text('a'), 'Ns'), 12_000_000), 'pickle/limit', 'inconclusive'],
    ['marks', repeated('(', 9_000_000), 'pickle/limit', 'inconclusive'],
    [
      'memo entries with gaps',
      p.bytes(p.proto(4), ']', ...Array.from({ length: 20 }, (_, part) => gaps(part * 200_000, 200_000)), '.'),
      'pickle/limit',
      'inconclusive',
    ],
    // Every piece ends in the middle of an opcode.
    ['numbers', p.bytes(p.proto(4), '(', Buffer.alloc(20_000_000, 'K\x01'), 't.'), 'pickle/limit', 'inconclusive'],
    [
      'frames that do not fit',
      repeated(p.bytes(p.frame(2, 'NX'), p.u32(1), 'aN'), 1_500_000),
      'pickle/frame-straddle',
      'unsafe',
    ],
  ])('%s: refused in bounded time and memory', (_, content, rule, verdict) => {
    const before = process.cpuUsage();
    const judged = judge(content, 1024 * 1024);
    expect([judged.verdict, judged.rules]).toEqual([verdict, expect.arrayContaining([rule])]);
    // Time of the processor, which a machine that is busy otherwise does not lengthen.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(20);
  });

  it('one list of a million numbers is no such file', () => {
    const content = p.bytes(p.proto(4), ']', p.mark, Buffer.alloc(2_000_000, 'K\x01'), 'e.');
    expect(judge(content).verdict).toBe('clean');
  });
});
