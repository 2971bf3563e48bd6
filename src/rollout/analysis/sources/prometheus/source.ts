import type { PrometheusConfig } from '../../../../config/config.ts';
import type { ArmName } from '../../../../pipeline/evidence.ts';
import type { MetricsPreset } from '../../../../server/metrics-preset.ts';
import { countSamples } from '../../count.ts';
import type { CountRules } from '../../count-rules.ts';
import type { ArmsReading, PodReading, PodRef } from '../../readings.ts';
import type { Arms, MetricsSource } from '../source.ts';
import type { PrometheusClient, PromSeries } from './client.ts';
import { CustomMetrics, type ArmNames } from './custom.ts';
import { explainMissing } from './explain.ts';
import { Restarts } from './restarts.ts';
import { momentOf, scrapedTwice, scrapesOf, type Scrapes } from './scrapes.ts';
import { metricNames, podSelector } from './selector.ts';

export interface PrometheusSourceOptions {
  readonly client: PrometheusClient;
  readonly config: Pick<PrometheusConfig, 'labels' | 'match' | 'lookbackMs'>;
  readonly preset: Pick<MetricsPreset, 'startTime'>;
  readonly rules: CountRules;
  /** Names for the placeholders of the user's own metrics. */
  readonly arms: Readonly<Record<ArmName, ArmNames>>;
}

/** A pod whose newest sample is older than this many scrapes is not scraped any more. */
const freshScrapes = 2.5;

/** Discovery of new pods (30 s or more by default) and three scrapes at the usual minute. */
const patienceMs = 240_000;

/**
 * Reads both arms' raw counters with one query at one evaluation time, never rates: a range selector gives the samples with the times at
 * which they were scraped. All pods are then taken at one moment, the newest that every fresh pod's samples reach. When only expressions
 * decide, nothing is asked about the pods.
 */
