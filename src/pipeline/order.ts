import type { Evidence, Outcome, StageName } from './evidence.ts';
import type { Stage } from './stage.ts';
import { exitCodes } from '../errors.ts';

/** The stages in the order in which they run. */
export const stageOrder: readonly StageName[] = ['validate', 'build', 'smoke', 'rollout'];

/** Loads the stages of that name and nothing else, so that no command pays for what it does not use. */
export async function loadStages(names: readonly StageName[]): Promise<Stage[]> {
  return Promise.all(stageOrder.filter((name) => names.includes(name)).map((name) => loadStage(name)));
}

async function loadStage(name: StageName): Promise<Stage> {
  switch (name) {
    case 'validate':
      return (await import('../model/stage.ts')).validateStage;
    case 'build':
      return (await import('../image/stage.ts')).buildStage;
    case 'smoke':
      return (await import('../smoke/stage.ts')).smokeStage;
    case 'rollout':
      return (await import('../rollout/stage.ts')).rolloutStage;
  }
}

/** What a process ends with after an outcome: only `failed` blames the model. */
export function exitCodeOfOutcome(outcome: Outcome): number {
  switch (outcome) {
    case 'passed':
      return exitCodes.ok;
    case 'failed':
      return exitCodes.model;
    case 'inconclusive':
    case 'held':
      return exitCodes.inconclusive;
    case 'error':
      return exitCodes.infrastructure;
  }
}

/** Narrows evidence to one stage. */
export function isEvidenceOf<N extends StageName>(
  evidence: Evidence,
  name: N,
): evidence is Extract<Evidence, { stage: N }> {
  return evidence.stage === name;
}
