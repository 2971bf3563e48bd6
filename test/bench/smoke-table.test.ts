import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparisonTable, type Measured, withTable } from '../../bench/smoke/table.ts';
import { repositoryRoot } from '../cluster/state.ts';

const text = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const measured = JSON.parse(text('bench/smoke/results/latest.json')) as Measured;

test('docs/comparison.md has the whole table of what was measured last (else: node bench/smoke/table.ts)', () => {
  const page = text('docs/comparison.md');
  expect(withTable(page, measured)).toBe(page);
});

test('every server has p50, p95 and p99, as each client tells them, and nothing of a client is rounded further', () => {
  const runs = Array.from({ length: 8 }, (_, turn) => {
    const at = (ms: number) => ms + turn / 100;
    const interval = (ms: number) => ({ low: at(ms) - 0.2, high: at(ms) + 0.2 });
    return {
      ...{ p50: at(1), p95: at(2), p99: at(3), count: 600 },
      intervals: { p50: interval(1), p95: interval(2), p99: interval(3) },
    };
  });
  const slower = runs.map((run) => ({ ...run, p99: 9, intervals: { ...run.intervals, p99: { low: 8, high: 10 } } }));
  const results = [{ target: 'a server', concurrency: 4, runs: { 'ml-deploy': runs, hey: runs, wrk: slower } }];
  expect(comparisonTable({ turns: 8, requests: 600, results }).split('\n').slice(2)).toEqual([
    '| a server, 4 at a time | p50 | 1.04 (1.00 to 1.07) | 1.0 (1.0 to 1.1) | 1.04 (1.00 to 1.07) | 8 | 8 |',
    '|  | p95 | 2.04 (2.00 to 2.07) | 2.0 (2.0 to 2.1) | 2.04 (2.00 to 2.07) | 8 | 8 |',
    '|  | p99 | 3.04 (3.00 to 3.07) | 3.0 (3.0 to 3.1) | 9.00 (9.00 to 9.00) | 8 | 0 |',
  ]);
});
