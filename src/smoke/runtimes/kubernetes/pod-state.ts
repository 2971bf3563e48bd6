import { MlDeployError } from '../../../errors.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import type { ServerState } from '../runtime.ts';
import { serverContainer } from '../../../kubernetes/objects/deployment.ts';
import { fetchContainer, fetchFailure } from '../../../kubernetes/objects/weights.ts';
import { mountFailure } from '../../../kubernetes/objects/weights-mount.ts';
import { creationTrouble, type StartTrouble, startTrouble } from '../../../kubernetes/start-trouble.ts';
import { explainUnschedulable } from './unschedulable.ts';
import { cut } from '../../../cut.ts';

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
    readonly name: string;
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

/** The status of the container that serves, not of what a mesh or a log shipper adds to the pod; undefined: there is none yet. */
export function serverStatus(pod: KubeObject): NonNullable<PodStatus['containerStatuses']>[number] | undefined {
  return statusOf(pod).containerStatuses?.find(({ name }) => name === serverContainer);
}

/** How the container that serves ended; null while it has not. */
export function endOf(pod: KubeObject): Terminated | null {
  return serverStatus(pod)?.state?.terminated ?? null;
}

/** The node does not know how the container ended. */
export function isUnknownEnd({ reason }: Terminated): boolean {
  return unknownEnds.test(reason ?? '');
}

/** How long a trouble that may pass by itself (scheduling, a registry's hiccup) has lasted, milliseconds. */
export type Lasting = (trouble: string) => number;

const schedulingPatienceMs = 10_000;
const pullPatienceMs = 30_000;
const startPatienceMs = 30_000;

const pulls =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed)$/;
const starts =
  /^(CreateContainerConfigError|CreateContainerError|RunContainerError|PreCreateHookError|PreStartHookError)$/;
/** What registries say of an image that will not be there at the next try either. */
const hopelessPull =
  /not ?found|manifest unknown|does not exist|name unknown|unauthorized|authorization failed|forbidden|denied|no match for platform|no matching manifest|invalid/i;
const pullHints: Readonly<Record<string, string>> = {
  InvalidImageName: 'Correct image.repository.',
  ErrImageNeverPull:
    'An admission policy of the cluster forbids its nodes to pull (imagePullPolicy Never): ask who keeps it, or put the image on the nodes.',
  ImageInspectError: 'The image store of the node is damaged: look at its container runtime, or choose another node.',
  SignatureValidationFailed:
    'The node takes only signed images: sign it (image.sign), or change the policy of the node.',
};
/** Ends that the node reports when it does not know how the container ended. */
const unknownEnds = /^(ContainerStatusUnknown|Unknown)$/;

/**
 * What a pod's status says about the server in it. Throws (infrastructure) when the cluster cannot run it: no node, no image, a
 * missing ConfigMap or Secret, evicted. `scalingUp` tells whether an autoscaler is adding a node.
 */
export function stateOf(pod: KubeObject, lasting: Lasting, scalingUp: boolean, limits: string): ServerState {
  const status = statusOf(pod);
  const state = serverStatus(pod)?.state;
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
  if (pulls.test(reason)) return notPulled(pod, { reason, message }, lasting);
  if (starts.test(reason)) {
    const trouble = startTrouble(message);
    if (trouble.fault === 'image') return refused(trouble, message);
    if (!trouble.mayPass || lasting('start') > startPatienceMs) throw notStarted(pod, reason, trouble, message);
    return { phase: 'starting', detail: `starting it failed and is tried again: ${oneLine(message)}` };
  }
  return {
    phase: 'starting',
    detail: reason === 'ContainerCreating' ? 'pulling the image and creating the container' : reason,
  };
}

/** Its own digest, and what else the message quotes, must not be read as a reason. */
function notPulled(pod: KubeObject, { reason = '', message = '' }: Waiting, lasting: Lasting): ServerState {
  const said = message.replace(/"[^"]*"|\S+@sha256:[0-9a-f]{64}/g, '');
  const final =
    hopelessPull.test(said) || /^(InvalidImageName|ErrImageNeverPull|SignatureValidationFailed)$/.test(reason);
  if (!final && lasting('pull') <= pullPatienceMs) {
    return { phase: 'starting', detail: `pulling the image failed and is tried again: ${oneLine(message)}` };
  }
  throw new MlDeployError({
    code: 'smoke/image-pull',
    kind: 'infrastructure',
    message: `The cluster cannot get the image for pod ${pod.metadata.name} (${reason}): ${oneLine(message)}`,
    hint:
      pullHints[reason] ??
      'Check that the digest exists in the repository, that nodes can reach the registry, and deploy.imagePullSecrets.',
  });
}

