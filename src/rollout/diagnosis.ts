import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { fetchContainer, fetchFailure } from '../kubernetes/objects/weights.ts';
import { mountFailure } from '../kubernetes/objects/weights-mount.ts';
import { schedulingProblem } from '../kubernetes/scheduling.ts';
import { startTrouble } from '../kubernetes/start-trouble.ts';
import { plural } from '../plural.ts';
import { isGone, serverContainer, serverStatuses, statusOf } from './pods.ts';
import type { PodStatus } from './pods.ts';
import { cut } from '../cut.ts';

/** Why pods do not come up or do not stay up, and who is to blame. */
export interface Trouble {
  /** `model`: the revision itself; `infrastructure`: the cluster. */
  readonly kind: 'model' | 'infrastructure';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The trouble may pass by itself (a scheduler retries, an autoscaler adds a node). */
  readonly mayPass: boolean;
}

type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];

/**
 * Looks for a reason why these pods cannot serve, the revision's own fault first; null while nothing is wrong. Eviction, preemption
 * and node loss are not reasons: such pods are replaced.
 */
export function troubleOf(pods: readonly KubeObject[], deployment: KubeObject | null): Trouble | null {
  const troubles = pods
    .filter((each) => !isGone(each))
    .flatMap((pod) => {
      const status = statusOf(pod);
      const found =
        (status.containerStatuses ?? [])
          .map((container) => troubleOfContainer(pod, container))
          .find((each) => each !== null) ??
        fetchTrouble(pod, status) ??
        schedulingTrouble(pod, status);
      return found ?? [];
    });
  const blamed = troubles.find((each) => each.kind === 'model') ?? troubles[0];
  return blamed ?? (deployment === null ? null : creationTrouble(deployment));
}

/**
 * The trouble as an error.
 */
export function troubleError(trouble: Trouble): MlDeployError {
  const { code, kind, message, hint } = trouble;
  return new MlDeployError({ code, kind, message, hint });
}

/** What somebody put beside the server may keep a pod from getting ready, but says nothing about the revision. */
function troubleOfContainer(pod: KubeObject, container: ContainerStatus): Trouble | null {
  // What ended long ago, and was overcome, is no reason why it cannot serve.
  if (container.ready) return null;
  const trouble = containerTrouble(pod, container);
  if (trouble === null || serverStatuses(pod).includes(container)) return trouble;
  return {
    ...trouble,
    kind: 'infrastructure',
    message: `Beside the server, container ${container.name}: ${trouble.message}`,
  };
}

function containerTrouble(pod: KubeObject, container: ContainerStatus): Trouble | null {
  const waiting = container.state?.waiting;
  const ended = container.lastState?.terminated ?? container.state?.terminated;
  if (ended?.reason === 'OOMKilled') {
    return blame(
      'rollout/out-of-memory',
      `Pod ${pod.metadata.name} was killed because it used more memory than its limit.`,
      'Raise resources.memory in mldeploy.yaml, or use fewer workers.',
    );
  }
  if (waiting !== undefined) {
    const found = mountTrouble(pod, waiting) ?? imageTrouble(pod, waiting);
    if (found !== null) return found;
  }
  if (
    waiting?.reason === 'CreateContainerConfigError' ||
    waiting?.reason === 'CreateContainerError' ||
    waiting?.reason === 'RunContainerError'
  ) {
    const { fault, means, hint, mayPass } = startTrouble(waiting.message ?? '');
    if (fault === 'node') {
      return {
        kind: 'infrastructure',
        code: 'rollout/container-start',
        message: `Pod ${pod.metadata.name} cannot start its container, ${means} (${waiting.reason}: ${oneLine(waiting.message)})`,
        hint,
        mayPass,
      };
    }
    return blame(
      'rollout/container-config',
      `Pod ${pod.metadata.name} cannot start its container (${waiting.reason}): ${oneLine(waiting.message)}`,
      "Check the ConfigMaps and Secrets named in deploy, and the image's entry point.",
    );
  }
  return crashTrouble(pod, container);
}

