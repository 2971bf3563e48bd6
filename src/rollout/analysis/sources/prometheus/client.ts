import type { PrometheusConfig } from '../../../../config/config.ts';
import { MlDeployError } from '../../../../errors.ts';
import type { KubeApi } from '../../../../kubernetes/api.ts';
import { directFetch, serviceFetch, type Fetch } from './http.ts';
import { cut } from '../../../../cut.ts';

/** One series of an answer: labels, and points of Unix seconds and value, oldest first. */
export interface PromSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
}

/** Asks one Prometheus server. Every failure is a `metrics/prometheus` error that names the server and the reason. */
export interface PrometheusClient {
  /** How people know it. */
  readonly address: string;
  /** Unix seconds by the server's own clock. */
  now(): Promise<number>;
  /** Instant query at a time (Unix seconds): a vector has one point a series, a range selector the raw samples. */
  query(expression: string, time: number): Promise<readonly PromSeries[]>;
  queryRange(
    expression: string,
    range: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<readonly PromSeries[]>;
  /** True when some target ever announced a metric of that name; false also when the server keeps no metadata. */
  knows(name: string): Promise<boolean>;
}

/** What the connection needs besides the configuration. */
export interface PrometheusAccess {
  /** The rollout's connection to the cluster, for `service`. */
  readonly api: Pick<KubeApi, 'raw' | 'server'>;
  /** Where the variables with credentials are. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of mldeploy.yaml. */
  readonly root: string;
}

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: unknown;
}

interface RawSeries {
  readonly metric?: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/**
 * A client for the configured server; nothing is sent yet.
 */
export function prometheusClient(config: PrometheusConfig, access: PrometheusAccess): PrometheusClient {
  const fetch: Fetch = config.service === null ? directFetch(config, access) : serviceFetch(config.service, access);

  const ask = async (path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> => {
    const { status, body } = await fetch(`${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = parsed(body);
    if (status === 200 && answer?.status === 'success') return answer.data;
    throw refused(fetch.address, status, answer?.error ?? firstLine(body));
  };

  const instant = async (expression: string, time?: number): Promise<{ resultType: string; result: unknown }> =>
    (await ask('/api/v1/query', { query: expression, ...(time === undefined ? {} : { time: time.toFixed(3) }) })) as {
      resultType: string;
      result: unknown;
    };

  return {
    address: fetch.address,
    now: async () => {
      const { result } = await instant('time()');
      const time = Number((result as readonly [number, string])[1]);
      if (Number.isFinite(time)) return time;
      throw refused(fetch.address, 200, 'time() gave no number');
    },
    query: async (expression, time) => seriesOf((await instant(expression, time)).result),
    queryRange: async (expression, { start, end, step }) => {
      const data = await ask('/api/v1/query_range', {
        query: expression,
        start: start.toFixed(3),
        end: end.toFixed(3),
        step: String(step),
      });
      return seriesOf((data as { result: unknown }).result);
    },
    knows: async (name) => {
      try {
        return Object.keys((await ask('/api/v1/metadata', { metric: name })) as object).length > 0;
      } catch {
        return false;
      }
    },
  };
}

function seriesOf(result: unknown): PromSeries[] {
  if (!Array.isArray(result)) return [];
  return (result as readonly RawSeries[]).map(({ metric, value, values }) => ({
    labels: metric ?? {},
    points: (values ?? (value === undefined ? [] : [value])).map(([at, text]) => [at, numberOf(text)] as const),
  }));
}

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

function parsed(body: string): Answer | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function firstLine(body: string): string {
  return cut(body.trim().split('\n')[0] ?? '', 200) || 'an empty answer';
}

function refused(address: string, status: number, why: string): MlDeployError {
  const hints: Readonly<Record<number, string>> = {
    401: 'Name the variables with its credentials in bearerToken or basicAuth.',
    403: 'Its credentials do not allow queries; through a Service, the account needs the right to get services/proxy.',
    404: 'Nothing answers at /api/v1/query there: check the address, and the path when Prometheus has a prefix.',
    503: 'It is not ready, or the Service has no endpoints.',
  };
  return new MlDeployError({
    code: 'metrics/prometheus',
    kind: 'infrastructure',
    message: `Prometheus (${address}) answered ${status === 200 ? 'nothing usable' : `HTTP ${status}`}: ${why}`,
    hint: hints[status] ?? 'Check rollout.metrics.source.prometheus.',
  });
}
