import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { random } from '../../fuzz/random.ts';
import { judge } from './judge-bytes.ts';
import { malicious } from './malicious/index.ts';

const folder = new URL('../fixtures/real/', import.meta.url);
const real = readdirSync(folder)
  .filter((name) => /^[a-z0-9]+(\.p\d)?\.(pkl|joblib)$/.test(name))
  .map((name) => readFileSync(new URL(name, folder)));
const pool = [...malicious.map(({ content }) => content), ...real];

function mutate(content: Buffer, next: () => number): Buffer {
  let changed = Buffer.from(content);
  const at = () => Math.floor(next() * (changed.length + 1));
  for (let times = 1 + Math.floor(next() * 3); times > 0; times--) {
    const other = pool[Math.floor(next() * pool.length)] ?? content;
    const from = Math.floor(next() * other.length);
    const position = at();
    const kind = Math.floor(next() * 3);
    const removed = kind === 0 ? 1 : kind === 1 ? Math.floor(next() * 9) : 0;
    const added =
      kind === 1 ? Buffer.alloc(0) : other.subarray(from, from + (kind === 0 ? 1 : Math.floor(next() * 40)));
    changed = Buffer.concat([changed.subarray(0, position), added, changed.subarray(position + removed)]);
  }
  return changed;
}

it('mutated pickles give findings, never exceptions, and the same ones however the bytes are cut', () => {
  const next = random(20_261_122);
  let clean = 0;
  const before = process.cpuUsage();
  for (let run = 0; run < 4000; run++) {
    const content = mutate(pool[Math.floor(next() * pool.length)] ?? Buffer.alloc(0), next);
    const whole = judge(content);
    if (whole.verdict === 'clean') clean++;
    const pieces = judge(content, 1 + Math.floor(next() * 300));
    expect(pieces.findings, content.toString('hex')).toEqual(whole.findings);
    expect(pieces.facts).toEqual(whole.facts);
  }
  // Most mutations break something; some (a changed number or letter) do not.
  expect(clean).toBeGreaterThan(10);
  expect(clean).toBeLessThan(2000);
  // Time of the processor, which a machine that is busy otherwise does not lengthen.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(25);
});
