import type { ArmName } from '../../../../pipeline/evidence.ts';
import { wholeCount } from '../../count.ts';
import type { CountRules } from '../../count-rules.ts';
import type { Count, PodReading } from '../../readings.ts';
import type { Arms } from '../source.ts';
import type { PrometheusClient, PromSeries } from './client.ts';
import { podMatchers, type PodLabels } from './selector.ts';

/** Names of an arm, for the placeholders. */
export interface ArmNames {
  readonly namespace: string;
  /** The revision's own Service. */
  readonly service: string;
  /** The Service to which the route sends its share: its own, or the public one that keeps the stable share of an adopted route. */
  readonly backend: string;
  readonly revision: string;
}

interface Expressions {
  readonly id: string;
  readonly total: string;
  readonly bad: string;
  readonly series: readonly string[];
}

/**
 * Reads the user's own metrics: two expressions an arm, all at one evaluation time. Each series of the answers (a pod, a gateway instance)
 * is counted on its own, so that series which come and go change nothing. A sum that falls begins a new baseline.
 */
export class CustomMetrics {
  readonly #client: PrometheusClient;
  readonly #which: PodLabels;
  readonly #names: Readonly<Record<ArmName, ArmNames>>;
  readonly #metrics: readonly Expressions[];
  readonly #seen = new Map<string, { readonly count: Count; readonly falls: number }>();

  constructor(
    client: PrometheusClient,
    which: PodLabels,
    rules: CountRules,
    names: Readonly<Record<ArmName, ArmNames>>,
  ) {
    this.#client = client;
    this.#which = which;
    this.#names = names;
    this.#metrics = Object.entries(rules).flatMap(([id, rule]) =>
      rule.kind === 'expression' ? [{ id, total: rule.total, bad: rule.bad, series: rule.series }] : [],
    );
  }

  /**
   * Why these metrics cannot be read at Unix time `at` as counted since the last change of weight: a gateway was not scraped since then
   * (Unix time `changed`). Null when it was; expressions whose series are not known are not looked at. Throws what the client throws.
   */
  async stale(at: number, changed: number): Promise<string | null> {
    if (changed === -Infinity) return null;
    const selectors = this.#metrics.flatMap(({ series }) =>
      series.flatMap((text) => Object.values(this.#names).map((names) => filled(text, '', names))),
    );
    const stamps = [...new Set(selectors)].map((selector) => `timestamp(${selector})`);
    const [oldest] = stamps.length === 0 ? [] : await this.#client.query(`min(${stamps.join(' or ')})`, at);
    // The gateway may have no series before the first request.
    return oldest !== undefined && valueOf(oldest) < changed
      ? 'Prometheus has no newer sample of the gateway yet'
      : null;
  }

  /** One reading per metric and series of this arm, at Unix time `at`. Throws what the client throws. */
  async read(arm: ArmName, arms: Arms, at: number, readAtMs: number): Promise<PodReading[]> {
    const readings = await Promise.all(this.#metrics.map((metric) => this.#one(metric, arm, arms, at, readAtMs)));
    return readings.flat();
  }

  async #one(metric: Expressions, arm: ArmName, arms: Arms, at: number, readAtMs: number): Promise<PodReading[]> {
    const expression = (text: string): string => filled(text, podMatchers(arms[arm], this.#which), this.#names[arm]);
    const [total, bad] = await Promise.all([
      this.#client.query(expression(metric.total), at),
      this.#client.query(expression(metric.bad), at),
    ]);
    const badOf = new Map(bad.map((series) => [keyOf(series), valueOf(series)]));
    const keys = new Set([...total.map(keyOf), ...badOf.keys()]);
    if (keys.size === 0) {
      const pod = { namespace: '', name: metric.id, uid: `${arm}/${metric.id}`, ip: null, restarts: 0 };
      // The tick does not wait for it: a gateway has no series before the first request.
      return [{ pod, counters: { startTime: null, counts: {} }, readAtMs }];
    }
    const totalOf = new Map(total.map((series) => [keyOf(series), valueOf(series)]));
    return [...keys].map((key) => {
      const count = wholeCount(totalOf.get(key) ?? 0, badOf.get(key) ?? 0, metric.id);
      const falls = this.#falls(`${arm}/${metric.id}/${key}`, count);
      const pod = {
        namespace: '',
        name: `${metric.id}${key === '{}' ? '' : key}`,
        uid: `${arm}/${metric.id}/${key}#${falls}`,
        ip: null,
        restarts: 0,
      };
      return { pod, counters: { startTime: null, counts: { [metric.id]: count } }, readAtMs };
    });
  }

  #falls(key: string, count: Count): number {
    const before = this.#seen.get(key);
    const fell = before !== undefined && (count.total < before.count.total || count.bad < before.count.bad);
    const falls = (before?.falls ?? 0) + (fell ? 1 : 0);
    this.#seen.set(key, { count, falls });
    return falls;
  }
}

/** The expression with its placeholders filled in. */
export function filled(text: string, pods: string, { namespace, service, backend, revision }: ArmNames): string {
  const values: Readonly<Record<string, string>> = { pods, namespace, service, backend, revision };
  return text.replaceAll(
    /\{\{(pods|namespace|service|backend|revision)\}\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
}

function keyOf({ labels }: PromSeries): string {
  const own = Object.entries(labels).filter(([label]) => label !== '__name__');
  return JSON.stringify(Object.fromEntries(own.sort()));
}

function valueOf(series: PromSeries): number {
  return series.points.at(-1)?.[1] ?? 0;
}
