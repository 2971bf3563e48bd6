import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { accessFrom } from '../cli/access.ts';
import { runCommandLine } from '../cli/main.ts';
import type { Host } from '../cli/host.ts';
import type { ActionState } from './state.ts';

/** A cancelled job has five minutes in all until the runner is ended by force. */
const limitMs = 225_000;

/**
 * The post step: when the main step did not come to its own end (it was cancelled or killed), traffic goes back to the stable revision, but only if the
 * rollout is still running and still that of this very run. Beside that it removes what the main step has left on the runner and in the cluster: programs,
 * containers and the pod of the smoke test; then temporary files. Nothing of another job is touched.
 * @param state what the main step has saved
 * @param host as in the main step
 * @returns the exit code: 0 also when there was nothing to do
 */
export async function runPost(state: ActionState, host: Host): Promise<number> {
  try {
    if (state.settled === true) {
      if (state.leftBehind === true) await cleanUp(state, host);
      return 0;
    }
    // One after the other they might take all the time that there is.
    const [restored, cleaned] = await Promise.allSettled([restoreTraffic(state, host), cleanUp(state, host)]);
    if (cleaned.status === 'rejected')
      host.stdout.write(`What is left behind could not be removed: ${cleaned.reason}\n`);
    if (restored.status === 'rejected') throw restored.reason;
    return restored.value;
  } finally {
    if (state.temporary !== undefined) rmSync(state.temporary, { recursive: true, force: true });
  }
}

async function restoreTraffic(
  { model, namespace, kubeconfig, context, holder, exitCode }: ActionState,
  host: Host,
): Promise<number> {
  if (model === undefined || namespace === undefined) return 0;
  const how = exitCode === undefined ? 'did not end by itself' : `ended with exit code ${exitCode}`;
  host.stdout.write(`The main step ${how}: looking whether model ${model} is still being rolled out.\n`);
  const argv = ['rollback', '--model', model, '--namespace', namespace, '--if-running', '--only-holder', holder];
  if (kubeconfig !== undefined) argv.push('--kubeconfig', kubeconfig);
  if (context !== undefined) argv.push('--context', context);
  return inTime(runCommandLine(argv, host), host);
}

/** A container that nobody stops keeps its GPU for good, and the next job would be another run that does not know whose it is. */
async function cleanUp({ holder, smoke, kubeconfig, context }: ActionState, host: Host): Promise<void> {
  if (holder === '') return;
  const { endOrphans } = await import('../process/orphans.ts');
  const say = (line: string): void => void host.stdout.write(`${line}\n`);
  const ended = await endOrphans(holder);
  for (const program of ended) say(`Ended ${program}, which the main step had started.`);
  if (smoke === undefined) return;
  // What a program has asked of a daemon may still be carried out.
  if (ended.length > 0) await delay(1_000);
  const { cleanUpAfter } = await import('../smoke/clean-up.ts');
  const access = accessFrom(host.environment, {
    root: host.cwd,
    kubeconfig: kubeconfig ?? null,
    kubeContext: context ?? null,
    name: holder,
  });
  const { removed, failures } = await cleanUpAfter(holder, access, smoke.namespace);
  for (const what of removed) say(`Removed ${what}, which the main step had left behind.`);
  for (const failure of failures) say(`Whether something is left behind could not be seen. ${failure}`);
}

async function inTime(work: Promise<number>, host: Host): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      host.stdout.write('No answer from the cluster in time. Its watchdog restores the stable revision by itself.\n');
      resolve(4);
    }, limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
