import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommandLine } from '../cli/main.ts';
import type { Host } from '../cli/host.ts';
import type { ActionState } from './state.ts';

/** A cancelled job has five minutes in all until the runner is ended by force. */
const limitMs = 225_000;

/**
 * The post step: when the main step did not come to its own end (it was cancelled or killed), traffic goes back to the stable revision, but only if the
 * rollout is still running and still that of this very run. Then it removes what the main step has left on the runner.
 * @param state what the main step has saved
 * @param host as in the main step
 * @returns the exit code: 0 also when there was nothing to do
 */
export async function runPost(state: ActionState, host: Host): Promise<number> {
  try {
    const { model, namespace, kubeconfig, context } = state;
    if (state.settled === true || model === undefined || namespace === undefined) return 0;
    host.stdout.write(
      `The main step did not end by itself: looking whether model ${model} is still being rolled out.\n`,
    );
    const argv = [
      'rollback',
      '--model',
      model,
      '--namespace',
      namespace,
      '--if-running',
      '--only-holder',
      state.holder,
    ];
    if (kubeconfig !== undefined) argv.push('--kubeconfig', kubeconfig);
    if (context !== undefined) argv.push('--context', context);
    return await inTime(runCommandLine(argv, host), host);
  } finally {
    if (state.temporary !== undefined) rmSync(dirname(state.temporary), { recursive: true, force: true });
  }
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
