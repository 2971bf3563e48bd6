import { MlDeployError } from '../errors.ts';
import type { Outcome, StageName, StoppedRun } from './evidence.ts';

/** What is kept of an error that ended a stage, for the reports. */
export function stoppedRun(stage: StageName, startedAt: string, error: unknown): StoppedRun {
  const endedAt = new Date().toISOString();
  if (error instanceof MlDeployError) {
    const { code, kind, message, hint = null } = error;
    return { stage, startedAt, endedAt, error: { code, kind, message, hint } };
  }
  const message = `defect in ml-deploy: ${error instanceof Error ? error.message : String(error)}`;
  return { stage, startedAt, endedAt, error: { code: 'internal/defect', kind: 'infrastructure', message, hint: null } };
}

/** What an error says about the model: only `model` blames it. */
export function outcomeOfError({ kind }: StoppedRun['error']): Outcome {
  return kind === 'model' ? 'failed' : kind === 'inconclusive' ? 'inconclusive' : 'error';
}
