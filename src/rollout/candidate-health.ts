import type { KubeObject } from '../kubernetes/api.ts';
import { troubleOf } from './diagnosis.ts';
import type { Trouble } from './diagnosis.ts';
import { isGone, isReady, serverStatuses } from './pods.ts';

/** Two looks without a ready pod count only when they are at least this far apart. */
const apartMs = 1000;

/** Ends of a container that the node reports when it does not know how it ended: no evidence against the revision. */
const unknownEnds: readonly (string | undefined)[] = ['ContainerStatusUnknown', 'Unknown'];

/**
 * Watches the candidate's pods while it is judged: a pod that was ready and whose container then ends is no matter of statistics,
 * and a share that no ready pod serves must not stay until the step's deadline.
 */
export class CandidateHealth {
  readonly #revision: string;
  readonly #failsWithoutPods: boolean;
  /** Restarts of each pod when it was first seen ready, by uid. */
  readonly #restarts = new Map<string, number>();
  #noneReadySince: number | null = null;

  /** `failsWithoutPods`: requests of the candidate's share fail when it has no ready pod (a gateway), instead of going elsewhere. */
  constructor(revision: string, failsWithoutPods: boolean) {
    this.#revision = revision;
    this.#failsWithoutPods = failsWithoutPods;
  }

  /** One look at the pods at the weight in force, at `nowMs` of a monotonic clock; what ends the rollout, or null. */
  look(pods: readonly KubeObject[], weight: number, nowMs: number): Trouble | null {
    const trouble = troubleOf(pods, null);
    if (trouble?.kind === 'model') return trouble;
    const crashed = this.#crashed(pods);
    if (crashed !== null) return crashed;
    for (const pod of pods.filter(isReady)) {
      const uid = uidOf(pod);
      if (!this.#restarts.has(uid)) this.#restarts.set(uid, restartsOf(pod));
    }
    if (weight === 0 || pods.some(isReady)) {
      this.#noneReadySince = null;
      return null;
    }
    this.#noneReadySince ??= nowMs;
    return nowMs - this.#noneReadySince < apartMs ? null : this.#noneReady(pods);
  }

  #crashed(pods: readonly KubeObject[]): Trouble | null {
    for (const pod of pods.filter((each) => !isGone(each))) {
      const before = this.#restarts.get(uidOf(pod));
      if (before === undefined) continue;
      for (const { state, lastState } of serverStatuses(pod)) {
        const ended = state?.terminated ?? (restartsOf(pod) > before ? lastState?.terminated : undefined);
        if (ended === undefined || ended.exitCode === 0 || unknownEnds.includes(ended.reason)) continue;
        return {
          kind: 'model',
          code: 'rollout/crashed',
          message: `The server in pod ${pod.metadata.name} ended while it was judged (exit code ${ended.exitCode}, ${ended.reason ?? 'Error'}).`,
          hint: 'Read its last log lines below; a request that ends the server, or a failing liveness check, is the usual cause.',
          mayPass: false,
        };
      }
    }
    return null;
  }

  #noneReady(pods: readonly KubeObject[]): Trouble | null {
    // The kubelet itself says "not ready"; when a node is lost only the pod's condition changes.
    const failing = pods.find(
      (pod) =>
        !isGone(pod) &&
        this.#restarts.has(uidOf(pod)) &&
        serverStatuses(pod).some((each) => !each.ready && each.state?.running !== undefined),
    );
    if (failing !== undefined) {
      return {
        kind: 'model',
        code: 'rollout/became-unready',
        message: `${this.#revision} has no ready pod any more: pod ${failing.metadata.name} runs but fails its readiness check.`,
        hint: 'Read its last log lines below; the server was ready before it got traffic.',
        mayPass: false,
      };
    }
    if (!this.#failsWithoutPods) return null;
    return {
      kind: 'infrastructure',
      code: 'rollout/candidate-lost',
      message: `${this.#revision} has no ready pod any more: its pods were evicted, deleted or lost with their node.`,
      hint: 'Nothing is known against the revision; run the rollout again when the cluster has room for it.',
      mayPass: false,
    };
  }
}

function uidOf(pod: KubeObject): string {
  return pod.metadata.uid ?? pod.metadata.name;
}

function restartsOf(pod: KubeObject): number {
  return serverStatuses(pod).reduce((sum, each) => sum + each.restartCount, 0);
}
