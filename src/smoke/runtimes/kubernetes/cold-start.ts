import type { KubeObject } from '../../../kubernetes/api.ts';
import type { ColdStart } from '../runtime.ts';
import { fetchingOf, serverStatus, statusOf } from './pod-state.ts';

/** Parts of a second in each unit of a duration as Go writes it (`1m2.5s`, `355.2ms`). */
const unitsMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Milliseconds of a duration as Go writes it; null when it is none. */
export function goDuration(text: string): number | null {
  if (!/^(?:[\d.]+(?:h|ms|m|s|us|µs|ns))+$/.test(text)) return null;
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)];
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * (unitsMs[unit ?? ''] ?? 0), 0);
}

/**
 * How long the node took to get an image, milliseconds, from the kubelet's event `Pulled`.
 * @param messages of these events
 * @param image of the container, as the pod names it
 * @returns 0 when it was there; null when no event tells
 */
export function pullTime(messages: readonly string[], image: string): number | null {
  const said = messages.find((message) => message.includes(`"${image}"`));
  if (said === undefined) return null;
  if (said.includes('already present')) return 0;
  // Of two times the second one includes the wait for other pulls.
  const found = /\(([^ ]+) including waiting\)/.exec(said) ?? / in ([^ ]*\d[^ ]*)(?: |$)/.exec(said);
  return goDuration(found?.[1]?.replace(/\.$/, '') ?? '');
}

/** Notes on this machine's clock when a pod was first seen to have come a step further: the cluster tells whole seconds only. */
export class PodClock {
  readonly #began = performance.now();
  #scheduled: number | null = null;
  #running: number | null = null;

  /** To be told of every look at the pod. */
  see(pod: KubeObject): void {
    const { conditions } = statusOf(pod);
    const now = performance.now();
    const placed = conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True') === true;
    if (placed) this.#scheduled ??= now;
    const state = serverStatus(pod)?.state;
    if (state?.running !== undefined || state?.terminated !== undefined) this.#running ??= now;
  }

  /**
   * The parts of the way from the creation of the pod until its container ran.
   * @param pod as it is now
   * @param pulled messages of its events `Pulled`; null: this account may not read events
   * @param image of the container
   */
  parts(pod: KubeObject, pulled: readonly string[] | null, image: string): ColdStart {
    const scheduled = this.#scheduled ?? this.#began;
    const fetchMs = fetchTimeMs(pod);
    const pullMs = pulled === null ? null : pullTime(pulled, image);
    const known = (pullMs ?? 0) + (fetchMs ?? 0);
    return {
      nodeMs: Math.round(scheduled - this.#began),
      pullMs: pullMs === null ? null : Math.round(pullMs),
      ...(fetchMs === null ? {} : { fetchMs }),
      createMs: Math.max(0, Math.round((this.#running ?? scheduled) - scheduled - known)),
    };
  }
}

/** How long the init container took for the model, whole seconds in milliseconds; null without one. */
export function fetchTimeMs(pod: KubeObject): number | null {
  const { startedAt, finishedAt } = fetchingOf(pod)?.terminated ?? {};
  return startedAt === undefined || finishedAt === undefined ? null : Date.parse(finishedAt) - Date.parse(startedAt);
}
