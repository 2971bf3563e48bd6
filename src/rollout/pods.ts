import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { labels } from '../kubernetes/objects/labels.ts';
import { resources } from '../kubernetes/resources.ts';
import type { PodRef } from './analysis/readings.ts';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode: number; readonly message?: string };
  readonly running?: unknown;
}

/** The parts of a pod's status we read. */
export interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly podIP?: string;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
    readonly lastTransitionTime?: string;
  }[];
  readonly initContainerStatuses?: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state?: ContainerState;
    readonly lastState?: ContainerState;
  }[];
  readonly containerStatuses?: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state?: ContainerState;
    readonly lastState?: ContainerState;
  }[];
}

/**
 * The pods of a revision, those that are ending included.
 */
export function revisionPods(api: KubeApi, model: string, namespace: string, revision: string): Promise<KubeObject[]> {
  return api.list(resources.pod, namespace, `${labels.app}=${model},${labels.revision}=${revision}`);
}

/**
 * Status of a pod object.
 */
export function statusOf(pod: KubeObject): PodStatus {
  return pod['status'] ?? {};
}

/** The container of the server in pods of ours; adopted pods may call theirs otherwise. */
export const serverContainer = 'server';

/**
 * Status of the containers that the revision answers for: the server alone where it is known, not what a mesh or a log shipper adds.
 */
export function serverStatuses(pod: KubeObject): NonNullable<PodStatus['containerStatuses']> {
  const all = statusOf(pod).containerStatuses ?? [];
  const server = all.filter(({ name }) => name === serverContainer);
  return server.length > 0 ? server : all;
}

/**
 * True for a pod that is Ready and not being deleted.
 */
export function isReady(pod: KubeObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    (statusOf(pod).conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True')
  );
}

/**
 * True for a pod whose container runs, or ran.
 */
export function hasStarted(pod: KubeObject): boolean {
  return serverStatuses(pod).some(
    ({ state, lastState }) =>
      state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined,
  );
}

/**
 * True for a pod that will not run again: finished, evicted, or on its way out.
 */
export function isGone(pod: KubeObject): boolean {
  const { phase } = statusOf(pod);
  return pod.metadata.deletionTimestamp !== undefined || phase === 'Failed' || phase === 'Succeeded';
}

/**
 * True for a pod that still holds its place, one that is ending too. Evicted and finished ones lie around until somebody deletes them.
 */
export function holdsPlace(pod: KubeObject): boolean {
  const { phase } = statusOf(pod);
  return phase !== 'Failed' && phase !== 'Succeeded';
}

/**
 * How the metrics source names a pod.
 */
export function podRef(pod: KubeObject): PodRef {
  const status = statusOf(pod);
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    ip: status.podIP ?? null,
    restarts: serverStatuses(pod).reduce((sum, each) => sum + each.restartCount, 0),
  };
}
