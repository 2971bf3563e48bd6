import type { EvidenceSoFar } from '../pipeline/evidence.ts';
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
  /** A smoke test may have been started: its pod, if it is one, in this namespace (null: containers at most). */
  readonly smoke?: { readonly namespace: string | null };
  /** Folder of all temporary files, with those made from secret inputs: removed at the end. */
  readonly temporary?: string;
  /** How the main step ended, when there may be something to restore nevertheless; absent: it did not end by itself. */
  readonly exitCode?: number;
  /** The main step came to its own end: there is nothing to restore. */
  readonly settled?: boolean;
  /** It could not remove what its smoke test had started. */
  readonly leftBehind?: boolean;
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

/**
 * Whether a smoke test could not remove the server that it had started, which may keep its GPU. A doubt about the GPU's memory after the removal is no
 * such thing.
 * @param evidence of the run
 */
export function isLeftBehind(evidence: EvidenceSoFar): boolean {
  return evidence.smoke?.volatile.notRemoved === true;
}
