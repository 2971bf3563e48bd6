import type { QuantileInterval, SmokeEvidence, TimeQuantiles } from '../pipeline/evidence.ts';
import { coldStartText } from './cold-start.ts';
import { bytes, duration, plural } from './format.ts';

/** One quantile of one kind of time. */
export interface SpeedRow {
  /** `Latency, p50`. */
  readonly name: string;
  readonly ms: number;
  readonly interval: QuantileInterval | null;
}

/** Every quantile that the smoke test measured, in the order of the report; at most six. */
export function speedRows({ volatile }: SmokeEvidence): readonly SpeedRow[] {
  const rows = (what: string, times: TimeQuantiles | null | undefined): SpeedRow[] =>
    times === null || times === undefined
      ? []
      : (['p50', 'p95', 'p99'] as const).map((each) => ({
          name: `${what}, ${each}`,
          ms: times[each],
          interval: times.intervals?.[each] ?? null,
        }));
  return [...rows('Latency', volatile.latencyMs), ...rows('First token', volatile.firstTokenMs)];
}

/** Each figure beside that of the revision it was compared with: name, now, then, and how the times relate; empty: nothing compared. */
export function comparedRows({ volatile }: SmokeEvidence): readonly (readonly [string, string, string, string])[] {
  const { latencyMs, comparedWith, throughput } = volatile;
  if (latencyMs === null || comparedWith === undefined) return [];
  const told = (ratio: number, name: string) =>
    `${Math.round(ratio * 100)} %${comparedWith.slower.includes(name) ? ', slower' : ''}`;
  const quantiles = (['p50', 'p95', 'p99'] as const).map((name) => {
    const [now, then] = [latencyMs[name], comparedWith.latencyMs[name]];
    return [`Latency, ${name}`, milliseconds(now), milliseconds(then), told(now / then, name)] as const;
  });
  if (throughput === undefined || comparedWith.throughput === null) return quantiles;
  const [now, then] = [throughput.perSecond, comparedWith.throughput.perSecond];
  const perSecond = (value: number) => `${Number(value.toPrecision(3))} per second`;
  return [...quantiles, ['Throughput', perSecond(now), perSecond(then), told(then / now, 'throughput')]];
}

/** `7.2 ms`, three digits of it. */
export function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))}\u00a0ms`;
}

/** A 95 % confidence interval in words; sides that few requests leave open are named so. */
export function intervalText({ low, high }: QuantileInterval): string {
  if (low === null && high === null) return 'too few requests';
  if (high === null) return `above ${milliseconds(low ?? 0)}`;
  return low === null ? `below ${milliseconds(high)}` : `${milliseconds(low)} to ${milliseconds(high)}`;
}

/** What stays of each request, in words: chance alone makes small figures. */
function growthText({ perRequestBytes, lowBytes }: { perRequestBytes: number; lowBytes: number }): string {
  return lowBytes > 0
    ? `${bytes(perRequestBytes)} (at least ${bytes(lowBytes)})`
    : `none for certain (${bytes(perRequestBytes)} measured)`;
}

/** A machine has no more than this; the JSON evidence has them all. */
const mostDevices = 16;

/** What was measured besides quantiles: names and figures, in the order of the report. */
export function speedFacts({
  volatile,
  hardware,
}: SmokeEvidence): readonly (readonly [name: string, figure: string])[] {
  const { throughput, memoryPeakBytes, memoryGrowth, gpuMemoryGrowth, gpu, readyMs, latencyMs, coldStart } = volatile;
  const mib = (value: number | null): string => (value === null ? 'unknown' : bytes(value * 1024 * 1024));
  return [
    [hardware.device === 'gpu' ? 'GPU' : 'CPU', hardware.name],
    ...(gpu === undefined
      ? []
      : [
          ...(gpu.devices ?? [])
            .slice(0, mostDevices)
            .map(({ title, memoryMiB }) => [title, `${mib(memoryMiB)} of memory`] as const),
          ...(gpu.driver === undefined ? [] : [['Driver', gpu.driver ?? 'unknown'] as const]),
          ['GPU memory at most', `${mib(gpu.memoryPeakMiB)}, ${mib(gpu.memoryRiseMiB)} above the start`] as const,
          ['GPU busy at most', gpu.utilisation === null ? 'not told by the driver' : `${gpu.utilisation} %`] as const,
        ]),
    ['Ready after', duration(readyMs)],
    ...(coldStart === undefined ? [] : [['Cold start', coldStartText(coldStart)] as const]),
    ...(throughput === undefined
      ? []
      : [
          [
            'Throughput',
            `${throughput.perSecond} requests per second, ${throughput.concurrency} at a time, ${plural(latencyMs?.count ?? 0, 'request')}`,
          ] as const,
        ]),
    ...(memoryPeakBytes === undefined ? [] : [['Memory of the host at most', bytes(memoryPeakBytes)] as const]),
    ...(memoryGrowth === undefined ? [] : [['Memory for each further request', growthText(memoryGrowth)] as const]),
    ...(gpuMemoryGrowth === undefined
      ? []
      : [['GPU memory for each further request', growthText(gpuMemoryGrowth)] as const]),
  ];
}
