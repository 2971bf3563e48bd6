import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../process/run.ts';
import { type Device, devicesOf, memoryOf, processesOn } from './devices.ts';
import { withListing } from './nvidia/listing.ts';
import { type NvidiaReport, parseReport } from './nvidia/report.ts';
import { isOn, parseXid, readXids, type Xid } from './xid.ts';

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
  readonly others: number;
  /** Errors of the memory that could not be corrected, since the driver was loaded. */
  readonly uncorrected: number | null;
  readonly ailments: readonly string[];
}

/** What was seen from before the start to now. */
export interface GpuUse {
  readonly samples: number;
  readonly devices: readonly { readonly title: string; readonly memoryMiB: number | null }[];
  /** Its version; null: it never answered. */
  readonly driver: string | null;
  /** Process ids of the container that computed on the devices, with the most memory of all together. */
  readonly pids: readonly number[];
  readonly oursPeakMiB: number | null;
  /** Every process id that the container has had; null: the engine never told. */
  readonly containerPids: readonly number[] | null;
  /** While the server was asked all the time (`whileAsked`): highest utilisation, percent (null: not told), and how long; null: it never was. */
  readonly asked: { readonly utilisation: number | null; readonly ms: number } | null;
  /** Rise of the memory in use above what it was before the start; null: unknown. */
  readonly riseMiB: number | null;
  readonly peakMiB: number | null;
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

export interface WatchOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly devices: readonly Device[];
  /** Process ids of the container on the host; null: not known. */
  readonly pids: () => Promise<readonly number[] | null>;
}

/** Between two looks. A look itself takes about as long on a machine with many GPUs. */
const everyMs = 1_000;
const lookMs = 20_000;
/** After the end of a program the driver needs a moment to take its memory back. */
const settleMs = 5_000;
/** What a driver or a display may take and give back meanwhile. */
const slackMiB = 64;

/** Looks at the devices of one container from before its start until after its removal. */
export class GpuWatch {
  readonly #options: WatchOptions;
  readonly #began = performance.now();
  readonly #samples: GpuSample[] = [];
  readonly #known = new Set<number>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #pidsTold = false;
  #asked: GpuUse['asked'] = null;
  #driver: string | null = null;
  #xidsBefore: ReadonlySet<string> = new Set();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The state before the start, then a look every second. */
  async begin(): Promise<void> {
    const log = await readXids(this.#options.environment);
    this.#xidsBefore = new Set('xids' in log ? log.xids : []);
    await this.#look();
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        await delay(everyMs, undefined, { signal: this.#stop.signal, ref: false });
      } catch {
        return;
      }
      await this.#look();
    }
  }

  /** Does work that keeps the server busy, and remembers how busy the devices were meanwhile: utilisation is an average of up to a second. */
  async whileAsked<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const first = this.#samples.length;
    const result = await work();
    await this.#look();
    const seen = this.#samples.slice(first).map(({ utilisation }) => utilisation);
    this.#asked = { utilisation: highest(seen), ms: Math.round(performance.now() - began) };
    return result;
  }

