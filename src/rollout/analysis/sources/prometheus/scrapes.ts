import type { Sample } from '../../prometheus-text.ts';
import type { PromSeries } from './client.ts';

/** All samples of one pod that came from the same scrape. */
interface Scrape {
  /** Unix seconds. */
  readonly at: number;
  /** Value by series. */
  readonly values: ReadonlyMap<PromSeries, number>;
}

/** What Prometheus scraped of one pod within the lookback, oldest first. */
export interface Scrapes {
  readonly list: readonly Scrape[];
  /** Usual time between two, seconds; null with fewer than two. */
  readonly interval: number | null;
}

/**
 * Sorts a pod's series into scrapes: samples of one scrape carry the same time.
 */
export function scrapesOf(series: readonly PromSeries[]): Scrapes {
  const byTime = new Map<number, Map<PromSeries, number>>();
  for (const each of series) {
    for (const [at, value] of each.points) {
      const values = byTime.get(at) ?? new Map<PromSeries, number>();
      values.set(each, value);
      byTime.set(at, values);
    }
  }
  const list = [...byTime].map(([at, values]) => ({ at, values })).sort((a, b) => a.at - b.at);
  const gaps = list.slice(1).map(({ at }, index) => at - (list[index]?.at ?? at));
  gaps.sort((a, b) => a - b);
  return { list, interval: gaps[Math.floor(gaps.length / 2)] ?? null };
}

/** A pod's counters at one moment between two scrapes. */
export interface Moment {
  readonly samples: readonly Sample[];
  /** True when counters fell since `since`: the process was restarted, or several workers answer in turn. */
  readonly fell: boolean;
}

/**
 * A pod's counters at Unix time `at`, interpolated between the scrape before and the one after: pods are scraped at different moments,
 * and counts of different moments must not be compared. Null when the scrapes do not reach around `at`. Where the process was
 * restarted between the two scrapes, the one before counts: nothing is known about the time in between. `startTime` names the gauge that
 * tells a restart (never interpolated); null: a fall of any counter does. `since` is the moment of the reading before, for `fell`.
 */
export function momentOf({ list }: Scrapes, at: number, startTime: string | null, since: number): Moment | null {
  const after = list.findIndex((scrape) => scrape.at >= at);
  const next = list[after];
  const before = next?.at === at ? next : list[after - 1];
  if (before === undefined || next === undefined) return null;
  const part =
    next.at === before.at || restarted(before, next, startTime) ? 0 : (at - before.at) / (next.at - before.at);
  const samples: Sample[] = [];
  for (const series of new Set([...before.values.keys(), ...(part > 0 ? next.values.keys() : [])])) {
    const name = series.labels['__name__'] ?? '';
    // A counter appears with its first event, so before that it was zero.
    const from = before.values.get(series) ?? 0;
    const to = next.values.get(series) ?? from;
    const value = name === startTime ? (before.values.get(series) ?? to) : from + (to - from) * part;
    samples.push({ name, labels: series.labels, value });
  }
  return { samples, fell: fellBetween(list, since, at) };
}

function restarted(before: Scrape, next: Scrape, startTime: string | null): boolean {
  if (startTime === null) return falls(before, next);
  return valueOf(before, startTime) !== valueOf(next, startTime);
}

function valueOf(scrape: Scrape, name: string): number | undefined {
  for (const [series, value] of scrape.values) if (series.labels['__name__'] === name) return value;
  return undefined;
}

function falls(before: Scrape, next: Scrape): boolean {
  for (const [series, value] of before.values) {
    if ((next.values.get(series) ?? value) < value) return true;
  }
  return false;
}

function fellBetween(list: readonly Scrape[], since: number, until: number): boolean {
  return list.some((scrape, index) => {
    const before = list[index - 1];
    return before !== undefined && scrape.at > since && scrape.at <= until && falls(before, scrape);
  });
}

/** Labels that only say who scraped what and where. */
const scrapeLabels = new Set(['job', 'instance', 'endpoint', 'service', 'prometheus', 'prometheus_replica', 'replica']);

/**
 * The two labels of a pod's series that Prometheus scrapes twice, as text, or null: every request would count double, and evidence for or
 * against the candidate would look stronger than it is.
 */
export function scrapedTwice(series: readonly PromSeries[]): string | null {
  const seen = new Map<string, PromSeries>();
  for (const each of series) {
    const key = JSON.stringify(
      Object.entries(each.labels)
        .filter(([label]) => !scrapeLabels.has(label))
        .sort(),
    );
    const other = seen.get(key);
    if (other === undefined) seen.set(key, each);
    // One that ended before the other began was relabelled, not scraped twice.
    else if (overlap(other, each))
      return [...scrapeLabels].flatMap((label) => differing(label, other, each)).join(', ');
  }
  return null;
}

function overlap(a: PromSeries, b: PromSeries): boolean {
  const [firstA, firstB] = [a.points[0]?.[0] ?? 0, b.points[0]?.[0] ?? 0];
  return firstA <= (b.points.at(-1)?.[0] ?? 0) && firstB <= (a.points.at(-1)?.[0] ?? 0);
}

function differing(label: string, a: PromSeries, b: PromSeries): string[] {
  const [left, right] = [a.labels[label] ?? '', b.labels[label] ?? ''];
  return left === right ? [] : [`${label}="${left}" and "${right}"`];
}
