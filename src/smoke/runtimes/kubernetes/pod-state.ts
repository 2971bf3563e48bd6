import { MlDeployError } from '../../../errors.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import type { ServerState } from '../runtime.ts';
import { fetchContainer, fetchFailure } from '../../../kubernetes/objects/weights.ts';
import { mountFailure } from '../../../kubernetes/objects/weights-mount.ts';
import { explainUnschedulable } from './unschedulable.ts';

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** The parts of a pod that a smoke test reads. */
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
  }[];
  readonly initContainerStatuses?: readonly {
    readonly name: string;
    readonly state?: { readonly waiting?: Waiting; readonly running?: object; readonly terminated?: Terminated };
  }[];
  readonly containerStatuses?: readonly {
    readonly imageID: string;
    readonly user?: { readonly linux?: { readonly uid: number } };
    readonly state?: { readonly waiting?: Waiting; readonly running?: object; readonly terminated?: Terminated };
  }[];
}

/** The status of a pod object; empty before the cluster has looked at it. */
export function statusOf(pod: KubeObject): PodStatus {
  const status: PodStatus | undefined = pod['status'] as PodStatus | undefined;
  return status ?? {};
}

/** How the pod's only container ended; null while it has not. */
export function endOf(pod: KubeObject): Terminated | null {
  return statusOf(pod).containerStatuses?.[0]?.state?.terminated ?? null;
}

/** How long a trouble that may pass by itself (scheduling, a registry's hiccup) has lasted, milliseconds. */
export type Lasting = (trouble: string) => number;

const schedulingPatienceMs = 10_000;
const pullPatienceMs = 30_000;

/**
 * What a pod's status says about the server in it. Throws (infrastructure) when the cluster cannot run it: no node, no image, a
 * missing ConfigMap or Secret, evicted. `scalingUp` tells whether an autoscaler is adding a node.
 */
export function stateOf(pod: KubeObject, lasting: Lasting, scalingUp: boolean, limits: string): ServerState {
  const status = statusOf(pod);
  const state = status.containerStatuses?.[0]?.state;
  if (state?.terminated !== undefined) return ended(pod, state.terminated, limits);
  const fetching = fetchState(pod, lasting);
  if (status.phase === 'Failed') throw evicted(pod, status);
  if (state?.running !== undefined) return { phase: 'running' };
  if (fetching !== null) return fetching;
  const unscheduled = status.conditions?.find(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable',
  );
  if (unscheduled !== undefined) {
    if (scalingUp) return { phase: 'starting', detail: 'an autoscaler is adding a node' };
    if (lasting('scheduling') > schedulingPatienceMs) throw explainUnschedulable(unscheduled.message ?? '', pod);
    return { phase: 'starting', detail: `no node takes it yet: ${unscheduled.message ?? ''}` };
  }
  return state?.waiting === undefined
    ? { phase: 'starting', detail: 'waiting for a node' }
    : waiting(pod, state.waiting, lasting);
}

/** State of the init container that fetches the model; null when there is none, or the cluster has not looked at it. */
export function fetchingOf(
  pod: KubeObject,
): NonNullable<NonNullable<PodStatus['initContainerStatuses']>[number]['state']> | null {
  return statusOf(pod).initContainerStatuses?.find(({ name }) => name === fetchContainer)?.state ?? null;
}

/** What the server waits for as long as its model is being fetched; null when nothing is to be said of that. */
function fetchState(pod: KubeObject, lasting: Lasting): ServerState | null {
  const fetching = fetchingOf(pod);
  if (fetching?.terminated !== undefined && fetching.terminated.exitCode !== 0)
    throw notFetched(pod, fetching.terminated);
  if (fetching?.running !== undefined) return { phase: 'starting', detail: 'fetching the model' };
  if (fetching?.waiting === undefined || fetching.waiting.reason === 'PodInitializing') return null;
  return waiting(pod, fetching.waiting, lasting);
}