export function prometheusSource(options: PrometheusSourceOptions): MetricsSource {
  const { client, config, preset, rules } = options;
  const names = metricNames(rules, preset.startTime);
  const restarts = new Restarts();
  const custom = new CustomMetrics(client, config, rules, options.arms);
  let declared: ReadonlySet<string> | null = null;
  let windowMs = config.lookbackMs;
  let lastMoment = -Infinity;

  const allMissing = (arms: Arms, missing: string): ArmsReading => ({
    stable: arms.stable.map((pod) => ({ pod, missing })),
    candidate: arms.candidate.map((pod) => ({ pod, missing })),
  });

  const known = async (series: readonly PromSeries[]): Promise<ReadonlySet<string>> => {
    const seen = new Set(series.map(({ labels }) => labels['__name__'] ?? ''));
    if (declared === null) {
      const unseen = names.filter((name) => !seen.has(name));
      const announced = await Promise.all(unseen.map((name) => client.knows(name.replace(/_bucket$/, ''))));
      declared = new Set(unseen.filter((_, index) => announced[index] === true));
    }
    return new Set([...seen, ...declared]);
  };

  /** Nothing is read of the pods: only expressions decide, at the newest moment. */
  const takeExpressions = async (
    arms: Arms,
    { now, changed, asked }: { readonly now: number; readonly changed: number; readonly asked: number },
  ): Promise<ArmsReading> => {
    const stale = await custom.stale(now, changed);
    if (stale !== null) return allMissing(arms, stale);
    const [stable, candidate] = await Promise.all([
      custom.read('stable', arms, now, asked),
      custom.read('candidate', arms, now, asked),
    ]);
    return { stable, candidate };
  };

  const take = async (arms: Arms, notBefore: number): Promise<ArmsReading> => {
    const pods = [...arms.stable, ...arms.candidate];
    const asked = performance.now();
    const now = await client.now();
    // By the server's clock; ours may be another.
    const changed = now - (asked - notBefore) / 1000;
    if (names.length === 0) return takeExpressions(arms, { now, changed, asked });
    const query = `${podSelector(names, pods, config)}[${windowMs}ms]`;
    const series = await client.query(query, now);
    const earliest = Math.max(lastMoment, changed);
    const groups = byPod(series, pods, config.labels.pod);
    const states = new Map(pods.map((pod) => [pod, stateOf(groups.get(pod.name) ?? [], now, earliest)]));
    const fresh = [...states.values()].flatMap((state) => (typeof state === 'string' ? [] : [state]));
    windowMs = nextWindow(fresh, config.lookbackMs);
    const moment = Math.min(...fresh.map(({ list }) => list.at(-1)?.at ?? now));
    const stale = await custom.stale(moment, changed);
    if (stale !== null) return allMissing(arms, stale);
    const declaredNames = await known(series);
    const read = (pod: PodRef): PodReading => {
      const state = states.get(pod) ?? '';
      if (typeof state === 'string') return { pod, missing: state };
      const at = momentOf(state, moment, preset.startTime, lastMoment);
      if (at === null) return { pod, missing: 'Prometheus began to scrape it just now' };
      try {
        const counters = countSamples({ samples: at.samples, declared: declaredNames }, rules, preset.startTime);
        return { pod: restarts.seen(pod, at.fell), counters, readAtMs: asked };
      } catch (error) {
        return { pod, missing: error instanceof Error ? error.message : String(error) };
      }
    };
    const whole = async (arm: ArmName): Promise<PodReading[]> => {
      const pods = arms[arm].map(read);
      // Without any pod the arm is blind, whatever other counters say.
      return pods.every((each) => 'missing' in each)
        ? pods
        : [...pods, ...(await custom.read(arm, arms, moment, asked))];
    };
    const [stable, candidate] = await Promise.all([whole('stable'), whole('candidate')]);
    if (fresh.length > 0) lastMoment = moment;
    return { stable, candidate };
  };

  return {
    patienceMs,
    explain: (reading) => explainMissing(client, reading, { names, which: config }),
    read: async (arms, notBefore = -Infinity) => {
      try {
        return await take(arms, notBefore);
      } catch (error) {
        return allMissing(arms, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function byPod(
  series: readonly PromSeries[],
  pods: readonly PodRef[],
  label: string,
): ReadonlyMap<string, PromSeries[]> {
  const names = new Set(pods.map(({ name }) => name));
  const groups = new Map<string, PromSeries[]>();
  for (const each of series) {
    const pod = each.labels[label] ?? '';
    // The selector may match pods that are gone.
    if (names.has(pod)) groups.set(pod, [...(groups.get(pod) ?? []), each]);
  }
  return groups;
}

/** The pod's scrapes when they can be used, else why not. */
function stateOf(series: readonly PromSeries[], now: number, earliest: number): Scrapes | string {
  const twice = scrapedTwice(series);
  if (twice !== null) return `Prometheus scrapes it twice (${twice}), so every request would count double`;
  const scrapes = scrapesOf(series);
  const newest = scrapes.list.at(-1)?.at;
  if (newest === undefined) return 'Prometheus has no series of it';
  if (scrapes.interval === null) return 'Prometheus has one sample of it so far';
  const age = now - newest;
  if (age > freshScrapes * scrapes.interval + 1) {
    return `its newest sample in Prometheus is ${age.toFixed(0)} s old, and it was scraped every ${scrapes.interval.toFixed(0)} s`;
  }
  return newest < earliest ? 'Prometheus has no newer sample of it yet' : scrapes;
}

/** Once the scrape interval is known, a few scrapes are enough: the answer stays small. */
function nextWindow(fresh: readonly Scrapes[], lookbackMs: number): number {
  const longest = Math.max(...fresh.map(({ interval }) => interval ?? 0));
  if (!(longest > 0)) return lookbackMs;
  return Math.min(lookbackMs, Math.max(10_000, Math.ceil(longest * 6) * 1000));
}
