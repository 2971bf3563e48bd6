import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { Access } from '../pipeline/stage.ts';
import { metricsOf } from '../server/metrics.ts';
import { countRules, type CountRules } from './analysis/count-rules.ts';
import { requestsNeeded } from './analysis/plan.ts';
import type { AnalysisPlan } from './analysis/plan.ts';
import type { PodReading, PodRef } from './analysis/readings.ts';
import { armNames } from './analysis/sources/index.ts';
import { podsSource } from './analysis/sources/pods.ts';
import { prometheusClient, type PrometheusClient } from './analysis/sources/prometheus/client.ts';
import { filled, type ArmNames } from './analysis/sources/prometheus/custom.ts';
import { podHistory } from './analysis/sources/prometheus/history.ts';
import { metricNames, podMatchers } from './analysis/sources/prometheus/selector.ts';
import type { PlannedStep } from './plan.ts';
import { isReady, podRef, revisionPods } from './pods.ts';
import type { Revision } from './state.ts';
import { factsOf } from './traffic/index.ts';

/** Time between the two looks at the pods, and how far back Prometheus is asked, seconds. */
const lookSeconds = 3;
const historySeconds = 600;

/** Requests that the stable revision gets now. */
export interface TrafficSeen {
  readonly perSecond: number;
  /** What the figure is from, for people. */
  readonly from: string;
}

/**
 * How many requests a second the stable revision serves: from the last ten minutes of Prometheus, else from two looks at its pods. Null
 * when nothing can be read; planning goes on without.
 */
export async function lookAtTraffic(
  { config, access }: { readonly config: Config; readonly access: Pick<Access, 'environment' | 'root'> },
  api: KubeApi,
  stable: Revision,
): Promise<TrafficSeen | null> {
  const pods = (await revisionPods(api, config.name, config.deploy.namespace, stable.name)).filter(isReady).map(podRef);
  if (pods.length === 0) return null;
  try {
    return config.rollout.metrics.prometheus === null
      ? await fromPods(config, api, pods)
      : await fromPrometheus(config, { access, api }, stable, pods);
  } catch {
    return null;
  }
}

async function fromPods(config: Config, api: KubeApi, pods: readonly PodRef[]): Promise<TrafficSeen | null> {
  const preset = metricsOf(config);
  const source = podsSource({ api, preset, rules: countRules(config.rollout, preset) });
  const look = async (): Promise<readonly PodReading[]> => (await source.read({ stable: pods, candidate: [] })).stable;
  const first = await look();
  await delay(lookSeconds * 1000);
  const second = await look();
  const rates = second.flatMap((now, index) => {
    const before = first[index];
    if (before === undefined || 'missing' in before || 'missing' in now) return [];
    const served = firstTotal(now.counters.counts) - firstTotal(before.counters.counts);
    return [Math.max(0, served) / ((now.readAtMs - before.readAtMs) / 1000)];
  });
  if (rates.length === 0) return null;
  return { perSecond: sum(rates), from: `in ${lookSeconds} s` };
}

async function fromPrometheus(
  config: Config,
  { access, api }: { readonly access: Pick<Access, 'environment' | 'root'>; readonly api: KubeApi },
  stable: Revision,
  pods: readonly PodRef[],
): Promise<TrafficSeen | null> {
  const { prometheus } = config.rollout.metrics;
  if (prometheus === null) return null;
  const preset = metricsOf(config);
  const rules = countRules(config.rollout, preset);
  const client = prometheusClient(prometheus, { api, ...access });
  if (metricNames(rules, preset.startTime).length === 0) {
    const matchers = podMatchers(pods, prometheus);
    return fromExpression(client, rules, (text) => filled(text, matchers, namesOf(config, stable)));
  }
  const history = await podHistory(
    {
      client,
      config: prometheus,
      preset,
      rules,
      range: { past: historySeconds, step: 60 },
    },
    pods,
  );
  const rates = history.flatMap(({ samples }) => {
    const [first, last] = [samples[0], samples.at(-1)];
    // A pod that was restarted meanwhile tells nothing.
    if (first === undefined || last === undefined || first.counters.startTime !== last.counters.startTime) return [];
    const served = firstTotal(last.counters.counts) - firstTotal(first.counters.counts);
    return last.atMs > first.atMs && served >= 0 ? [served / ((last.atMs - first.atMs) / 1000)] : [];
  });
  return rates.length === 0 ? null : { perSecond: sum(rates), from: 'in the last ten minutes' };
}

/** When no counter of the pods decides: how fast the first expression grew, each of its series. */
async function fromExpression(
  client: PrometheusClient,
  rules: CountRules,
  fill: (text: string) => string,
): Promise<TrafficSeen | null> {
  const [rule] = Object.values(rules);
  if (rule?.kind !== 'expression') return null;
  const end = await client.now();
  const range = { start: end - historySeconds, end, step: 5 };
  const rates = (await client.queryRange(fill(rule.total), range)).flatMap(({ points }) => {
    const [first, last] = [points[0], points.at(-1)];
    // One that began anew meanwhile tells nothing.
    if (first === undefined || last === undefined || last[0] <= first[0] || last[1] < first[1]) return [];
    return [(last[1] - first[1]) / (last[0] - first[0])];
  });
  return rates.length === 0 ? null : { perSecond: sum(rates), from: 'in the last ten minutes' };
}

function namesOf(config: Config, stable: Revision): ArmNames {
  return armNames({
    name: config.name,
    namespace: config.deploy.namespace,
    revisions: { stable: stable.name, candidate: stable.name },
    stableIsPublic: factsOf(config).adopted !== null,
  }).stable;
}

function firstTotal(counts: Readonly<Record<string, { readonly total: number }>>): number {
  return Object.values(counts)[0]?.total ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((running, value) => running + value, 0);
}

/**
 * What the traffic means for the steps: requests needed against requests seen, how long each step takes at least, and whether that fits
 * the deadline. Sentences.
 */
export function trafficNotes(
  seen: TrafficSeen | null,
  steps: readonly PlannedStep[],
  analysis: AnalysisPlan,
  stepDeadlineMs: number,
): readonly string[] {
  if (seen === null)
    return ['The traffic of the stable revision could not be read, so how long the steps take is not known.'];
  const rate = `${seen.perSecond >= 10 ? seen.perSecond.toFixed(0) : seen.perSecond.toPrecision(2)} requests/s`;
  if (seen.perSecond === 0) {
    return [
      `The stable revision got no request ${seen.from}. Without traffic no step passes: it ends inconclusive at its deadline.`,
    ];
  }
  const proved = analysis.metrics.filter(({ rollbackOnly }) => rollbackOnly !== true);
  const needed = Math.max(...proved.map(({ slo }) => requestsNeeded(slo, analysis.beta)));
  const seconds = steps.map(({ share, minTimeMs, minRequests }) =>
    Math.max(minTimeMs / 1000, Math.max(needed, minRequests) / (seen.perSecond * share)),
  );
  const late = seconds.findIndex((each) => each * 1000 > stepDeadlineMs);
  return [
    `The stable revision gets about ${rate} (${seen.from}): the steps take at least ${seconds.map(duration).join(' + ')}, ${duration(sum(seconds))} together.`,
    ...(late < 0
      ? []
      : [
          `Step ${late + 1} cannot pass before its deadline of ${duration(stepDeadlineMs / 1000)}: too little traffic at ${Number(((steps[late]?.share ?? 0) * 100).toPrecision(3))} % of it. A larger share, a longer rollout.stepDeadline or a looser slo would do.`,
        ]),
  ];
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${Number((seconds / 3600).toPrecision(2))} h`;
}