function notFetched(pod: KubeObject, { exitCode, reason, message }: Terminated): MlDeployError {
  const why = fetchFailure(message);
  return new MlDeployError({
    code: 'smoke/model-fetch',
    kind: 'infrastructure',
    message: `Pod ${pod.metadata.name} could not fetch its model (exit code ${exitCode}, ${reason ?? 'Error'}): ${why === '' ? 'it said nothing' : why}`,
    hint: 'Nothing is known against the model. Look at the registry, and at deploy.imagePullSecrets: the init container reads the registry with these.',
  });
}

function notMounted(pod: KubeObject, reason: string, message: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/model-fetch',
    kind: 'infrastructure',
    message: `The node of pod ${pod.metadata.name} could not mount its model (${reason}): ${oneLine(message)}`,
    hint: 'Nothing is known against the model. Look at the registry and at deploy.imagePullSecrets, and whether the container runtime of the node mounts images (docs/build.md).',
  });
}

function waiting(pod: KubeObject, { reason = '', message = '' }: Waiting, lasting: Lasting): ServerState {
  const unmounted = mountFailure(pod, { reason, message });
  if (unmounted !== null) {
    if (unmounted.forGood || lasting('mount') > pullPatienceMs) throw notMounted(pod, reason, message);
    return { phase: 'starting', detail: `mounting the model failed and is tried again: ${oneLine(message)}` };
  }
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError)$/.test(reason)) {
    const final = /not found|manifest unknown|unauthorized|denied|forbidden|invalid/i.test(message);
    if (final || reason === 'InvalidImageName' || lasting('pull') > pullPatienceMs) {
      throw new MlDeployError({
        code: 'smoke/image-pull',
        kind: 'infrastructure',
        message: `The cluster cannot get the image for pod ${pod.metadata.name} (${reason}): ${oneLine(message)}`,
        hint: 'Check that the digest exists in the repository, that nodes can reach the registry, and deploy.imagePullSecrets.',
      });
    }
    return { phase: 'starting', detail: `pulling the image failed and is tried again: ${oneLine(message)}` };
  }
  if (reason === 'CreateContainerConfigError') {
    throw new MlDeployError({
      code: 'smoke/container-config',
      kind: 'infrastructure',
      message: `The container of pod ${pod.metadata.name} cannot be created: ${oneLine(message)}`,
      hint: 'Check the ConfigMaps and Secrets that deploy names, and that they are in the namespace.',
    });
  }
  if (reason === 'CreateContainerError' || reason === 'RunContainerError') {
    return { phase: 'ended', exitCode: null, reason: `the container cannot be started: ${oneLine(message)}` };
  }
  return {
    phase: 'starting',
    detail: reason === 'ContainerCreating' ? 'pulling the image and creating the container' : reason,
  };
}

function ended(pod: KubeObject, terminated: Terminated, memoryLimit: string): ServerState {
  const { exitCode, reason, message } = terminated;
  if (statusOf(pod).reason === 'Evicted') throw evicted(pod, statusOf(pod));
  if (reason === 'OOMKilled') {
    return {
      phase: 'ended',
      exitCode,
      reason: `it was killed because it used more memory than resources.memory (${memoryLimit})`,
    };
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return { phase: 'ended', exitCode, reason: `it could not be started: ${oneLine(message ?? '')}` };
  }
  return { phase: 'ended', exitCode, reason: `it ended by itself with exit code ${exitCode}` };
}

function evicted(pod: KubeObject, status: PodStatus): MlDeployError {
  return new MlDeployError({
    code: 'smoke/pod-lost',
    kind: 'infrastructure',
    message: `The cluster took pod ${pod.metadata.name} away (${status.reason ?? 'Failed'}): ${oneLine(status.message ?? '')}`,
    hint: 'Nothing is known against the model: run the smoke test again.',
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 400);
}
