import type { Evidence, EvidenceSoFar, Outcome, RolloutEvidence, StageName, StoppedRun } from '../pipeline/evidence.ts';
import { stageOrder } from '../pipeline/order.ts';
import { shortenDigests } from './format.ts';
import { detailsOf, failedChecks } from './smoke-checks.ts';

export type Tone = 'good' | 'bad' | 'waiting' | 'trouble';

/** How a run ended, in a word. */
export interface RunOutcome {
  readonly word: string;
  readonly tone: Tone;
}

/** The stages of a run that have evidence, in order. */
export function stagesOf({ validate, build, smoke, rollout }: EvidenceSoFar): Evidence[] {
  return [validate, build, smoke, rollout].filter((stage) => stage !== undefined);
}

/** How a run ended, from what stopped it or else from the last stage that has evidence. */
export function runOutcome(evidence: EvidenceSoFar): RunOutcome {
  if (evidence.stopped !== undefined) return stoppedOutcome(evidence.stopped);
  const last = stagesOf(evidence).at(-1);
  if (last === undefined) return { word: 'did not start', tone: 'waiting' };
  if (last.stage === 'rollout') return rolloutOutcome(last);
  const name = { validate: 'validated', build: 'built', smoke: 'smoke-tested' }[last.stage];
  switch (last.outcome) {
    case 'passed':
      return { word: name, tone: 'good' };
    case 'failed':
      return { word: `refused by ${last.stage}`, tone: 'bad' };
    case 'error':
      return { word: `error in ${last.stage}`, tone: 'trouble' };
    default:
      return { word: `${last.stage} ${last.outcome}`, tone: 'waiting' };
  }
}

function stoppedOutcome({ stage, error }: StoppedRun): RunOutcome {
  if (error.kind === 'interrupted') return { word: `interrupted in ${stage}`, tone: 'trouble' };
  if (error.kind === 'model') return { word: `refused by ${stage}`, tone: 'bad' };
  return { word: `error in ${stage}`, tone: 'trouble' };
}

function rolloutOutcome(rollout: RolloutEvidence): RunOutcome {
  const { outcome, decision, strategy, stable, volatile } = rollout;
  if (outcome === 'error') return { word: 'stopped by an error', tone: 'trouble' };
  if (outcome === 'held' || decision === 'held') return { word: 'held', tone: 'waiting' };
  if (outcome === 'failed') return { word: strategy === 'first' ? 'failed' : 'rolled back', tone: 'bad' };
  if (outcome === 'inconclusive')
    return { word: decision === 'rollback' ? 'rolled back' : 'inconclusive', tone: 'waiting' };
  if (isUnchanged(rollout)) {
    const settled = volatile.timeline.some(({ kind }) => kind === 'settled');
    const word = settled ? 'settings changed, the release stays' : 'nothing to do';
    return { word: `${word}: ${stable?.name ?? ''} already serves`, tone: 'good' };
  }
  return { word: strategy === 'first' ? 'deployed' : strategy === 'adopt' ? 'adopted' : 'promoted', tone: 'good' };
}

/** True when the release was the stable one already, so that no canary ran. */
export function isUnchanged({ outcome, decision, stable, candidate }: RolloutEvidence): boolean {
  return outcome === 'passed' && decision === 'none' && stable?.name === candidate.name;
}

/** The sentence that a run is summed up with: what stopped it, or its last stage's. */
export function runSummary(evidence: EvidenceSoFar): string {
  const { stopped } = evidence;
  const last = stagesOf(evidence).at(-1);
  return shortenDigests(stopped?.error.message ?? (last === undefined ? 'No stage has run.' : withFigure(last)));
}

/** The summary, and of a smoke test that failed the figure that the check in it was judged by. */
function withFigure(proof: Evidence): string {
  if (proof.stage !== 'smoke') return proof.summary;
  const [worst] = failedChecks(proof);
  const [figure, ...more] = worst === undefined ? [] : detailsOf(proof, worst.id);
  const told = figure?.endsWith('.') === true && more.length === 0 && proof.summary.endsWith(worst?.message ?? '');
  return told ? `${proof.summary} ${figure}` : proof.summary;
}

