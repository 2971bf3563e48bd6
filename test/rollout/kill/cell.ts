import { expect } from 'vitest';
import { until } from '../../cluster/poll.ts';
import type { Traffic } from '../../cluster/traffic.ts';
import { Scenario } from '../scenario.ts';
import { graceMs, leaseMs, quick, startMs } from './quick.ts';
import { lost, nothingLeft, onlyStableAnswers } from './aftermath.ts';
import type { Stage, StageOptions } from './stage.ts';
import { killAt } from './victim.ts';
import type { Moment, When } from './victim.ts';

/** One cell of the kill matrix. */
export interface Cell {
  readonly at: Moment;
  readonly when: When;
  /** What somebody does about it. */
  readonly then: 'resume' | 'rollback';
}

/** What came of a cell. */
export interface CellResult {
  readonly cell: Cell;
  /** The write, or null when the run ended before that many. */
  readonly label: string | null;
  /** From the kill until only one healthy revision answered, milliseconds. */
  readonly restoredMs: number;
}

/** Requests since `begun` that must not have failed as they did, for people. */
export type Unforgivable = (traffic: Traffic, begun: number, cell: Cell) => readonly string[];

/** Kills the engine of a rollout beside a stable revision at this cell's moment and follows what becomes of the model, request by request. */
export async function killRollout(stage: Stage, cell: Cell, unforgivable: Unforgivable = lost): Promise<CellResult> {
  const { scenario, traffic } = stage;
  const begun = Date.now();
  const options = { ...stage.options, env: stage.next() };
  const before = await scenario.status();
  const victim = await killAt(scenario, 'rollout', options, cell);
  if (victim.guarded && victim.label !== null) {
    await scenario.reaches('the watchdog acted', ({ phase }) => phase !== 'running', leaseMs + graceMs + startMs, 1000);
  }
  await onlyStableAnswers(scenario, traffic);
  const restoredMs = performance.now() - victim.killedAt;
  await finishCell(scenario, options, cell.then, victim.label);
  await onlyStableAnswers(scenario, traffic);
  const after = await scenario.status();
  expect(after).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
  if (cell.then === 'resume') expect(after.epoch).toBeGreaterThan(before.epoch);
  expect(unforgivable(traffic, begun, cell)).toEqual([]);
  await nothingLeft(scenario);
  return { cell, label: victim.label, restoredMs: victim.guarded ? restoredMs : 0 };
}

/**
 * Kills the engine of a first deploy at this cell's moment. There is nothing to fall back to: either the revision was promoted and serves
 * from then on, or nothing is left behind.
 */
export async function killFirst(cell: Cell): Promise<CellResult> {
  await using scenario = await Scenario.start('first');
  const victim = await killAt(scenario, 'rollout', quick, cell);
  if (victim.guarded && victim.label !== null) {
    await scenario.reaches('the watchdog acted', ({ phase }) => phase !== 'running', leaseMs + graceMs + startMs, 1000);
  }
  const restoredMs = performance.now() - victim.killedAt;
  const survived = await isServed(scenario);
  const clients = survived ? await scenario.traffic(20, 0.5, 5) : undefined;
  try {
    if (!survived && victim.guarded) await nothingServes(scenario);
    await finishCell(scenario, quick, cell.then, victim.label);
    const after = await scenario.status();
    const served = survived || cell.then === 'resume';
    expect(after).toMatchObject({ phase: served ? 'done' : 'none', weight: 0, engine: null, oddities: [] });
    expect(await isServed(scenario)).toBe(served);
    if (clients !== undefined) {
      await onlyStableAnswers(scenario, clients);
      expect(lost(clients, 0)).toEqual([]);
    }
    await nothingLeft(scenario);
  } finally {
    await clients?.stop();
  }
  return { cell, label: victim.label, restoredMs: victim.guarded ? restoredMs : 0 };
}

/** Whether the state names a stable revision. */
async function isServed(scenario: Scenario): Promise<boolean> {
  return (await scenario.status()).revisions.some((each) => each.role === 'stable');
}

/** After the watchdog undid a first deploy: no Service, no Deployment, no lease; only the state, to go on from. */
async function nothingServes(scenario: Scenario): Promise<void> {
  const kinds = /^(service|deployment.apps|lease.coordination.k8s.io)\//;
  await until('nothing serves', async () => !(await scenario.objects()).some((name) => kinds.test(name)), {
    timeout: 20_000,
    hint: async () => (await scenario.objects()).join(' '),
  });
}

/** What a person does after the engine died: both must come to an end, whatever it left. */
export async function finishCell(
  scenario: Scenario,
  options: StageOptions,
  then: Cell['then'],
  label: string | null,
): Promise<void> {
  if (then === 'rollback') {
    const { code, output } = await scenario.elsewhere('rollback');
    expect(code, output).toBe(0);
    return;
  }
  const { phase } = await scenario.status();
  const unfinished = label !== null && phase !== 'done' && phase !== 'none';
  // Killed before the state was written, or after the end: then there is nothing to resume, and a rollout begins anew.
  const { code, output } = unfinished
    ? await scenario.run('resume', { ...options, args: [] })
    : await scenario.run('rollout', options);
  expect(code, output).toBe(0);
}
