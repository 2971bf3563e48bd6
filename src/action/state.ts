import type { Runner } from './runner.ts';

/** What the main step leaves for its post step. Never a secret: state is a plain file on the runner. */
export interface ActionState {
  /** Name of the engine's run, as it stands on the Lease. */
  readonly holder: string;
  /** The deployed model; absent while nothing could have been rolled out. */
  readonly model?: string;
  readonly namespace?: string;
  /** kubeconfig and context to reach it with. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** File made from a secret input: removed at the end. */
  readonly temporary?: string;
  /** The main step came to its own end: there is nothing to restore. */
  readonly settled?: boolean;
}

const key = 'mldeploy';

/**
 * Saves the state; the last one saved counts.
 * @param runner of the main step
 * @param state what to save
 */
export function saveActionState(runner: Runner, state: ActionState): void {
  runner.saveState('isPost', 'true');
  runner.saveState(key, JSON.stringify(state));
}

/**
 * Reads the state in the post step.
 * @param environment variables of the process
 * @returns null in a main step
 */
export function readActionState(environment: Readonly<Record<string, string | undefined>>): ActionState | null {
  if (environment['STATE_isPost'] !== 'true') return null;
  return JSON.parse(environment[`STATE_${key}`] ?? '{"holder":""}') as ActionState;
}
