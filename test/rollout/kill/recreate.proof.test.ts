import { expect, test } from 'vitest';
import type { Traffic, TrafficResult } from '../../cluster/traffic.ts';
import { killRollout } from './cell.ts';
import type { Cell } from './cell.ts';
import { chosen, everyCell, killRollouts, writesOf } from './matrix.ts';
import { quick } from './quick.ts';
import { Stage } from './stage.ts';

// As canary.proof.test.ts, for recreate: there is no room for both, so every change of revision is an outage. Nothing else may fail.

const rollout = Object.fromEntries(Object.entries(quick.rollout).filter(([key]) => key !== 'steps'));
const start = (): Promise<Stage> =>
  Stage.start('recreate', { ...quick, rollout: { ...rollout, strategy: 'recreate' } });

/** Failures that are so close belong to one outage: a pod that ends goes on answering some while it drains. Two outages are a lease apart. */
const apartMs = 6_000;

/** An answer that came so soon did not wait for a pod to come. */
const promptMs = 500;

/** A change to the candidate, and the one back; `resume` then changes once more. */
const changes = { rollback: 2, resume: 3 };

/** A request may reach nobody while the pods change, once for each change; none is answered wrongly. */
function beyondOutages(traffic: Traffic, begun: number, cell: Cell): readonly string[] {
  const failures = traffic.failures(begun).toSorted((a, b) => a.startedAt - b.startedAt);
  const first = failures.filter((each, index) => {
    const before = failures[index - 1];
    return before === undefined || isServedBetween(traffic, before.startedAt, each.startedAt);
  });
  const answered = failures.filter(({ status }) => status !== 0);
  return [...answered, ...(first.length > changes[cell.then] ? first : [])].map(tell);
}

/** Attempts to connect to a pod that has just ended wait instead of failing: only prompt answers end an outage. */
function isServedBetween(traffic: Traffic, from: number, to: number): boolean {
  if (to - from <= apartMs) return false;
  return traffic.between(from, to).some(({ ok, latencyMs }) => ok && latencyMs < promptMs);
}

function tell({ startedAt, status, error, revision }: TrafficResult): string {
  return `${new Date(startedAt).toISOString()} ${status} ${error ?? ''} ${revision ?? ''}`;
}

test('recreate: killed before and after every write, then resumed or rolled back', async () => {
  const writes = await writesOf(start);
  console.log(writes.map((label, index) => `${index + 1} ${label}`).join('\n'));
  const cells = chosen(everyCell(writes.length));
  const { passed, failed } = await killRollouts(cells, 3, start, (stage, cell) =>
    killRollout(stage, cell, beyondOutages),
  );
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
