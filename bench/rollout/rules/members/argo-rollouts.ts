import { tickMs, ticksOf } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { startArgoMetric } from './argo-analysis.ts';
import type { ArgoMetricSettings } from './argo-analysis.ts';
import { startWindow, sum } from './window.ts';

interface Settings {
  readonly name: string;
  readonly settings: string;
  /** Whose requests the query counts. */
  readonly of: 'the service' | 'the candidate';
  /** `irate`: between the last two scrapes; else `rate` over so many minutes. */
  readonly over: 'irate' | number;
  /** `startingStep`: the analysis starts with this weight. */
  readonly from: number;
  readonly metric: ArgoMetricSettings;
}

/** docs/features/analysis.md of v1.9.1, "Background Analysis": setWeight 20, 40, 60, 80, each followed by a pause of 10 min. */
const weights = [0.2, 0.4, 0.6, 0.8];
const pause = ticksOf(10);

/** `interval: 5m`, `successCondition: result[0] >= 0.95`, `failureLimit: 3`. */
const documented: ArgoMetricSettings = { limit: 0.95, intervalSeconds: 300, failureLimit: 3 };

const schedule = '20/40/60/80 % for 10 min each, every 5 min, failureLimit 3';

/** The example to the letter: `sum(irate(good[5m])) / sum(irate(all[5m]))` of the service, which both versions serve. */
export const argoRollouts: Rule = argo({
  name: 'Argo Rollouts',
  settings: `documented background analysis: ${schedule}, from 40 % on, success rate of the service >= 95 % between two scrapes`,
  of: 'the service',
  over: 'irate',
  from: 0.4,
  metric: documented,
});

/** The same, its query narrowed to the candidate's pods, as in bench/rollout/contenders. */
export const argoRolloutsCandidate: Rule = argo({
  name: 'Argo, candidate',
  settings: 'the same, but the query asks for the candidate only (as the live benchmark does)',
  of: 'the candidate',
  over: 'irate',
  from: 0.4,
  metric: documented,
});

/** What a user might make of it who knows the trade: our slo as the limit, the candidate only, whole windows, from the first step. */
export const argoRolloutsTuned: Rule = argo({
  name: 'Argo, tuned',
  settings: `tuned by us: ${schedule}, from the first step with initialDelay 5m, success rate of the candidate >= 99 % by rate[5m]`,
  of: 'the candidate',
  over: 5,
  from: 0.2,
  metric: { ...documented, limit: 0.99, initialDelaySeconds: 300 },
});

/** The rule, with its query's settings. Of latency the example knows nothing. */
export function argo({ name, settings, of, over, from, metric }: Settings): Rule {
  const start: Rule['start'] = () => {
    const window = startWindow();
    const analysis = startArgoMetric(metric);
    const startsAt = weights.indexOf(from) * pause;
    let tick = 0;

    const query = (): readonly number[] => {
      // A series exists from its first request on, and either function needs two samples of it.
      if (window.last(Infinity).total - window.last(1).total === 0) return [];
      const { total, bad } = window.last(over === 'irate' ? 1 : ticksOf(over));
      return [(total - bad) / total];
    };

    return {
      weight: () => weights[Math.floor(tick / pause)] ?? 1,
      tick: ({ errors: { candidate, stable } }) => {
        tick += 1;
        window.add(of === 'the candidate' ? sum(candidate) : sum([...candidate, ...stable]));
        const seconds = ((tick - startsAt) * tickMs) / 1000;
        if (seconds >= 0 && analysis.due(seconds)) analysis.measure(seconds, query());
        if (analysis.phase() !== 'Running') return 'roll back';
        return tick === weights.length * pause ? 'promote' : 'go on';
      },
    };
  };
  return { name, settings, start };
}
