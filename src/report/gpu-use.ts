import type { SmokeEvidence } from '../pipeline/evidence.ts';
import { bytes, plural } from './format.ts';
import { mostPoints, sparkline } from './sparkline.ts';

const mib = 2 ** 20;

/** A machine has no more than this; the JSON evidence has them all. */
const mostDevices = 16;

/** One GPU or MIG device of the test, in words. */
export interface GpuUseRow {
  readonly title: string;
  readonly memory: string;
  readonly peak: string;
  readonly busy: string;
}

/** How something went over the test: points to draw, and a line of text with its scale. */
export interface Course {
  readonly what: string;
  readonly line: string;
  readonly scale: string;
  readonly points: readonly { readonly at: number; readonly value: number | null }[];
  /** The highest value that a drawing has to hold. */
  readonly most: number;
  /** Of `at`. */
  readonly unit: 's' | 'requests';
  /** A value in words. */
  readonly format: (value: number) => string;
}

/** The GPUs of the smoke test, in the order of the report; empty on the CPU, and where nobody could look. */
export function gpuUseRows({ volatile }: SmokeEvidence): readonly GpuUseRow[] {
  const { gpu } = volatile;
  const devices = gpu?.devices ?? [];
  return devices.slice(0, mostDevices).map(({ title, memoryMiB, course }) => {
    const peak = highest(course?.memoryMiB ?? []) ?? (devices.length === 1 ? (gpu?.memoryPeakMiB ?? null) : null);
    const busy = highest(course?.utilisation ?? []) ?? (devices.length === 1 ? (gpu?.utilisation ?? null) : null);
    const share = peak === null || memoryMiB === null ? '' : ` (${Math.round((peak / memoryMiB) * 100)} %)`;
    return {
      title,
      memory: mebibytes(memoryMiB),
      peak: `${mebibytes(peak)}${share}`,
      busy: busy === null ? 'not told' : `${busy} %`,
    };
  });
}

/** How memory and use went, of each GPU and of the server itself. */
export function courses({ volatile }: SmokeEvidence): readonly Course[] {
  const ofGpus = (volatile.gpu?.devices ?? []).slice(0, mostDevices).flatMap(({ title, course }): Course[] => {
    if (course === undefined || course.memoryMiB.length < 2) return [];
    const most = highest(course.memoryMiB);
    const over = (values: readonly (number | null)[]) => ({
      points: values.map((value, index) => ({ at: ((index + 0.5) * course.seconds) / values.length, value })),
      unit: 's' as const,
    });
    const inBytes = course.memoryMiB.map((value) => (value === null ? null : value * mib));
    const [memory, busy] = [over(inBytes), over(course.utilisation)];
    const time = `over ${course.seconds} s`;
    return [
      ...(most === null
        ? []
        : [
            {
              ...{ what: `${title}, memory in use`, line: sparkline(course.memoryMiB, { least: 0, most }) },
              ...{ scale: `0 to ${mebibytes(most)}, ${time}`, ...memory, most: most * mib, format: bytes },
            },
          ]),
      ...(highest(course.utilisation) === null
        ? []
        : [
            {
              ...{ what: `${title}, busy`, line: sparkline(course.utilisation, { least: 0, most: 100 }), most: 100 },
              ...{ scale: `0 to 100 %, ${time}`, ...busy, format: (value: number) => `${value} %` },
            },
          ]),
    ];
  });
  return [...ofGpus, ...ofServer(volatile)];
}

/** Memory of the server over the requests. */
function ofServer({ memoryCourse, memoryRequests }: SmokeEvidence['volatile']): readonly Course[] {
  if (memoryCourse === undefined || memoryCourse.length < 2) return [];
  const [least, most] = [Math.min(...memoryCourse), Math.max(...memoryCourse)];
  // What changes by a few percent should not look like a mountain: it is drawn in the middle of a scale of a tenth.
  const margin = Math.max(0, most / 10 - (most - least)) / 2;
  const points = memoryCourse.map((value, index) => ({ at: memoryRequests?.[index] ?? index, value }));
  const range = least === most ? bytes(most) : `${bytes(least)} to ${bytes(most)}`;
  const over = memoryRequests === undefined ? 'the requests' : plural(memoryRequests.at(-1) ?? 0, 'request');
  return [
    {
      what: 'Memory of the server',
      line: sparkline(evenly(points), { least: least - margin, most: most + margin }),
      scale: `${range}, over ${over}`,
      ...{ points, most, unit: 'requests', format: bytes },
    },
  ];
}

/** The highest value in each of equal parts of the way; a part without a look is as the one before. */
function evenly(points: readonly { readonly at: number; readonly value: number }[]): readonly (number | null)[] {
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const parts = Math.min(mostPoints, points.length);
  const part = (at: number) => Math.min(parts - 1, Math.floor(((at - from) / Math.max(to - from, 1)) * parts));
  const seen = Map.groupBy(points, ({ at }) => part(at));
  let before: number | null = null;
  return Array.from({ length: parts }, (_, index) => {
    before = highest((seen.get(index) ?? []).map(({ value }) => value)) ?? before;
    return before;
  });
}

function mebibytes(value: number | null): string {
  return value === null ? 'unknown' : bytes(value * mib);
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
