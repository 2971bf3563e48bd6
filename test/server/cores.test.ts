import { expect, test } from 'vitest';
import { threadsPerWorker, wholeCores } from '../../src/server/cores.ts';

test.each([
  ['500m', 1],
  ['1', 1],
  ['1.5', 2],
  ['2500m', 3],
  ['nonsense', 1],
])('whole cores of %s', (cpu, cores) => {
  expect(wholeCores(cpu)).toBe(cores);
});

test.each([
  ['4', 2, 2],
  ['3', 2, 2],
  ['1', 4, 1],
  ['6500m', 1, 7],
])('%s shared by %i workers', (cpu, workers, threads) => {
  expect(threadsPerWorker(cpu, workers)).toBe(threads);
});
