import type { KubeApi, KubeObject } from '../../../kubernetes/api.ts';
import { resources } from '../../../kubernetes/resources.ts';
import { hasEnded } from '../owner.ts';
import { lifeAnnotation, ownerAnnotation, smokeLabel } from './pod.ts';

/**
 * Removes pods of smoke tests whose engine is certainly gone: it ran on this host and has ended, or the pod is older than any test by
 * the cluster's own clock. Pods of tests that may still run are left alone. Returns the names of what was removed.
 */
export async function removeLeftovers(api: KubeApi, namespace: string, host: string): Promise<readonly string[]> {
  const pods = await api.list(resources.pod, namespace, smokeLabel);
  if (pods.length === 0) return [];
  const now = await clusterTime(api);
  const dead = pods.filter((pod) => isLeftover(pod, host, now));
  for (const { metadata } of dead) {
    const uid = metadata.uid === undefined ? {} : { uid: metadata.uid };
    await api.delete(resources.pod, namespace, metadata.name, { ...uid, gracePeriodSeconds: 1 });
  }
  return dead.map(({ metadata }) => metadata.name);
}

/** Whether a smoke-test pod has nobody left; `now` is the cluster's time, null when unknown. */
export function isLeftover({ metadata }: KubeObject, host: string, now: Date | null): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  if (hasEnded(metadata.annotations?.[ownerAnnotation] ?? '', host)) return true;
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
