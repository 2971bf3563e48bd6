import { quoted } from '../sources/prometheus/selector.ts';

/**
 * How a kind of gateway counts the requests that it sends to each Service. Matchers have the placeholders of expressions
 * (`{{namespace}}`, `{{backend}}`); both stand for names of Kubernetes, which mean nothing special in a regular expression.
 */
export interface GatewayPreset {
  /** Its name for people. */
  readonly title: string;
  /** Matchers, without braces, of the series of one revision; of several, each series has one at most. */
  readonly backend: readonly string[];
  /** Counter of answers. */
  readonly requests: string;
  /** Matcher of answers with a status of 500 or more. */
  readonly failed: string;
  /** Histogram of their durations, without `_bucket`; `unitMs` is what one unit of the label `le` means. */
  readonly latency: { readonly name: string; readonly unitMs: number };
  /** Labels that may name a Service in some other form, to explain why `backend` finds nothing. */
  readonly labels: readonly string[];
  /** Series that it gives before its first request. */
  readonly alive: readonly string[];
  /** How it is made to give its counters. */
  readonly setup: string;
  /** Matcher of series in which the revisions of a route are one, and what that means. */
  readonly merged: { readonly matcher: string; readonly why: string } | null;
}

/** Two expressions of one metric, and the selectors of the series behind them. */
export interface GatewayExpressions {
  readonly total: string;
  readonly bad: string;
  readonly series: readonly string[];
}

type Match = Readonly<Record<string, string>>;

/**
 * All answers and the failed ones, one series per instance of the gateway. `match`: labels that the series must have besides.
 */
export function gatewayErrors(preset: GatewayPreset, match: Match): GatewayExpressions {
  const selectors = (more: readonly string[]): readonly string[] =>
    gatewaySelectors(preset, preset.requests, match, more);
  const series = selectors([]);
  return { total: sumOf(series), bad: sumOf(selectors([preset.failed])), series };
}

/**
 * All answers and the ones slower than `underMs` milliseconds. Without a bucket of that edge both are empty: nothing is counted
 * then, rather than everything as slow or as fast.
 */
export function gatewayLatency(preset: GatewayPreset, underMs: number, match: Match): GatewayExpressions {
  const selectors = (le: string): readonly string[] =>
    gatewaySelectors(preset, `${preset.latency.name}_bucket`, match, [le]);
  const all = selectors('le="+Inf"');
  const under = sumOf(selectors(`le=~${quoted(edgePattern(underMs / preset.latency.unitMs))}`));
  return { total: `${sumOf(all)} and ${under}`, bad: `${sumOf(all)} - ${under}`, series: all };
}

/**
 * Selectors of one revision's series of a metric; `more` are further matchers.
 */
export function gatewaySelectors(
  { backend }: Pick<GatewayPreset, 'backend'>,
  metric: string,
  match: Match,
  more: readonly string[] = [],
): readonly string[] {
  const besides = [...more, ...Object.entries(match).map(([label, value]) => `${label}=${quoted(value)}`)];
  return backend.map((matcher) => `${metric}{${[matcher, ...besides].join(',')}}`);
}

function sumOf(selectors: readonly string[]): string {
  return `sum by (instance) (${selectors.join(' or ')})`;
}

/** An edge as any version of Prometheus writes it: `5` or `5.0`. */
function edgePattern(edge: number): string {
  const text = String(edge).replaceAll('.', '[.]');
  return Number.isInteger(edge) ? `${text}([.]0)?` : text;
}
