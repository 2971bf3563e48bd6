import type { QuantileInterval, SmokeEvidence, TimeQuantiles } from '../pipeline/evidence.ts';
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

/** A machine has no more than this; the JSON evidence has them all. */
const mostDevices = 16;

/** What was measured besides quantiles: names and figures, in the order of the report. */
export function speedFacts({
  volatile,
  hardware,
}: SmokeEvidence): readonly (readonly [name: string, figure: string])[] {
  const { throughput, memoryPeakBytes, memoryGrowth, gpu, readyMs, latencyMs } = volatile;
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
    ...(throughput === undefined
      ? []
      : [
          [
            'Throughput',
            `${throughput.perSecond} requests per second, ${throughput.concurrency} at a time, ${plural(latencyMs?.count ?? 0, 'request')}`,
          ] as const,
        ]),
    ...(memoryPeakBytes === undefined ? [] : [['Memory of the host at most', bytes(memoryPeakBytes)] as const]),
    ...(memoryGrowth === undefined
      ? []
      : [['Memory for each further request', `${memoryGrowth.perRequestBytes} B`] as const]),
  ];
}