function crashTrouble(pod: KubeObject, container: ContainerStatus): Trouble | null {
  const ended = container.lastState?.terminated ?? container.state?.terminated;
  if (container.state?.waiting?.reason === 'CrashLoopBackOff' || container.restartCount >= 2) {
    const how = ended === undefined ? '' : ` (exit code ${ended.exitCode}, ${ended.reason ?? 'Error'})`;
    return blame(
      'rollout/crash-loop',
      `The server in pod ${pod.metadata.name} ended ${plural(container.restartCount, 'time')}${how}: ${oneLine(ended?.message)}`,
      'Read its last log lines below; `ml-deploy smoke` shows the same locally.',
    );
  }
  return null;
}

/** What registries and container runtimes say of an image that will not be there at the next try either. */
const hopelessPull =
  /not ?found|manifest unknown|does not exist|name unknown|unauthorized|authorization failed|forbidden|denied|no match for platform|no matching manifest|invalid reference/i;

/** One failed pull may be the registry's hiccup; a back-off may also be its outage: only what the registry says blames the revision. */
function imageTrouble(
  pod: KubeObject,
  { reason, message }: { readonly reason?: string; readonly message?: string },
): Trouble | null {
  const what = `Pod ${pod.metadata.name} cannot get its image (${reason ?? ''}): ${oneLine(message)}`;
  const pulling = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  const hopeless =
    reason === 'InvalidImageName' ||
    reason === 'ErrImageNeverPull' ||
    (pulling && hopelessPull.test(withoutImage(message ?? '')));
  if (hopeless) {
    return blame(
      'rollout/image-pull',
      what,
      'Check that the image digest exists and that deploy.imagePullSecrets can read the repository.',
    );
  }
  if (reason !== 'ImagePullBackOff') return null;
  return {
    kind: 'infrastructure',
    code: 'rollout/registry',
    message: what,
    hint: 'Check that the nodes reach the registry, and that the image digest exists.',
    mayPass: true,
  };
}

/** The image's own name, which messages quote, must not be read as a reason. */
function withoutImage(message: string): string {
  return message.replace(/"[^"]*"|\S+@sha256:[0-9a-f]{64}/g, '');
}