/** As runSummary, without the reasons that stand below it. */
export function runLead(evidence: EvidenceSoFar): string {
  const { stopped, rollout } = evidence;
  if (stopped !== undefined) return shortenDigests(firstLine(stopped));
  return rollout === undefined ? runSummary(evidence) : shortenDigests(withoutReasons(rollout));
}

/** What stands below the lead of a run that was stopped: further lines of the error, then what to do. */
export function stoppedReasons({ stopped }: EvidenceSoFar): string[] {
  if (stopped === undefined) return [];
  const { message, hint } = stopped.error;
  const [, ...further] = message.split('\n');
  return [...further.map((line) => line.replace(/^\s*- /, '')), ...(hint === null ? [] : [hint])];
}

function firstLine({ error }: StoppedRun): string {
  return error.message.split('\n')[0] ?? '';
}

/** The reasons of a rollout that its summary is not made of. */
export function furtherReasons({ summary, reasons }: RolloutEvidence): string[] {
  return reasons.filter((reason) => reason !== summary);
}

/** The summary of a rollout without its reasons: `r2 was rolled back, r1 serves.` */
function withoutReasons(rollout: RolloutEvidence): string {
  return furtherReasons(rollout).reduce(
    (summary, reason) => summary.replace(`: ${reason}`, '.').replace(` ${reason}`, ''),
    rollout.summary,
  );
}

/** The summary of a stage without what the reports list on their own: reasons of a rollout, checks that failed. */
function shortSummary(proof: Evidence): string {
  if (proof.stage === 'rollout') return withoutReasons(proof);
  if (proof.stage !== 'smoke') return proof.summary;
  const failed = proof.checks.filter(({ verdict }) => verdict === 'failed');
  return failed.reduce((summary, { title, message }) => summary.replace(` ${title}: ${message}`, ''), proof.summary);
}

/** When one stage of a run worked, and how that ended. */
export interface StageSpan {
  readonly stage: StageName;
  readonly outcome: Outcome | 'interrupted';
  readonly ms: number;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** In a sentence, without what stands below as reasons. */
  readonly summary: string;
}

/** Every stage of a run in order, with the one in which it was stopped. */
export function stageSpans(evidence: EvidenceSoFar): StageSpan[] {
  const { stopped } = evidence;
  return stageOrder.flatMap((stage) => {
    const proof = evidence[stage];
    if (stopped?.stage === stage) {
      const { startedAt, endedAt, error } = stopped;
      const outcome =
        error.kind === 'interrupted' ? 'interrupted' : error.kind === 'model' ? 'failed' : ('error' as const);
      return {
        stage,
        outcome,
        ms: Date.parse(endedAt) - Date.parse(startedAt),
        startedAt,
        summary: firstLine(stopped),
      };
    }
    if (proof === undefined) return [];
    const ms = Date.parse(proof.volatile.endedAt) - Date.parse(proof.volatile.startedAt);
    const summary = shortSummary(proof);
    return { stage, outcome: proof.outcome, ms, startedAt: proof.volatile.startedAt, summary };
  });
}

/** When the run ended, RFC 3339: its last stage, or what stopped it; null when no stage has run. */
export function endedAt(evidence: EvidenceSoFar): string | null {
  const ends = stagesOf(evidence).map(({ volatile }) => volatile.endedAt);
  return evidence.stopped?.endedAt ?? ends.toSorted().at(-1) ?? null;
}

/** Milliseconds that the stages worked. What lies between them is no work: a hold, a night before `promote`. */
export function runDurationMs(evidence: EvidenceSoFar): number {
  return stageSpans(evidence).reduce((sum, { ms }) => sum + (Number.isFinite(ms) ? ms : 0), 0);
}
