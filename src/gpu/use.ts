import { type Device, memoryOf, unseenMiB } from './devices.ts';
import { type GpuSample, highest, settled, sum } from './look.ts';
import type { Xid } from './xid.ts';

/** How one device was used over time: the highest of each of at most `coursePoints` equal parts. */
export interface GpuCourse {
  readonly seconds: number;
  readonly memoryMiB: readonly (number | null)[];
  readonly utilisation: readonly (number | null)[];
}

/** Programs on the devices that are not known to be the container's. */
export interface Others {
  /** Process ids that are surely not the container's: there before it, or seen twice while its own were told. */
  readonly foreign: readonly number[];
  /** Process ids of which nobody can say whose they were: too short-lived, or the engine did not tell the container's. */
  readonly strangers: readonly number[];
  /** Those of both that compute: a display only draws. */
  readonly computing: readonly number[];
  /** The most that the foreign ones had together, as far as the driver tells; null: none was seen, or it does not tell. */
  readonly heldMiB: number | null;
  /** They were the same all the time, with the same memory, or there were none: what changed is not theirs. */
  readonly steady: boolean;
}

/** What was seen while the server was kept busy. */
export interface Asked {
  /** Highest utilisation, percent; null: not told. */
  readonly utilisation: number | null;
  /** The median of the looks, percent, of several loads the lowest; null: not told. */
  readonly usually: number | null;
  /** Highest utilisation right before and right after, when nothing was asked, percent; null: not told, or nobody had to look. */
  readonly atRest: number | null;
  /** How long requests were on their way, milliseconds. */
  readonly ms: number;
  /** Looks that the driver answered meanwhile or right afterwards, and those that it did not. */
  readonly looks: number;
  readonly unanswered: number;
}

/** What there is to see only from within a pod, whose GPU nobody could look at before its program ran. */
export interface InPod {
  /** Whether other pods may be on the same GPU; null: not known. */
  readonly shared: boolean | null;
  /** Processes of the container that have opened CUDA; null: that could not be seen. */
  readonly cuda: readonly number[] | null;
}

/** What was seen from before the start to now; in a pod from right after the start. */
export interface GpuUse {
  readonly samples: number;
  /** What the driver said, or did not, when it was asked last; null: it answered. */
  readonly silence: string | null;
  readonly devices: readonly {
    readonly title: string;
    readonly memoryMiB: number | null;
    readonly course: GpuCourse;
  }[];
  /** Its version; null: it never answered. */
  readonly driver: string | null;
  /** Process ids of the container that computed on the devices. */
  readonly pids: readonly number[];
  /** The most memory that they had, of all devices together; null: not told. */
  readonly oursPeakMiB: number | null;
  /** Every process id that the container has had; null: the engine never told. */
  readonly containerPids: readonly number[] | null;
  readonly others: Others;
  /** Null: the driver of this machine was asked. */
  readonly inPod: InPod | null;
  /** While the server was asked all the time; null: it never was. */
  readonly asked: Asked | null;
  /** Memory in use before the start; null: unknown. */
  readonly beforeMiB: number | null;
  /** Rise of the memory in use above that; null: unknown. */
  readonly riseMiB: number | null;
  /** How far the memory in use fell below that: programs of others gave some back meanwhile. */
  readonly fellMiB: number;
  readonly peakMiB: number | null;
  /** Of all devices; null: not told. */
  readonly totalMiB: number | null;
  /** Utilisation at the first look, percent; null: not told. */
  readonly startUtilisation: number | null;
  /** Highest of all samples, percent; null where the driver does not tell (MIG). */
  readonly utilisation: number | null;
  /** Whether the driver tells which process is on a device: not from within a container. */
  readonly processesSeen: boolean;
  readonly xids: readonly Xid[];
  /** Why no Xid could be seen; null when they could. */
  readonly kernelLog: string | null;
  /** New errors of the memory that could not be corrected. */
  readonly uncorrected: number;
  /** What the driver complains of that it did not complain of before. */
  readonly ailments: readonly string[];
}

/** What a driver or a display may take and give back meanwhile. */
export const slackMiB = 64;

/** What of a `GpuUse` the samples tell. */
export type Seen = Omit<GpuUse, 'asked' | 'containerPids' | 'driver' | 'inPod' | 'kernelLog' | 'silence' | 'xids'>;

/**
 * Summarises samples of these devices, in the order in which they were taken; the first of each device is from before the start.
 * @param devices of the container
 * @param taken samples
 * @param known every process id that the container has had
 */
export function seenIn(devices: readonly Device[], taken: readonly GpuSample[], known: ReadonlySet<number>): Seen {
  const all = settled(taken, known);
  const per = devices.map(({ id }) => all.filter(({ device }) => device === id));
  const peakMiB = sum(per.map((samples) => highest(samples.map(({ usedMiB }) => usedMiB))));
  const beforeMiB = sum(per.map(([first]) => withoutOurs(first)));
  const falls = per.flatMap(([first, ...later]) =>
    later.map(({ usedMiB }) => (first?.usedMiB ?? 0) - (usedMiB ?? Infinity)),
  );
  return {
    samples: Math.max(0, ...per.map((samples) => samples.length)),
    devices: devices.map((device, index) => ({
      title: device.title,
      memoryMiB: memoryOf(device).totalMiB,
      course: courseOf(per[index] ?? []),
    })),
    pids: [...new Set(all.flatMap(({ ours }) => ours.map(({ pid }) => pid)))],
    oursPeakMiB: sum(per.map((samples) => highest(samples.map(({ ours }) => sum(ours.map((one) => one.usedMiB)))))),
    others: othersIn(per),
    beforeMiB,
    riseMiB: peakMiB === null || beforeMiB === null ? null : peakMiB - beforeMiB,
    fellMiB: Math.max(0, ...falls),
    peakMiB,
    totalMiB: sum(devices.map((device) => memoryOf(device).totalMiB)),
    startUtilisation: highest(per.map(([first]) => first?.utilisation ?? null)),
    utilisation: highest(all.map(({ utilisation }) => utilisation)),
    processesSeen: all.some(({ ours, others }) => ours.length + others.length > 0),
    uncorrected: per.reduce((total, samples) => total + grown(samples), 0),
    ailments: per.flatMap((samples) => {
      const [first] = samples;
      return (samples.at(-1)?.ailments ?? []).filter((text) => first?.ailments.includes(text) !== true);
    }),
  };
}

