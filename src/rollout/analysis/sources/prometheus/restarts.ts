import type { PodRef } from '../../readings.ts';

/**
 * Kubernetes tells of a restart before Prometheus has scraped the new process. A restart count is passed on only when the samples show
 * the fall, or the counters before it would be counted twice.
 */
export class Restarts {
  readonly #passed = new Map<string, number>();

  /** The pod with the restart count that fits its samples. */
  seen(pod: PodRef, fell: boolean): PodRef {
    const before = this.#passed.get(pod.uid) ?? pod.restarts;
    const restarts = fell ? pod.restarts : before;
    this.#passed.set(pod.uid, restarts);
    return { ...pod, restarts };
  }
}