/** What the registry or our own check says of a model that will not be fetched at the next try either. */
const hopelessFetch = /\((fetch|cli)\/|\(registry\/(altered|bad-name|forbidden|not-found|unauthorized);/;

/** The model was found clean and the image was tested: whatever keeps a pod from fetching it is nobody's fault. */
function fetchTrouble(pod: KubeObject, status: PodStatus): Trouble | null {
  const fetching = status.initContainerStatuses?.find(({ name }) => name === fetchContainer);
  const waiting = fetching?.state?.waiting;
  if (fetching === undefined || fetching.ready || fetching.state?.running !== undefined) return null;
  const image = waiting === undefined ? null : imageTrouble(pod, waiting);
  if (image !== null)
    return {
      ...image,
      kind: 'infrastructure',
      message: `For the init container that fetches the model: ${image.message}`,
    };
  const ended = fetching.state?.terminated ?? fetching.lastState?.terminated;
  if (ended === undefined || ended.exitCode === 0) return null;
  const why = fetchFailure(ended.message);
  return {
    kind: 'infrastructure',
    code: 'rollout/model-fetch',
    message: `Pod ${pod.metadata.name} could not fetch its model (exit code ${ended.exitCode}, ${ended.reason ?? 'Error'}): ${why === '' ? 'it said nothing' : why}`,
    hint: 'Look at the registry, and at deploy.imagePullSecrets: the init container reads the registry with these.',
    mayPass: !hopelessFetch.test(why),
  };
}

/** As fetchTrouble, of a model that the node mounts: the status of the server tells it. */
function mountTrouble(
  pod: KubeObject,
  waiting: { readonly reason?: string; readonly message?: string },
): Trouble | null {
  const why = mountFailure(pod, waiting);
  if (why === null) return null;
  return {
    kind: 'infrastructure',
    code: 'rollout/model-fetch',
    message: `The node of pod ${pod.metadata.name} could not mount its model (${waiting.reason ?? ''}): ${oneLine(waiting.message)}`,
    hint: 'Look at the registry and at deploy.imagePullSecrets, and whether the container runtime of the node mounts images (docs/build.md).',
    mayPass: !why.forGood,
  };
}

function schedulingTrouble(pod: KubeObject, status: PodStatus): Trouble | null {
  const scheduled = status.conditions?.find((each) => each.type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return null;
  const { text, hint } = schedulingProblem(oneLine(scheduled.message));
  return {
    kind: 'infrastructure',
    code: 'rollout/unschedulable',
    message: `No node can take pod ${pod.metadata.name}: ${text}.`,
    hint,
    mayPass: true,
  };
}

function creationTrouble(deployment: KubeObject): Trouble | null {
  const conditions = (deployment['status'] as PodStatus | undefined)?.conditions ?? [];
  const failure = conditions.find((each) => each.type === 'ReplicaFailure' && each.status === 'True');
  if (failure === undefined) return null;
  return {
    kind: 'infrastructure',
    code: /quota/i.test(failure.message ?? '') ? 'rollout/quota' : 'rollout/pod-refused',
    message: `The cluster refuses to create pods of ${deployment.metadata.name}: ${oneLine(failure.message)}`,
    hint: 'Look at the quotas and the admission policies of the namespace.',
    mayPass: true,
  };
}

/**
 * What people need to see of a failed candidate: state of its pods, warnings from events, last log lines. Never throws.
 */
export async function diagnose(
  api: KubeApi,
  namespace: string,
  pods: readonly KubeObject[],
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const pod of pods.slice(0, 3)) {
    lines.push(...describePod(pod));
    lines.push(...(await attempt(() => events(api, namespace, pod.metadata.name))));
    lines.push(...(await attempt(() => logs(api, namespace, pod))));
  }
  return lines;
}

function describePod(pod: KubeObject): string[] {
  const status = statusOf(pod);
  const fetching = (status.initContainerStatuses ?? []).filter(({ ready, name }) => !ready && name === fetchContainer);
  const containers = [...fetching, ...(status.containerStatuses ?? [])].map((each) => {
    const state =
      each.state?.waiting?.reason ?? each.state?.terminated?.reason ?? (each.ready ? 'ready' : 'running, not ready');
    return `${each.name}: ${state}, ${plural(each.restartCount, 'restart')}`;
  });
  return [
    `pod ${pod.metadata.name}: ${status.phase ?? 'unknown'}${containers.length === 0 ? '' : `; ${containers.join('; ')}`}`,
  ];
}

async function events(api: KubeApi, namespace: string, pod: string): Promise<string[]> {
  const found = await api.list(resources.event, namespace, undefined, `involvedObject.name=${pod},type=Warning`);
  return found.slice(-5).map((event) => `event ${String(event['reason'])}: ${oneLine(String(event['message']))}`);
}

async function logs(api: KubeApi, namespace: string, pod: KubeObject): Promise<string[]> {
  const { name } = pod.metadata;
  const servers = serverStatuses(pod);
  const fetching = statusOf(pod).initContainerStatuses?.some(
    ({ name: one, ready }) => one === fetchContainer && !ready,
  );
  const text = await api.logs(namespace, name, {
    tailLines: 20,
    previous: servers.some((each) => each.restartCount > 0),
    // With several containers the API server wants to know which.
    ...(servers.some((each) => each.name === serverContainer) ? { container: serverContainer } : {}),
    ...(fetching === true ? { container: fetchContainer } : {}),
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `log ${name}: ${cut(line, 500)}`);
}

/** A diagnosis is worth having, but never worth failing for. */
async function attempt(collect: () => Promise<string[]>): Promise<string[]> {
  try {
    return await collect();
  } catch (error) {
    return [`(not available: ${error instanceof Error ? oneLine(error.message) : String(error)})`];
  }
}

function blame(code: string, message: string, hint: string): Trouble {
  return { kind: 'model', code, message, hint, mayPass: false };
}

function oneLine(text: string | undefined): string {
  return cut((text ?? '').trim().split('\n', 3).join(' | '), 400);
}