/** Memory of others in use at a look; null: not told. */
function withoutOurs(sample: GpuSample | undefined): number | null {
  if (sample?.usedMiB === null || sample === undefined) return null;
  return sample.usedMiB - (sum(sample.ours.map(({ usedMiB }) => usedMiB)) ?? 0);
}

function othersIn(per: readonly (readonly GpuSample[])[]): Others {
  const listed = per.flat().flatMap(({ others }) => others);
  const pids = [...new Set(listed.map(({ pid }) => pid))];
  // A process that the container started meanwhile may have been missed by one list of its processes, but not by two.
  const isForeign = (pid: number) =>
    per.some((samples) => {
      const has = ({ others }: GpuSample) => others.some((one) => one.pid === pid);
      const [first] = samples;
      return (first !== undefined && has(first)) || samples.filter((each) => each.pidsTold && has(each)).length > 1;
    });
  const foreign = pids.filter(isForeign);
  const heldAt = ({ others }: GpuSample) =>
    sum(others.filter(({ pid }) => foreign.includes(pid)).map(({ usedMiB }) => usedMiB));
  return {
    foreign,
    strangers: pids.filter((pid) => !foreign.includes(pid)),
    computing: pids.filter((pid) => listed.some((one) => one.pid === pid && one.computes)),
    heldMiB: sum(per.map((samples) => highest(samples.map(heldAt)))),
    steady: per.every(([first, ...later]) => later.every((sample) => first !== undefined && isSteady(first, sample))),
  };
}

/** Who else is on the devices. */
export interface Beside {
  /** In words. */
  readonly who: string;
  /** Not only a display. */
  readonly computes: boolean;
}

/** Who else may keep the devices busy; null: nobody, as far as can be seen. */
export function besideIn({
  others,
  beforeMiB,
  devices,
  inPod,
}: Pick<GpuUse, 'beforeMiB' | 'devices' | 'inPod' | 'others'>): Beside | null {
  const { foreign, strangers, computing } = others;
  const named = (pids: readonly number[]) => `process ${pids.slice(0, 5).join(', ')}`;
  if (computing.length > 0) return { who: named(computing), computes: true };
  if (inPod !== null && inPod.shared !== false) {
    const unknown = ' (this account may not look up whether: get on nodes)';
    return { who: `other pods${inPod.shared === null ? unknown : ''}`, computes: true };
  }
  if (inPod === null && (beforeMiB ?? 0) - (others.heldMiB ?? 0) > unseenMiB * Math.max(1, devices.length)) {
    return { who: 'programs that the driver does not show', computes: true };
  }
  const drawing = [...foreign, ...strangers];
  return drawing.length === 0 ? null : { who: named(drawing), computes: false };
}

/** Memory of others that came between two looks at a device; null: some came or went, or the driver does not tell what they have. */
export function grownByOthers(from: GpuSample, to: GpuSample): number | null {
  const pidsOf = ({ others }: GpuSample) =>
    others
      .map(({ pid }) => pid)
      .toSorted((a, b) => a - b)
      .join(' ');
  const told = ({ others }: GpuSample) => others.every(({ usedMiB }) => usedMiB !== null);
  if (pidsOf(from) !== pidsOf(to) || !told(from) || !told(to)) return null;
  const held = ({ others }: GpuSample) => sum(others.map(({ usedMiB }) => usedMiB)) ?? 0;
  return held(to) - held(from);
}

/** Whether the same others were there at both looks, with the same memory. */
export function isSteady(from: GpuSample, to: GpuSample): boolean {
  const grown = grownByOthers(from, to);
  return grown !== null && Math.abs(grown) <= slackMiB;
}

/** As many as a line of text shows. */
const coursePoints = 40;

function courseOf(samples: readonly GpuSample[]): GpuCourse {
  const points = Math.min(coursePoints, samples.length);
  const parts = Array.from({ length: points }, (_, index) =>
    samples.slice(Math.floor((index * samples.length) / points), Math.floor(((index + 1) * samples.length) / points)),
  );
  const [first, last] = [samples[0]?.atMs ?? 0, samples.at(-1)?.atMs ?? 0];
  return {
    seconds: Math.round((last - first) / 100) / 10,
    memoryMiB: parts.map((part) => highest(part.map(({ usedMiB }) => usedMiB))),
    utilisation: parts.map((part) => highest(part.map(({ utilisation }) => utilisation))),
  };
}

function grown(samples: readonly GpuSample[]): number {
  const counts = samples.flatMap(({ uncorrected }) => uncorrected ?? []);
  return counts.length === 0 ? 0 : (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}
