import type { Count } from '../../../../src/rollout/analysis/readings.ts';
import { ticksOf } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { startWindow, sum } from './window.ts';

/**
 * The Canary of docs/gitbook/tutorials/istio-progressive-delivery.md and gatewayapi-progressive-delivery.md of v1.36.1: interval 1m, threshold
 * 5, maxWeight 50, stepWeight 10; at least 99 % good answers over 1m (there as `request-success-rate` min 99, here as `error-rate` max 1); P99
 * of the duration at most 500 ms over 30s. Without its load test: the clients are real here.
 */
const interval = ticksOf(1);
const threshold = 5;
const maxWeight = 50;
const stepWeight = 10;
const success = { min: 99, over: ticksOf(1) };
/** A P99 above 500 ms is more than 1 % of requests slower than that. */
const slow = { max: 0.01, over: ticksOf(0.5) };

/**
 * Semantics from v1.36.1, pkg/controller/scheduler.go `advanceCanary` (the first look only sets the first weight; a failed check adds to
 * `status.failedChecks`, which nothing resets, and the weight stays; at the look *after* the one that reached the threshold it rolls back; at
 * maxWeight a passed check promotes) and scheduler_metrics.go, metrics/providers/prometheus.go (NaN, 0 of 0, is "no values found": a failed check).
 */
export const flagger: Rule = {
  name: 'Flagger',
  settings:
    'documented Istio and Gateway API examples: every 1 min, steps of 10 % to 50 %, success rate >= 99 % over 1 min, 5 failed checks; no load test',
  start: (latency) => {
    const errors = startWindow();
    const slower = startWindow();
    let weight = stepWeight;
    let failedChecks = 0;
    let tick = 0;

    const passes = (): boolean => {
      const rate = successRate(errors.last(success.over));
      if (Number.isNaN(rate) || rate < success.min) return false;
      if (!latency) return true;
      const { total, bad } = slower.last(slow.over);
      return total > 0 && bad / total <= slow.max;
    };

    return {
      weight: () => weight / 100,
      tick: (counts) => {
        tick += 1;
        errors.add(sum(counts.errors.candidate));
        slower.add(sum(counts.latency?.candidate ?? []));
        if (tick % interval !== 0) return 'go on';
        if (failedChecks >= threshold) return 'roll back';
        if (!passes()) failedChecks += 1;
        else if (weight >= maxWeight) return 'promote';
        else weight += stepWeight;
        return 'go on';
      },
    };
  },
};

function successRate({ total, bad }: Count): number {
  return ((total - bad) / total) * 100;
}
