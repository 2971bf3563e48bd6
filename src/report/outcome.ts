import type { Evidence, EvidenceSoFar, RolloutEvidence } from '../pipeline/evidence.ts';
import { shortenDigests } from './format.ts';

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

/** How a run ended, from the last stage that has evidence. */
export function runOutcome(evidence: EvidenceSoFar): RunOutcome {
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

function rolloutOutcome({ outcome, decision, strategy }: RolloutEvidence): RunOutcome {
  if (outcome === 'error') return { word: 'stopped by an error', tone: 'trouble' };
  if (outcome === 'held' || decision === 'held') return { word: 'held', tone: 'waiting' };
  if (outcome === 'failed') return { word: strategy === 'first' ? 'failed' : 'rolled back', tone: 'bad' };
  if (outcome === 'inconclusive')
    return { word: decision === 'rollback' ? 'rolled back' : 'inconclusive', tone: 'waiting' };
  return { word: { first: 'deployed', canary: 'promoted', adopt: 'adopted' }[strategy], tone: 'good' };
}

/** The sentence that a run is summed up with: its last stage's. */
export function runSummary(evidence: EvidenceSoFar): string {
  return shortenDigests(stagesOf(evidence).at(-1)?.summary ?? 'No stage has run.');
}

/** Milliseconds from the first stage's start to the last one's end. */
export function runDurationMs(evidence: EvidenceSoFar): number {
  const stages = stagesOf(evidence);
  const starts = stages.map((stage) => Date.parse(stage.volatile.startedAt));
  const ends = stages.map((stage) => Date.parse(stage.volatile.endedAt));
  return stages.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}
