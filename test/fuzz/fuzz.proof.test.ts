import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';

// FUZZ_SECONDS and FUZZ_SEED for one's own hours.
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 3600);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);

test(`${seconds} s of mutated models`, async () => {
  const { executions, blocks, kept, broken, peak } = await fuzz({ seconds, seed });
  console.log(
    `seed ${seed}: ${executions} inputs, ${blocks} blocks reached, ${kept} inputs kept, at most ${Math.round(peak / 1e6)} MB of memory`,
  );
  expect(broken.map(({ name, why, content }) => `${name}: ${why}\n${content.toString('base64')}`)).toEqual([]);
  expect(executions).toBeGreaterThan(seconds * 10);
}, 7_200_000);
