import type { Count } from '../../../../src/rollout/analysis/readings.ts';

/** The last ticks' requests, as a range in a query of Prometheus covers them. */
export interface Window {
  add(tick: Count): void;
  /** Sum over the last so many ticks. */
  last(ticks: number): Count;
}

/** Counts of one metric, with its sums. */
export function startWindow(): Window {
  const sums: Count[] = [{ total: 0, bad: 0 }];
  const at = (index: number): Count => sums[Math.max(0, index)] ?? { total: 0, bad: 0 };
  return {
    add: ({ total, bad }) => {
      const before = at(sums.length - 1);
      sums.push({ total: before.total + total, bad: before.bad + bad });
    },
    last: (ticks) => {
      const [from, to] = [at(sums.length - 1 - ticks), at(sums.length - 1)];
      return { total: to.total - from.total, bad: to.bad - from.bad };
    },
  };
}

/** Sum over pods. */
export function sum(pods: readonly Count[]): Count {
  return pods.reduce<Count>((all, pod) => ({ total: all.total + pod.total, bad: all.bad + pod.bad }), {
    total: 0,
    bad: 0,
  });
}
