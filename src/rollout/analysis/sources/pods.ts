import { request } from 'node:http';
import type { KubeApi } from '../../../kubernetes/api.ts';
import type { MetricsPreset } from '../../../server/metrics-preset.ts';
import { readCounters } from '../count.ts';
import type { CountRules } from '../count-rules.ts';
import type { PodReading, PodRef } from '../readings.ts';
import { missingPods, type MetricsSource } from './source.ts';

/** How pods are reached: by their IP from here, or through the API server. */
export type Route = 'pod-ip' | 'api-server';

export interface PodsSourceOptions {
  readonly api: Pick<KubeApi, 'podProxy'>;
  readonly preset: Pick<MetricsPreset, 'port' | 'path' | 'startTime'>;
  readonly rules: CountRules;
  /** Time a pod has to answer; default 3 s. */
  readonly timeoutMs?: number;
  /** Called once, when the route is known. */
  readonly onRoute?: (route: Route) => void;
}

/** A source that reads the pods themselves. */
export interface PodsSource extends MetricsSource {
  /** The route that worked first; null until one did. */
  readonly route: Route | null;
}

/** One pod's metrics page and when it had arrived, or why there is none. */
type Fetched =
  | { readonly pod: PodRef; readonly text: string; readonly readAtMs: number }
  | { readonly pod: PodRef; readonly missing: string };

const largestPage = 8 * 1024 * 1024;
const tooLarge = 'its metrics page is larger than 8 MiB';

/**
 * Reads the pods' own metrics, so that no Prometheus is needed. Whether pods are reachable by IP is tried once and then kept: mixing
 * routes would read the arms at different delays.
 */
export function podsSource(options: PodsSourceOptions): PodsSource {
  const { api, preset, rules } = options;
  const timeoutMs = options.timeoutMs ?? 3000;
  let route: Route | null = null;

  const page = async (pod: PodRef, by: Route, deadlineMs: number): Promise<string> => {
    if (by === 'pod-ip') {
      if (pod.ip === null) throw new Error('it has no IP yet');
      return getPage(pod.ip, preset, deadlineMs);
    }
    const reply = await api.podProxy(pod.namespace, pod.name, preset.port, preset.path, deadlineMs);
    if (reply.status !== 200) throw new Error(`HTTP ${reply.status} through the API server`);
    if (reply.body.length > largestPage) throw new Error(tooLarge);
    return reply.body;
  };

  const fetchPod = async (pod: PodRef, by: Route): Promise<Fetched> => {
    try {
      const text = await page(pod, by, timeoutMs);
      return { pod, text, readAtMs: performance.now() };
    } catch (error) {
      return { pod, missing: error instanceof Error ? error.message : String(error) };
    }
  };

  const parsed = (fetched: Fetched): PodReading => {
    if ('missing' in fetched) return fetched;
    const { pod, text, readAtMs } = fetched;
    try {
      return { pod, counters: readCounters(text, rules, preset.startTime), readAtMs };
    } catch (error) {
      return { pod, missing: error instanceof Error ? error.message : String(error) };
    }
  };

  const works = async (pods: readonly PodRef[], by: Route): Promise<boolean> => {
    const probes = pods.slice(0, 3).map(async (pod) => {
      const text = await page(pod, by, by === 'pod-ip' ? Math.min(timeoutMs, 1000) : timeoutMs);
      readCounters(text, rules, preset.startTime);
      return true;
    });
    return probes.length > 0 && (await Promise.any(probes).catch(() => false));
  };

  const chooseRoute = async (pods: readonly PodRef[]): Promise<Route> => {
    const routes: readonly Route[] = ['pod-ip', 'api-server'];
    for (const candidate of routes) {
      if (!(await works(pods, candidate))) continue;
      route = candidate;
      options.onRoute?.(candidate);
      return candidate;
    }
    return 'api-server';
  };

  return {
    patienceMs: 30_000,
    explain: (reading) => Promise.resolve(missingPods(reading)),
    read: async (arms) => {
      const by = route ?? (await chooseRoute([...arms.candidate, ...arms.stable]));
      const [stable, candidate] = await Promise.all([
        Promise.all(arms.stable.map((pod) => fetchPod(pod, by))),
        Promise.all(arms.candidate.map((pod) => fetchPod(pod, by))),
      ]);
      // Only now: parsing a large page would delay, and so misdate, the pages that arrive meanwhile.
      return { stable: stable.map(parsed), candidate: candidate.map(parsed) };
    },
    get route() {
      return route;
    },
  };
}

function getPage(ip: string, { port, path }: PodsSourceOptions['preset'], deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // A connection of its own: a kept-alive one would delay the pod's drain.
    const outgoing = request({ host: ip, port, path, agent: false, signal: AbortSignal.timeout(deadlineMs) });
    outgoing.on('error', (error) => {
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer in ${deadlineMs} ms`)
          : error,
      );
    });
    outgoing.on('response', (reply) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      reply.on('error', reject);
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > largestPage) outgoing.destroy(new Error(tooLarge));
        chunks.push(chunk);
      });
      reply.on('end', () => {
        if (reply.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
        else reject(new Error(`HTTP ${reply.statusCode ?? 0}`));
      });
    });
    outgoing.end();
  });
}
