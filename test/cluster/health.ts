import { setTimeout as delay } from 'node:timers/promises';
import type { OnProgress } from './build/progress.ts';
import { isAlive } from './process-table.ts';
import { sh } from './shell.ts';
import type { ClusterState } from './state.ts';

/**
 * How long a part that has just ended may take to be back, and all of them to answer on a machine with far too much to do, in milliseconds. Who gives up
 * removes a cluster on which others may be at work, so this is long; a cluster whose process 1 has ended is known as dead at once.
 */
const patience = 120_000;
/** Time for one answer, in milliseconds. */
const answerTime = 20_000;

/**
 * Tells whether a cluster is complete and answers. A part that ended is started again by process 1, so this waits a while before it says no.
 * @param state its state
 * @param onProgress is told every few seconds what does not answer
 * @returns false when it was interrupted while starting, has ended, or any part of it does not answer
 */
export async function isHealthy(state: ClusterState, onProgress: OnProgress = () => undefined): Promise<boolean> {
  if (state.status !== 'running' || !state.init || !isAlive(state.init)) return false;
  const start = performance.now();
  let reported = start;
  while (isAlive(state.init)) {
    const answers = await Promise.allSettled([apiAnswers(state), registryAnswers(state), builderAnswers(state)]);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (!failed) return true;
    const now = performance.now();
    if (now - start > patience) return false;
    if (now - reported > 3000) {
      reported = now;
      onProgress(`the cluster does not answer yet: ${String(failed.reason).split('\n')[0] ?? ''}`);
    }
    await delay(300);
  }
  return false;
}

/**
 * Asks the API server whether it is ready, and the node.
 * @param state cluster
 * @throws Error when either is not
 */
export async function apiAnswers(state: ClusterState): Promise<void> {
  const kubectl = (...args: string[]): Promise<{ stdout: string }> =>
    sh(state.kubectl, ['--kubeconfig', state.kubeconfig, `--request-timeout=${answerTime / 1000}s`, ...args], {
      timeout: answerTime + 1000,
    });
  const path = `{.status.conditions[?(@.type=="Ready")].status}`;
  const [node] = await Promise.all([
    kubectl('get', 'node', state.node, '-o', `jsonpath=${path}`),
    kubectl('get', '--raw', '/readyz'),
    kubectl('get', 'serviceaccount', 'default', '-n', 'default'),
  ]);
  if (node.stdout !== 'True') throw new Error('the node is not ready');
}

/**
 * Asks the registry for its version.
 * @param state cluster
 * @throws Error when it does not answer
 */
export async function registryAnswers(state: ClusterState): Promise<void> {
  const answer = await fetch(`http://${state.registry}/v2/`, { signal: AbortSignal.timeout(answerTime) });
  if (!answer.ok) throw new Error(`the registry answers ${answer.status}`);
}

/**
 * Asks the builder for its workers.
 * @param state cluster
 * @throws Error when it does not answer
 */
export async function builderAnswers(state: ClusterState): Promise<void> {
  await sh(state.buildctl, ['--addr', state.buildkit, 'debug', 'workers'], { timeout: answerTime });
}
