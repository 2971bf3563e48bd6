import { MlDeployError } from '../../errors.ts';
import type { LabelMatch, LabelMatches, LatencyHistogram, SeriesSelector } from '../../server/metrics-preset.ts';
import type { CountRule, CountRules } from './count-rules.ts';
import { parseExposition, type Sample } from './prometheus-text.ts';
import type { Count, PodCounters } from './readings.ts';

/** Samples of one pod at one moment, from its own page or from Prometheus. */
export interface PodSamples {
  readonly samples: readonly Sample[];
  /** Names that are known to exist although they may have no series yet. */
  readonly declared: ReadonlySet<string>;
}

/** Interpolated counters are fractions; rounding of sums must not make a whole number look smaller than it is. */
const rounding = 1e-6;

/**
 * Reads a pod's counters from its metrics page. A counter without any series yet is zero; a page that does not know the metric at all
 * is an error (`metrics/missing`), as is a value that cannot be a count (`metrics/unreadable`).
 */
export function readCounters(text: string, rules: CountRules, startTimeName: string | null): PodCounters {
  const { samples, types } = parseExposition(text);
  return countSamples({ samples, declared: types }, rules, startTimeName);
}

/** As `readCounters`, from samples. */
export function countSamples(page: PodSamples, rules: CountRules, startTimeName: string | null): PodCounters {
  const startTime = startTimeOf(page, startTimeName);
  const counts: Record<string, Count> = {};
  for (const [id, rule] of Object.entries(rules)) {
    const count = countOf(page, rule);
    if (count !== null) counts[id] = count;
  }
  return { startTime, counts };
}

function startTimeOf(page: PodSamples, name: string | null): number | null {
  if (name === null) return null;
  const startTime = page.samples.find((sample) => sample.name === name)?.value;
  if (startTime === undefined) throw missing(name);
  return startTime;
}

function countOf(page: PodSamples, rule: CountRule): Count | null {
  if (rule.kind === 'expression') return null;
  if (rule.kind === 'histogram') return slowCount(page, rule.histogram, rule.edgeSeconds);
  const known = [...rule.total, ...rule.bad].every(({ name }) => isKnown(page, name));
  if (rule.optional && !known) return null;
  return wholeCount(sum(page, rule.total), sum(page, rule.bad), rule.total[0]?.name);
}

function slowCount(page: PodSamples, histogram: LatencyHistogram, edgeSeconds: number): Count {
  const name = `${histogram.name}_bucket`;
  if (!isKnown(page, name) && !page.declared.has(histogram.name)) throw missing(name);
  const buckets = page.samples.filter((sample) => sample.name === name && matches(sample, histogram.where));
  const isEdge = (sample: Sample, edge: number): boolean => {
    // Some exporters write edges with six digits.
    const at = edgeOf(sample) * histogram.unitSeconds;
    return at === edge || Math.abs(at - edge) < 1e-4 * edge;
  };
  const upTo = (edge: number): number =>
    buckets.reduce((running, sample) => running + (isEdge(sample, edge) ? sample.value : 0), 0);
  const total = upTo(Infinity);
  if (total > 0 && !buckets.some((sample) => isEdge(sample, edgeSeconds))) {
    throw missing(`${name}{le="${edgeSeconds / histogram.unitSeconds}"}`);
  }
  return wholeCount(total, total - upTo(edgeSeconds), name);
}

function edgeOf({ labels }: Sample): number {
  return labels['le'] === '+Inf' ? Infinity : Number(labels['le'] ?? NaN);
}

function isKnown(page: PodSamples, name: string): boolean {
  // OpenMetrics declares a counter without its `_total`.
  if (page.declared.has(name) || page.declared.has(name.replace(/_total$/, ''))) return true;
  return page.samples.some((sample) => sample.name === name);
}

function sum(page: PodSamples, selectors: readonly SeriesSelector[]): number {
  for (const { name } of selectors) if (!isKnown(page, name)) throw missing(name);
  return page.samples.reduce(
    (running, sample) => running + (selectors.some((selector) => selects(selector, sample)) ? sample.value : 0),
    0,
  );
}

/** True when the selector picks this series. */
export function selects({ name, where }: SeriesSelector, sample: Sample): boolean {
  return sample.name === name && matches(sample, where);
}

function matches({ labels }: Sample, where: LabelMatches): boolean {
  return Object.entries(where).every(([label, match]) => matchesValue(match, labels[label] ?? ''));
}

function matchesValue(match: LabelMatch, value: string): boolean {
  if ('pattern' in match) return anchored(match.pattern).test(value);
  if ('except' in match) return !anchored(match.except).test(value);
  return match.includes(value);
}

function anchored(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 's');
}

/**
 * Whole counts out of sums that may be fractions between two scrapes. Good and bad events are rounded down on their own, so that
 * neither falls and no tick has more bad events than events.
 */
export function wholeCount(total: number, bad: number, name = 'a counter'): Count {
  for (const value of [total, bad]) {
    if (Number.isFinite(value) && value >= -rounding && value <= Number.MAX_SAFE_INTEGER) continue;
    throw new MlDeployError({
      code: 'metrics/unreadable',
      kind: 'infrastructure',
      message: `the metrics give ${name} as ${value}, which is not a count`,
    });
  }
  const whole = (value: number): number => Math.max(0, Math.floor(value + rounding));
  return { total: whole(total - bad) + whole(bad), bad: whole(bad) };
}

function missing(name: string): MlDeployError {
  return new MlDeployError({
    code: 'metrics/missing',
    kind: 'infrastructure',
    message: `the metrics have no ${name}`,
    hint: 'Check that the pod runs the server that mldeploy.yaml names, and the path and port of its metrics.',
  });
}
