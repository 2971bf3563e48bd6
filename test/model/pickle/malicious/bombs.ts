import * as p from '../assembler.ts';
import type { Malicious } from './sample.ts';

/** Lists of 64 times the list before: 64^levels parts when written out. */
function laughs(levels: number): Buffer {
  const parts: Buffer[] = [p.bytes(p.proto(4), ']\x94')];
  for (let level = 0; level < levels; level++) {
    parts.push(p.bytes('](', `h${String.fromCharCode(level)}`.repeat(64), 'e\x94'));
  }
  // All levels but the last stay below; the whole is one tuple.
  return p.bytes(p.bytes(p.proto(4), '('), p.bytes(...parts).subarray(2), 't.');
}

export const bombs: readonly Malicious[] = [
  { name: 'memo bomb', content: laughs(9), verdict: 'unsafe', rule: 'pickle/expansion' },
  {
    name: 'DUP bomb',
    content: p.bytes(p.proto(4), 'N', '2\x86'.repeat(60), p.stop),
    verdict: 'unsafe',
    rule: 'pickle/expansion',
  },
];
