import { afterAll, expect, test } from 'vitest';
import { clopperPearson } from './bounds.ts';
import { bursts, cases, nulls, promotions, table } from './cases.ts';
import { startPool } from './pool.ts';
import { medianTick, type Tally } from './simulation.ts';

// The whole rule on simulated traffic: 20,000 seeded rollouts a case through the code that decides in production. Every claim is made
// about the exact (Clopper-Pearson) 99 % confidence interval, not about the share that was seen.
const runs = 20_000;
const pool = startPool();
const lines: string[] = [];

afterAll(async () => {
  await pool.close();
  console.log(
    ['| case | rolled back | promoted | inconclusive |', '|---|---|---|---|', ...lines, `${cases.size} cases`].join(
      '\n',
    ),
  );
});

function percent(share: number): string {
  const value = 100 * share;
  return value === 0 || value === 100 ? String(value) : value.toFixed(value < 1 || value > 99 ? 2 : 1);
}

function cell(hits: number, tick: number | null = null): string {
  const { low, high } = clopperPearson(hits, runs);
  const minute = tick === null ? '' : `, minute ${tick}`;
  return `${percent(hits / runs)} % (${percent(low)} to ${percent(high)}${minute})`;
}

async function result(name: string): Promise<Tally> {
  const seen = await pool.run(name, runs);
  expect(seen.runs).toBe(runs);
  const { rollback, promote, rollbackTicks, promoteTicks } = seen;
  const inconclusive = runs - rollback - promote;
  lines.push(
    `| ${name} | ${cell(rollback, medianTick(rollbackTicks))} | ${cell(promote, medianTick(promoteTicks))} | ${cell(inconclusive)} |`,
  );
  console.log(lines.at(-1));
  return seen;
}

test.each(table)('table: $name', async ({ name, rollback, promote }) => {
  const seen = await result(name);
  const inPercent = (hits: number): [number, number] => {
    const { low, high } = clopperPearson(hits, runs);
    return [100 * low, 100 * high];
  };
  const [rollbackLow, rollbackHigh] = inPercent(seen.rollback);
  const [promoteLow, promoteHigh] = inPercent(seen.promote);
  expect(rollbackLow).toBeGreaterThanOrEqual(rollback[0]);
  expect(rollbackHigh).toBeLessThanOrEqual(rollback[1]);
  expect(promoteLow).toBeGreaterThanOrEqual(promote[0]);
  expect(promoteHigh).toBeLessThanOrEqual(promote[1]);
});

test.each([...nulls, ...bursts])('false rollbacks are never above alpha: $name', async ({ name, scenario }) => {
  const { rollback } = await result(name);
  expect(clopperPearson(rollback, runs).high).toBeLessThan(scenario.plan.alpha);
});

test.each(promotions)('false promotions are never above beta: $name', async ({ name, scenario }) => {
  const { promote } = await result(name);
  expect(clopperPearson(promote, runs).high).toBeLessThan(scenario.plan.beta);
});
