import { type Device, devicesOf, memoryOf, processesOn } from './devices.ts';
import type { GpuProcess, NvidiaReport } from './nvidia/report.ts';

/** One look at one device. */
export interface GpuSample {
  /** Since the watch began, milliseconds. */
  readonly atMs: number;
  readonly device: string;
  readonly usedMiB: number | null;
  readonly utilisation: number | null;
  readonly temperatureC: number | null;
  /** Programs of the container that compute there. */
  readonly ours: readonly { readonly pid: number; readonly usedMiB: number | null }[];
  /** All other programs there, also those that only draw: they have memory, too. */
  readonly others: readonly Pick<GpuProcess, 'pid' | 'computes' | 'usedMiB'>[];
  /** Whether this look told the processes of the container: only then is another process surely not its own. */
  readonly pidsTold: boolean;
  /** Measured requests that were answered by then; null: none were being measured. */
  readonly requests: number | null;
  /** Errors of the memory that could not be corrected, since the driver was loaded. */
  readonly uncorrected: number | null;
  readonly ailments: readonly string[];
}

/** What a report of the driver is read with. */
export interface Reading extends Pick<GpuSample, 'atMs' | 'pidsTold' | 'requests'> {
  readonly devices: readonly Device[];
  /** Every process id that the container has had so far. */
  readonly known: ReadonlySet<number>;
}

/** The samples of one report: one of each device that the driver still lists. */
export function samplesOf(report: NvidiaReport, { devices, known, ...when }: Reading): readonly GpuSample[] {
  const there = devicesOf(report);
  return devices.flatMap(({ id }): GpuSample[] => {
    const device = there.find((each) => each.id === id);
    if (device === undefined) return [];
    const processes = processesOn(device);
    const isOurs = ({ pid, computes }: GpuProcess) => computes && known.has(pid);
    return [
      {
        ...when,
        device: id,
        usedMiB: memoryOf(device).usedMiB,
        utilisation: device.gpu.utilisation,
        temperatureC: device.gpu.temperatureC,
        ours: processes.filter(isOurs).map(({ pid, usedMiB }) => ({ pid, usedMiB })),
        others: processes
          .filter((process) => !known.has(process.pid))
          .map(({ pid, computes, usedMiB }) => ({ pid, computes, usedMiB })),
        uncorrected: (device.mig?.ecc ?? device.gpu.ecc.now).uncorrected,
        ailments: device.gpu.ailments,
      },
    ];
  });
}

/**
 * The samples as they read now that more processes of the container are known: the driver may list one before the engine does.
 * @param samples in any order
 * @param known every process id that the container has had
 */
export function settled(samples: readonly GpuSample[], known: ReadonlySet<number>): readonly GpuSample[] {
  return samples.map((sample) => {
    const late = sample.others.filter(({ pid }) => known.has(pid));
    if (late.length === 0) return sample;
    const computing = late.filter(({ computes }) => computes).map(({ pid, usedMiB }) => ({ pid, usedMiB }));
    return {
      ...sample,
      ours: [...sample.ours, ...computing],
      others: sample.others.filter((each) => !late.includes(each)),
    };
  });
}

/** The highest that is known; null: none is. */
export function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Of what is known; null: nothing is. */
export function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return known[Math.floor((known.length - 1) / 2)] ?? null;
}

/** Of what is known; null: nothing is. */
export function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
