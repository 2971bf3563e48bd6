import { coldStartParts } from '../report/cold-start.ts';
import type { Measured } from './checks/check.ts';
import type { Readiness } from './checks/ready.ts';
import type { RuntimeFacts } from './runtimes/runtime.ts';

/** What is told of the way to the first answer. */
export function describeReadiness({ finding, ms, saidReadyMs, discovery }: Readiness, { details }: Measured): void {
  details.push(finding.verdict === 'passed' ? `first inference answered after ${ms} ms` : `given up after ${ms} ms`);
  if (saidReadyMs !== null) details.push(`it said "ready" after ${saidReadyMs} ms`);
  if (discovery?.open !== null && discovery?.open !== undefined) details.push(discovery.open);
}

/** The parts of a cold start, where the runtime tells how long its own took. */
export function measureStart(
  { ms, saidReadyMs, finding }: Readiness,
  facts: RuntimeFacts | null,
  measured: Measured,
): void {
  if (facts?.coldStart === undefined) return;
  const { nodeMs, pullMs, fetchMs, createMs } = facts.coldStart;
  const beforeMs = (nodeMs ?? 0) + (pullMs ?? 0) + (fetchMs ?? 0) + createMs;
  const loadMs = saidReadyMs === null ? null : Math.max(0, saidReadyMs - beforeMs);
  const firstAnswerMs = saidReadyMs === null || finding.verdict !== 'passed' ? null : ms - saidReadyMs;
  const coldStart = { ...facts.coldStart, loadMs, firstAnswerMs };
  measured.seen = { ...measured.seen, coldStart };
  const told = coldStartParts(coldStart).map(([name, partMs]) => `${name} ${partMs ?? 'unknown'} ms`);
  measured.details.push(`cold start: ${told.join(', ')}`);
}