  /** Looks once more and says what was seen so far. */
  async use(): Promise<GpuUse> {
    await this.#look();
    const log = await readXids(this.#options.environment);
    const fresh = 'xids' in log ? log.xids.filter((line) => !this.#xidsBefore.has(line)) : [];
    const { devices } = this.#options;
    const xids = fresh.flatMap((line) => {
      const xid = parseXid(line);
      return xid !== null && devices.some(({ gpu }) => isOn(xid, gpu.busId)) ? [xid] : [];
    });
    const per = devices.map(({ id }) => this.#samples.filter(({ device }) => device === id));
    const firsts = per.flatMap(([first]) => first ?? []);
    const all = this.#samples;
    const peaks = per.map((samples) => highest(samples.map(({ usedMiB }) => usedMiB)));
    const peakMiB = sum(peaks);
    const before = sum(firsts.map(({ usedMiB }) => usedMiB));
    return {
      samples: Math.max(0, ...per.map((samples) => samples.length)),
      devices: devices.map((device) => ({ title: device.title, memoryMiB: memoryOf(device).totalMiB })),
      driver: this.#driver,
      pids: [...new Set(all.flatMap(({ ours }) => ours.map(({ pid }) => pid)))],
      oursPeakMiB: highest(all.map(({ ours }) => (ours.length === 0 ? null : sum(ours.map(({ usedMiB }) => usedMiB))))),
      containerPids: this.#pidsTold ? [...this.#known] : null,
      asked: this.#asked,
      riseMiB: peakMiB === null || before === null ? null : peakMiB - before,
      peakMiB,
      utilisation: highest(all.map(({ utilisation }) => utilisation)),
      processesSeen: all.some(({ ours, others }) => ours.length + others > 0),
      xids,
      kernelLog: 'unreadable' in log ? log.unreadable : null,
      uncorrected: per.reduce((total, samples) => total + grown(samples), 0),
      ailments: per.flatMap((samples) => {
        const [first] = samples;
        return (samples.at(-1)?.ailments ?? []).filter((text) => first?.ailments.includes(text) !== true);
      }),
    };
  }

  /** After the removal: what is still on the devices, in words; waits a moment for the driver. Ends the watch. */
  async leftovers(): Promise<readonly string[]> {
    this.#stop.abort();
    await this.#loop;
    const began = performance.now();
    for (;;) {
      const now = await this.#look();
      const left = now.flatMap((sample) => this.#leftIn(sample));
      if (left.length === 0 || performance.now() - began > settleMs) return left;
      await delay(200);
    }
  }

  #leftIn({ device, usedMiB, ours, others }: GpuSample): string[] {
    const title = this.#options.devices.find(({ id }) => id === device)?.title ?? device;
    if (ours.length > 0) return [`process ${ours.map(({ pid }) => pid).join(', ')} on ${title}`];
    const before = this.#samples.find((sample) => sample.device === device)?.usedMiB ?? null;
    // With programs of others there, nobody can say whose the memory is.
    if (usedMiB === null || before === null || others > 0 || usedMiB <= before + slackMiB) return [];
    return [`${usedMiB - before} MiB of memory on ${title}`];
  }

  /** All samples as CSV with a heading, for plots. */
  csv(): string {
    const heading =
      'ms,device,memory_used_mib,utilisation_percent,temperature_c,container_mib,container_processes,other_processes';
    const lines = this.#samples.map(({ atMs, device, usedMiB, utilisation, temperatureC, ours, others }) =>
      [atMs, device, usedMiB, utilisation, temperatureC, sum(ours.map((one) => one.usedMiB)), ours.length, others]
        .map((value) => value ?? '')
        .join(','),
    );
    return `${[heading, ...lines].join('\n')}\n`;
  }

  async #look(): Promise<readonly GpuSample[]> {
    const [report, pids] = await Promise.all([this.#report(), this.#options.pids().catch(() => null)]);
    if (pids !== null && pids.length > 0) this.#pidsTold = true;
    for (const pid of pids ?? []) this.#known.add(pid);
    if (report === null) return [];
    const atMs = Math.round(performance.now() - this.#began);
    this.#driver ??= report.driver;
    const there = devicesOf(report);
    const samples = this.#options.devices.flatMap(({ id }): GpuSample[] => {
      const device = there.find((each) => each.id === id);
      if (device === undefined) return [];
      const computing = processesOn(device).filter(({ computes }) => computes);
      const ours = computing.filter(({ pid }) => this.#known.has(pid));
      return [
        {
          atMs,
          device: id,
          usedMiB: memoryOf(device).usedMiB,
          utilisation: device.gpu.utilisation,
          temperatureC: device.gpu.temperatureC,
          ours: ours.map(({ pid, usedMiB }) => ({ pid, usedMiB })),
          others: computing.length - ours.length,
          uncorrected: (device.mig?.ecc ?? device.gpu.ecc.now).uncorrected,
          ailments: device.gpu.ailments,
        },
      ];
    });
    this.#samples.push(...samples);
    return samples;
  }

  /** A look that fails is no look: what the driver then says is found at the end. */
  async #report(): Promise<NvidiaReport | null> {
    const { environment, devices } = this.#options;
    const gpus = [...new Set(devices.map(({ gpu }) => gpu.uuid))].join(',');
    const args = ['-x', '-q', '-i', gpus];
    const ended = await run({ command: 'nvidia-smi', args, environment, timeoutMs: lookMs, graceMs: 100 }).catch(
      () => null,
    );
    const report = ended?.exitCode === 0 ? parseReport(ended.stdout) : null;
    if (report === null || !devices.some(({ mig }) => mig !== null)) return report;
    return withListing(report, listingOf(devices));
  }
}

/** What `nvidia-smi -L` said of these MIG devices when they were chosen: their names do not change while they exist. */
function listingOf(devices: readonly Device[]): string {
  return devices
    .flatMap(({ gpu, mig, id }) => [
      `GPU ${gpu.index}: ${gpu.name} (UUID: ${gpu.uuid ?? ''})`,
      ...(mig === null ? [] : [`  MIG ${mig.profile ?? 'unknown'} Device ${mig.index}: (UUID: ${id})`]),
    ])
    .join('\n');
}

function highest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

function grown(samples: readonly GpuSample[]): number {
  const counts = samples.flatMap(({ uncorrected }) => uncorrected ?? []);
  return counts.length === 0 ? 0 : (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}