/** The image is at fault: it would end so on every node. */
function refused({ means }: StartTrouble, message: string): Extract<ServerState, { phase: 'ended' }> {
  return { phase: 'ended', exitCode: null, reason: `the container cannot be started, ${means} (${oneLine(message)})` };
}

function notStarted(
  pod: KubeObject,
  reason: string,
  { fault, means, hint }: StartTrouble,
  message: string,
): MlDeployError {
  return new MlDeployError({
    code: fault === 'configuration' ? 'smoke/container-config' : 'smoke/container-start',
    kind: 'infrastructure',
    message: `The container of pod ${pod.metadata.name} cannot be started, ${means} (${reason}: ${oneLine(message)})`,
    hint: `Nothing is known against the model. ${hint}`,
  });
}

/**
 * What events say of a pod that has a node and no container yet: its sandbox, network or volumes. What lasts is thrown.
 * @returns what it waits for; null: nothing is wrong
 */
export function beforeContainer(
  pod: KubeObject,
  events: readonly { readonly reason: string; readonly message: string }[],
  lasting: Lasting,
): string | null {
  const { conditions } = statusOf(pod);
  const waits = serverStatus(pod)?.state?.waiting?.reason;
  const set = conditions?.some(({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True');
  const event = waits === undefined || waits === 'ContainerCreating' ? creationTrouble(events) : null;
  if (set === true || event === null) return null;
  const trouble = startTrouble(event.message);
  if (lasting('sandbox') > startPatienceMs) throw notStarted(pod, event.reason, trouble, event.message);
  return `${trouble.means}; it is tried again: ${oneLine(event.message)}`;
}

function ended(pod: KubeObject, terminated: Terminated, memoryLimit: string): ServerState {
  const { exitCode, reason, message } = terminated;
  const taken = takenAway(pod);
  if (taken !== null) throw evicted(pod, taken);
  if (reason === 'OOMKilled') {
    return {
      phase: 'ended',
      exitCode,
      reason: `it was killed because it used more memory than resources.memory (${memoryLimit})`,
    };
  }
  if (isUnknownEnd(terminated)) throw evicted(pod, terminated);
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    const trouble = startTrouble(message ?? '');
    if (trouble.fault !== 'image') throw notStarted(pod, reason, trouble, message ?? '');
    return { ...refused(trouble, message ?? ''), exitCode };
  }
  return { phase: 'ended', exitCode, reason: `it ended by itself with exit code ${exitCode}` };
}

/**
 * Why the cluster ended the pod, whatever its program said then: a node that was drained or shut down, a pod of higher priority, a deadline, somebody who
 * deleted it. The kubelet names a reason only for ends of its own, and others leave the condition `DisruptionTarget`.
 */
function takenAway(pod: KubeObject): Pick<PodStatus, 'reason' | 'message'> | null {
  const { reason, message, conditions } = statusOf(pod);
  if (reason !== undefined) return { reason, ...(message === undefined ? {} : { message }) };
  const disrupted = conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  if (disrupted !== undefined) return disrupted;
  return pod.metadata.deletionTimestamp === undefined
    ? null
    : { reason: 'Deleted', message: 'somebody, or something, deleted it' };
}

function evicted(pod: KubeObject, status: Pick<PodStatus, 'reason' | 'message'>): MlDeployError {
  return new MlDeployError({
    code: 'smoke/pod-lost',
    kind: 'infrastructure',
    message: `The cluster took pod ${pod.metadata.name} away (${status.reason ?? 'Failed'}): ${oneLine(status.message ?? '')}`,
    hint: `Nothing is known against the model. ${lostHints.find(([pattern]) => pattern.test(status.reason ?? ''))?.[1] ?? 'Run the smoke test again.'}`,
  });
}

/** What a kubelet's own refusal calls for. */
const lostHints: readonly (readonly [RegExp, string])[] = [
  [
    /^UnexpectedAdmissionError$/,
    'The device plugin of the node refused: a GPU is unhealthy, or several shares of one GPU were asked for (time-slicing). Look at `kubectl describe node` and the logs of the device plugin.',
  ],
  [/^OutOf/, 'Somebody else took it in the same moment: run the smoke test again.'],
  [/^Evicted$/, 'The node ran out of memory or disk: choose another one, or run the smoke test again.'],
];

function oneLine(text: string): string {
  return cut(text.replace(/\s+/g, ' ').trim(), 400);
}
