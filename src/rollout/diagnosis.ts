import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { isGone, statusOf } from './pods.ts';
import type { PodStatus } from './pods.ts';

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
 * Looks for a reason why these pods cannot serve; null while nothing is wrong. Eviction, preemption and node loss are not reasons:
 * such pods are replaced.
 */
export function troubleOf(pods: readonly KubeObject[], deployment: KubeObject | null): Trouble | null {
  for (const pod of pods.filter((each) => !isGone(each))) {
    const status = statusOf(pod);
    const trouble =
      (status.containerStatuses ?? [])
        .map((container) => containerTrouble(pod, container))
        .find((each) => each !== null) ?? schedulingTrouble(pod, status);
    if (trouble !== null) return trouble;
  }
  return deployment === null ? null : creationTrouble(deployment);
}

/**
 * The trouble as an error.
 */
export function troubleError(trouble: Trouble): MlDeployError {
  const { code, kind, message, hint } = trouble;
  return new MlDeployError({ code, kind, message, hint });
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
  if (waiting !== undefined && isImageProblem(waiting.reason, waiting.message)) {
    return blame(
      'rollout/image-pull',
      `Pod ${pod.metadata.name} cannot get its image (${waiting.reason ?? ''}): ${oneLine(waiting.message)}`,
      'Check that the image digest exists and that deploy.imagePullSecrets can read the repository.',
    );
  }
  if (
    waiting?.reason === 'CreateContainerConfigError' ||
    waiting?.reason === 'CreateContainerError' ||
    waiting?.reason === 'RunContainerError'
  ) {
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
      `The server in pod ${pod.metadata.name} ended ${container.restartCount} times${how}: ${oneLine(ended?.message)}`,
      'Read its last log lines below; `ml-deploy smoke` shows the same locally.',
    );
  }
  return null;
}

/** One failed pull may be the registry's hiccup; "not found" and the back-off after a second try are not. */
function isImageProblem(reason: string | undefined, message: string | undefined): boolean {
  if (reason === 'ImagePullBackOff' || reason === 'InvalidImageName' || reason === 'ErrImageNeverPull') return true;
  return (
    reason === 'ErrImagePull' && /not found|manifest unknown|does not exist|unauthorized|denied/i.test(message ?? '')
  );
}

function schedulingTrouble(pod: KubeObject, status: PodStatus): Trouble | null {
  const scheduled = status.conditions?.find((each) => each.type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return null;
  return {
    kind: 'infrastructure',
    code: 'rollout/unschedulable',
    message: `No node can take pod ${pod.metadata.name}: ${oneLine(scheduled.message)}`,
    hint: 'Free capacity, add nodes, or ask for less in resources.',
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
    const restarted = statusOf(pod).containerStatuses?.some((each) => each.restartCount > 0) ?? false;
    lines.push(...(await attempt(() => logs(api, namespace, pod.metadata.name, restarted))));
  }
  return lines;
}

function describePod(pod: KubeObject): string[] {
  const status = statusOf(pod);
  const containers = (status.containerStatuses ?? []).map((each) => {
    const state =
      each.state?.waiting?.reason ?? each.state?.terminated?.reason ?? (each.ready ? 'ready' : 'running, not ready');
    return `${each.name}: ${state}, ${each.restartCount} restarts`;
  });
  return [
    `pod ${pod.metadata.name}: ${status.phase ?? 'unknown'}${containers.length === 0 ? '' : `; ${containers.join('; ')}`}`,
  ];
}

async function events(api: KubeApi, namespace: string, pod: string): Promise<string[]> {
  const found = await api.list(resources.event, namespace, undefined, `involvedObject.name=${pod},type=Warning`);
  return found.slice(-5).map((event) => `event ${String(event['reason'])}: ${oneLine(String(event['message']))}`);
}

async function logs(api: KubeApi, namespace: string, pod: string, previous: boolean): Promise<string[]> {
  const text = await api.logs(namespace, pod, { tailLines: 20, previous });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `log ${pod}: ${line.slice(0, 500)}`);
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
  return (text ?? '').trim().split('\n', 3).join(' | ').slice(0, 400);
}
