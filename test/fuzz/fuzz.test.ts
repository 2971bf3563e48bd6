import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

// The same inputs each time: other seeds, and more of them, are for `make proof`.
const seed = 20_261_123;
const most = 20_000;
const seconds = 120;

test('about a minute of mutated models: nothing crashes, hangs, depends on how the bytes arrive, or takes much memory', async () => {
  const { executions, blocks, broken, peak } = await fuzz({ seconds, seed, most });
  const cut =
    executions < most ? `, cut off after ${seconds} s: this machine is too slow or too busy for all ${most}` : '';
  console.log(
    `seed ${seed}: ${executions} inputs${cut}; ${blocks} blocks reached, at most ${Math.round(peak / 1e6)} MB of memory`,
  );
  expect(broken.map(({ name, why, content }) => `${name}: ${why}\n${content.toString('base64')}`)).toEqual([]);
  // It judged the seeds, went on from there, and reached most of the code.
  expect(executions).toBeGreaterThan(1000);
  expect(blocks).toBeGreaterThan(3000);
  expect(peak).toBeLessThan(768 * 1024 * 1024);
}, 240_000);
