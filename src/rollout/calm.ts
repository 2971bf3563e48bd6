import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi } from '../kubernetes/api.ts';

/**
 * How long after an outage of the API server a node may go on sending to endpoints of before: kube-proxy waits up to a minute before it
 * asks again (the reflector of client-go backs off to 30 s, doubled by its jitter).
 */
export const calmMs = 65_000;

export interface CalmOptions {
  /** Every look; renews the lease of whoever waits. */
  readonly beat: () => Promise<void>;
  /** Told once, when there is something to wait for. */
  readonly tell: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Waits until every node has heard of the endpoints as they are now, before pods end that some may still send to: at once when the API
 * server was well lately, else for `calmMs` since it last was not, and never longer than that in all.
 */
export async function untilCalm(api: Pick<KubeApi, 'lastTrouble'>, options: CalmOptions): Promise<void> {
  const began = performance.now();
  for (let told = false; ; told = true) {
    const now = performance.now();
    const left = calmMs - (now - Math.min(api.lastTrouble, began));
    if (left <= 0 || options.signal?.aborted === true) return;
    if (!told) {
      options.tell(
        `The API server was away ${seconds(now - api.lastTrouble)} s ago: old pods stay for ${seconds(left)} s more, until every node knows that they get no traffic.`,
      );
    }
    await options.beat();
    await delay(1000, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000));
}
