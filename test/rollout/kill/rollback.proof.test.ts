import { expect, test } from 'vitest';
import { nothingLeft, onlyStableAnswers } from './aftermath.ts';
import type { Cell, CellResult } from './cell.ts';
import { cellsAt, chosen, killRollouts, writesOf } from './matrix.ts';
import { graceMs, leaseMs, startMs } from './quick.ts';
import { Stage } from './stage.ts';
import { killAt } from './victim.ts';

// The evidence is against the candidate, the engine has begun to roll it back, and is killed before and after each of the writes of that.

/** More than the slo allows. */
const bad = { FAKE_ERROR_RATE: '0.7' };

/** The write that returns the traffic: after the claim and the candidate's share it is the third to the Service. */
const restore = { label: 'PATCH services/fraud', nth: 3 };

const start = (): Promise<Stage> => Stage.start('rollback');

/** Follows what becomes of a rollback whose engine was killed, request by request. */
async function killRollback(stage: Stage, cell: Cell): Promise<CellResult> {
  const { scenario, traffic } = stage;
  const begun = Date.now();
  const stable = await stage.stable();
  const options = { ...stage.options, env: { ...stage.next(), ...bad } };
  const victim = await killAt(scenario, 'rollout', options, { ...cell, whole: 1 });
  await scenario.reaches('the watchdog acted', ({ phase }) => phase !== 'running', leaseMs + graceMs + startMs, 1000);
  await onlyStableAnswers(scenario, traffic);
  const restoredMs = performance.now() - victim.killedAt;
  const restoredAt = Date.now();

  const { phase } = await scenario.status();
  if (cell.then === 'rollback') {
    const { code, output } = await scenario.elsewhere('rollback');
    expect(code, output).toBe(0);
  } else {
    const { code, output } = await scenario.run('resume', options);
    // With the counts it has the verdict is the same, before the candidate gets anything; a rollback that was finished leaves nothing.
    expect(code, output).toBe(phase === 'done' ? 2 : 1);
    expect(output).toContain(phase === 'done' ? 'rollout/nothing-to-resume' : 'was rolled back');
    expect((await scenario.status()).history.at(-1)).toMatchObject({ ended: 'rolled back', blamed: true });
  }
  await onlyStableAnswers(scenario, traffic);
  expect(await stage.stable()).toBe(stable);
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
  // Only the candidate's own answers failed, and none any more since the stable revision had its traffic back.
  const failures = traffic.failures(begun);
  expect(failures.filter((each) => each.status !== 500 || each.revision === stable)).toEqual([]);
  expect(failures.filter(({ startedAt }) => startedAt > restoredAt)).toEqual([]);
  await nothingLeft(scenario);
  return { cell, label: victim.label, restoredMs };
}

/** Labels of the writes of one undisturbed rollback, from the one that returns the traffic. */
async function writesOfRollback(): Promise<readonly string[]> {
  const writes = await writesOf(start, { env: bad, code: 1 });
  const first = writes.map((label, index) => (label === restore.label ? index : -1)).filter((index) => index >= 0);
  return writes.slice(first[restore.nth - 1]);
}

test('a rollback: killed before and after every write of it, then resumed or rolled back', async () => {
  const writes = await writesOfRollback();
  console.log(writes.map((label, index) => `${index} ${label}`).join('\n'));
  expect(writes.length).toBeGreaterThan(5);
  const cells = chosen(cellsAt(writes.map((_, plus) => ({ ...restore, plus }))));
  const { passed, failed } = await killRollouts(cells, 3, start, killRollback);
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
