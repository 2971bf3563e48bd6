import { isAlive } from './process-table.ts';
import { sh } from './shell.ts';
import type { ClusterState } from './state.ts';

/**
 * Tells whether a cluster is complete and answers.
 * @param state its state
 * @returns false when it was interrupted while starting, has ended, or any part of it does not answer
 */
export async function isHealthy(state: ClusterState): Promise<boolean> {
  if (state.status !== 'running' || !state.init || !isAlive(state.init)) return false;
  // A part that was just killed is being restarted: ask for a moment before giving the cluster up.
  for (let attempt = 0; attempt < 10; attempt++) {
    const answers = await Promise.allSettled([apiAnswers(state), registryAnswers(state), builderAnswers(state)]);
    if (answers.every((answer) => answer.status === 'fulfilled')) return true;
    if (!isAlive(state.init)) return false;
    await new Promise((resolve) => setTimeout(resolve, 1000));
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
    sh(state.kubectl, ['--kubeconfig', state.kubeconfig, '--request-timeout=5s', ...args], { timeout: 10_000 });
  const path = `{.status.conditions[?(@.type=="Ready")].status}`;
  const node = await kubectl('get', 'node', state.node, '-o', `jsonpath=${path}`);
  if (node.stdout !== 'True') throw new Error('the node is not ready');
  await kubectl('get', '--raw', '/readyz');
  await kubectl('get', 'serviceaccount', 'default', '-n', 'default');
}

/**
 * Asks the registry for its version.
 * @param state cluster
 * @throws Error when it does not answer
 */
export async function registryAnswers(state: ClusterState): Promise<void> {
  const answer = await fetch(`http://${state.registry}/v2/`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the registry answers ${answer.status}`);
}

/**
 * Asks the builder for its workers.
 * @param state cluster
 * @throws Error when it does not answer
 */
export async function builderAnswers(state: ClusterState): Promise<void> {
  await sh(state.buildctl, ['--addr', state.buildkit, 'debug', 'workers'], { timeout: 10_000 });
}
