import { MlDeployError } from '../errors.ts';
import { connect } from '../kubernetes/client.ts';
import type { Access } from '../pipeline/stage.ts';
import { type EngineName, engineOf } from './runtimes/container/engine.ts';
import { removeContainersOf } from './runtimes/container/leftovers.ts';
import { removePodsOf } from './runtimes/kubernetes/leftovers.ts';

/** What a run that is dead has left behind. */
export interface CleanedUp {
  /** Such as `docker container fraud-smoke-3f9a1c`. */
  readonly removed: readonly string[];
  /** What could not be looked at, in words. */
  readonly failures: readonly string[];
}

const deadlineMs = 20_000;

/**
 * Removes containers and pods of the smoke test of one run, and nothing of any other. Never throws: whoever cleans up goes on. An engine that is not
 * installed and a cluster that is not configured have nothing to remove.
 * @param run name of the run (`access.host` of its smoke test)
 * @param access to engines and cluster
 * @param namespace where its pod may be; null: it started none
 */
export async function cleanUpAfter(run: string, access: Access, namespace: string | null): Promise<CleanedUp> {
  const places = [
    ...(['docker', 'podman'] as const).map((name) => [name, () => containersOf(name, run, access)] as const),
    ...(namespace === null ? [] : [['cluster', () => podsOf(namespace, run, access)] as const]),
  ];
  const found = await Promise.all(
    places.map(async ([place, remove]): Promise<CleanedUp> => {
      try {
        return { removed: await remove(), failures: [] };
      } catch (error) {
        if (error instanceof MlDeployError && absent.has(error.code)) return { removed: [], failures: [] };
        return { removed: [], failures: [`${place}: ${error instanceof Error ? error.message : String(error)}`] };
      }
    }),
  );
  return { removed: found.flatMap(({ removed }) => removed), failures: found.flatMap(({ failures }) => failures) };
}

const absent: ReadonlySet<string> = new Set(['process/not-found', 'kubernetes/no-cluster']);

async function containersOf(name: EngineName, run: string, access: Access): Promise<readonly string[]> {
  const removed = await removeContainersOf(engineOf(name, access), run);
  return removed.map((container) => `${name} container ${container}`);
}

async function podsOf(namespace: string, run: string, access: Access): Promise<readonly string[]> {
  const { kubeconfig, kubeContext: context, environment } = access;
  const api = await connect({ kubeconfig, context, environment, deadlineMs });
  try {
    const removed = await removePodsOf(api, namespace, run);
    return removed.map((pod) => `pod ${pod} in namespace ${namespace}`);
  } finally {
    api.close();
  }
}
