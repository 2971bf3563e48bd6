import { type Device, memoryOf } from './devices.ts';
import { type GpuSample, sum } from './look.ts';
import { isSteady } from './use.ts';

/** Memory on one device while requests were answered. */
export interface GpuMemoryCourse {
  /** Of the device. */
  readonly title: string;
  readonly totalBytes: number | null;
  /** Whose it is: that of the container's processes alone; or all that is in use, which nobody else, or perhaps others, changed. */
  readonly whose: 'own' | 'own with others that stood still' | 'anybody';
  /** After so many answered requests. */
  readonly samples: readonly { readonly requests: number; readonly bytes: number }[];
}

const mib = 2 ** 20;

/**
 * What the looks of one load tell of each device; those that were taken when no requests were measured are left out.
 * @param devices of the container
 * @param all samples
 * @param alone nobody else can be on the devices
 */
export function memoryCourses(
  devices: readonly Device[],
  all: readonly GpuSample[],
  alone = false,
): readonly GpuMemoryCourse[] {
  return devices.map((device) => {
    const seen = all.filter(({ device: id, requests }) => id === device.id && requests !== null);
    const own = seen.map(({ ours }) => (ours.length === 0 ? null : sum(ours.map(({ usedMiB }) => usedMiB))));
    const told = own.length > 0 && own.every((value) => value !== null);
    const shown = seen.some(({ ours }) => ours.length > 0);
    const [first] = seen;
    const still = alone || (shown && first !== undefined && seen.every((sample) => isSteady(first, sample)));
    const { totalMiB } = memoryOf(device);
    return {
      title: device.title,
      totalBytes: totalMiB === null ? null : totalMiB * mib,
      whose: told ? 'own' : still ? 'own with others that stood still' : 'anybody',
      samples: seen.flatMap(({ requests, usedMiB }, index) => {
        const value = told ? (own[index] ?? null) : usedMiB;
        return requests === null || value === null ? [] : [{ requests, bytes: value * mib }];
      }),
    };
  });
}
