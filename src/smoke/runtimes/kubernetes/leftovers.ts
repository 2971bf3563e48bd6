import type { KubeApi, KubeObject } from '../../../kubernetes/api.ts';
import { resources } from '../../../kubernetes/resources.ts';
import { hasEnded, isOfRun } from '../../../process/owner.ts';
import { lifeAnnotation, ownerAnnotation, smokeLabel } from './pod.ts';

/**
 * Removes pods of smoke tests whose engine is certainly gone: it ran on this machine and has ended, or the pod is older than any test by
 * the cluster's own clock. Pods of tests that may still run are left alone. Returns the names of what was removed.
 */
export async function removeLeftovers(api: KubeApi, namespace: string): Promise<readonly string[]> {
  const pods = await api.list(resources.pod, namespace, smokeLabel);
  if (pods.length === 0) return [];
  const now = await clusterTime(api);
  return removeAll(
    api,
    namespace,
    pods.filter((pod) => isLeftover(pod, now)),
  );
}

/** Removes the pods that a run has started. Only for a run that has ended. Returns their names. */
export async function removePodsOf(api: KubeApi, namespace: string, run: string): Promise<readonly string[]> {
  const pods = await api.list(resources.pod, namespace, smokeLabel);
  return removeAll(
    api,
    namespace,
    pods.filter(({ metadata }) => isOfRun(metadata.annotations?.[ownerAnnotation] ?? '', run)),
  );
}

async function removeAll(api: KubeApi, namespace: string, pods: readonly KubeObject[]): Promise<readonly string[]> {
  for (const { metadata } of pods) {
    const uid = metadata.uid === undefined ? {} : { uid: metadata.uid };
    await api.delete(resources.pod, namespace, metadata.name, { ...uid, gracePeriodSeconds: 1 });
  }
  return pods.map(({ metadata }) => metadata.name);
}

/** Whether a smoke-test pod has nobody left; `now` is the cluster's time, null when unknown. */
export function isLeftover({ metadata }: KubeObject, now: Date | null): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  if (hasEnded(metadata.annotations?.[ownerAnnotation] ?? '')) return true;
  const born = Date.parse(metadata.creationTimestamp ?? '');
  const life = Number(metadata.annotations?.[lifeAnnotation]) * 1000;
  return now !== null && now.getTime() - born > life;
}

/** The API server's clock, which also stamped the pods: clocks of two machines are never compared. */
async function clusterTime(api: KubeApi): Promise<Date | null> {
  const { headers } = await api.raw({ method: 'GET', path: '/version' });
  const time = new Date(headers['date'] ?? '');
  return Number.isNaN(time.getTime()) ? null : time;
}
