import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

// Another seed every day, the same one all day: a failure can be repeated, and the days add up.
const seed = Math.floor(Date.now() / 86_400_000);

test('a minute of mutated models: nothing crashes, hangs, depends on how the bytes arrive, or takes much memory', async () => {
  const { executions, blocks, broken, peak } = await fuzz({ seconds: 60, seed });
  console.log(`seed ${seed}: ${executions} inputs, ${blocks} blocks reached, at most ${Math.round(peak / 1e6)} MB`);
  expect(broken.map(({ name, why, content }) => `${name}: ${why}\n${content.toString('base64')}`)).toEqual([]);
  // It judged the seeds, went on from there, and reached most of the code.
  expect(executions).toBeGreaterThan(1000);
  expect(blocks).toBeGreaterThan(3000);
  expect(peak).toBeLessThan(768 * 1024 * 1024);
}, 240_000);
