import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from './devices.ts';
import { gpuFault } from './gpu-fault.ts';
import { type GpuSample, highest, median, samplesOf, settled, sum } from './look.ts';
import type { GpuSource } from './source.ts';
import { type GpuMemoryCourse, memoryCourses } from './memory-course.ts';
import { type Asked, besideIn, grownByOthers, type GpuUse, type InPod, type Seen, seenIn, slackMiB } from './use.ts';
import { isOn, parseXid } from './xid.ts';

export interface WatchOptions {
  readonly devices: readonly Device[];
  readonly source: GpuSource;
  /** Between two looks, milliseconds; a second unless said. A look itself takes about as long on a machine with many GPUs. */
  readonly everyMs?: number;
  /** After the end of a program the driver needs a moment to take its memory back, milliseconds. */
  readonly settleMs?: number;
  /** After the last request, until the driver's average of up to a second tells nothing of it, milliseconds. */
  readonly restMs?: number;
  /** Before a driver that failed is asked again, milliseconds. */
  readonly pauseMs?: number;
  /** It looks from within a pod, where nobody could look before the start. */
  readonly inPod?: Pick<InPod, 'shared'>;
}

/** What one look came to. `over`: there is no place from which to look any more. */
type Outcome = 'answered' | 'silent' | 'over';

const notReadBefore =
  'the kernel log could not be read before the start, so that old errors cannot be told from new ones';

/** A driver that fails once is asked again, unless it took long to fail. */
const tries = 3;
const quickMs = 5_000;

/** Looks at the devices of one container from before its start until after its removal. */
export class GpuWatch {
  readonly #options: WatchOptions;
  readonly #began = performance.now();
  readonly #samples: GpuSample[] = [];
  readonly #known = new Set<number>();
  readonly #stop = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #pidsTold = false;
  #asked: Asked | null = null;
  /** Utilisation before the next load; null: not told, or nobody had to look. */
  #restBefore: number | null = null;
  #driver: string | null = null;
  #xidsBefore: ReadonlySet<string> | null = null;
  /** Looks so far: begun, and the last one of which the outcome is known. */
  #looks = { begun: 0, last: 0, unanswered: 0 };
  #silence: string | null = null;
  #doubt: string | null = null;
  #answered: (() => number) | null = null;
  readonly #cuda = new Set<number>();
  #cudaUnseen = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The state before the start, then a look every second. Throws `smoke/gpu-fault` when the driver does not answer. */
  async begin(): Promise<void> {
    const log = await this.#options.source.kernelLog();
    this.#xidsBefore = 'xids' in log ? new Set(log.xids) : null;
    await this.#lookWell();
    if (this.#silence !== null) throw gpuFault('before the start', this.#silence);
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        await delay(this.#options.everyMs ?? 1_000, undefined, { signal: this.#stop.signal, ref: false });
      } catch {
        return;
      }
      await this.#look();
    }
  }

  /**
   * Called before a load, while nothing is asked: looks how busy others keep the devices, where there are others. Takes a second and a half
   * then.
   */
  async rest(): Promise<void> {
    this.#restBefore = await this.#atRest();
  }

  async #atRest(): Promise<number | null> {
    if (besideIn({ ...this.#seen(), inPod: this.#inPod() })?.computes !== true) return null;
    await delay(this.#options.restMs ?? 1.5 * (this.#options.everyMs ?? 1_000));
    const from = this.#samples.length;
    await this.#lookWell();
    return highest(this.#samples.slice(from).map(({ utilisation }) => utilisation));
  }

  /**
   * Begins a time in which the server is kept busy: how busy the devices are meanwhile is remembered. Utilisation is an average of up to
   * a second, so that one look at the end tells of what was just before.
   * @param answered how many requests were answered so far
   * @returns ends it; is told how long requests were on their way, milliseconds, and tells the memory meanwhile
   */
  keepBusy(answered: () => number): (ms: number) => Promise<readonly GpuMemoryCourse[]> {
    const [first, unanswered] = [this.#samples.length, this.#looks.unanswered];
    this.#answered = answered;
    return async (ms) => {
      await this.#lookWell();
      this.#answered = null;
      const seen = settled(this.#samples.slice(first), this.#known);
      const looks = Object.values(Object.groupBy(seen, ({ atMs }) => atMs)).map((each = []) =>
        highest(each.map(({ utilisation }) => utilisation)),
      );
      const missed = this.#looks.unanswered - unanswered;
      const [restBefore, restAfter] = [this.#restBefore, await this.#atRest()];
      this.#restBefore = null;
      const now: Asked = {
        utilisation: highest(looks),
        usually: median(looks),
        atRest: restBefore === null || restAfter === null ? null : Math.max(restBefore, restAfter),
        ms: Math.round(ms),
        looks: looks.length,
        unanswered: missed,
      };
      this.#asked = this.#asked === null ? now : together(this.#asked, now);
      return memoryCourses(this.#options.devices, seen, this.#options.inPod?.shared === false);
    };
  }

  /** Looks once more and says what was seen so far. */
  async use(): Promise<GpuUse> {
    await this.#lookWell();
    const { devices, source } = this.#options;
    const log = await source.kernelLog();
    const before = this.#xidsBefore;
    const fresh = 'xids' in log && before !== null ? log.xids.filter((line) => !before.has(line)) : [];
    const xids = fresh.flatMap((line) => {
      const xid = parseXid(line);
      return xid !== null && devices.some(({ gpu }) => isOn(xid, gpu.busId)) ? [xid] : [];
    });
    const seen = this.#seen();
    // On a GPU of its own, what is in use at the first look may be the pod's already.
    const alone = this.#options.inPod?.shared === false;
    return {
      ...seen,
      beforeMiB: alone ? null : seen.beforeMiB,
      silence: this.#silence,
      driver: this.#driver,
      containerPids: this.#pidsTold ? [...this.#known] : null,
      asked: this.#asked,
      inPod: this.#inPod(),
      xids,
      kernelLog: 'unreadable' in log ? log.unreadable : before === null ? notReadBefore : null,
    };
  }

  #seen(): Seen {
    return seenIn(this.#options.devices, this.#samples, this.#known);
  }

  #noteCuda(pids: readonly number[] | null | undefined): void {
    for (const pid of pids ?? []) this.#cuda.add(pid);
    if (pids === null) this.#cudaUnseen = true;
  }

  #inPod(): InPod | null {
    const { inPod } = this.#options;
    if (inPod === undefined) return null;
    return { ...inPod, cuda: this.#cuda.size === 0 && this.#cudaUnseen ? null : [...this.#cuda] };
  }

  /** Looks no more. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  /** After `leftovers`: what cannot be told about them, a sentence; null: nothing. */
  get doubt(): string | null {
    return this.#doubt;
  }

  /** After the removal: what of the container is still on the devices, in words; waits a moment for the driver. Ends the watch. */
  async leftovers(): Promise<readonly string[]> {
    await this.end();
    const began = performance.now();
    for (;;) {
      const from = this.#samples.length;
      const outcome = await this.#lookWell();
      this.#doubt = outcome === 'silent' ? unseenAfterwards(this.#silence) : null;
      const left = settled(this.#samples.slice(from), this.#known).flatMap((sample) => this.#leftIn(sample));
      const over = performance.now() - began > (this.#options.settleMs ?? 5_000);
      if ((left.length === 0 && this.#doubt === null) || over || outcome !== 'answered') return left;
      await delay(200);
    }
  }

  #leftIn(now: GpuSample): string[] {
    const { device, usedMiB, ours } = now;
    const title = this.#options.devices.find(({ id }) => id === device)?.title ?? device;
    if (ours.length > 0) return [`process ${ours.map(({ pid }) => pid).join(', ')} on ${title}`];
    const taken = settled(this.#samples, this.#known);
    const before = taken.find((sample) => sample.device === device);
    if (usedMiB === null || before?.usedMiB === null || before === undefined) return [];
    const byOthers = grownByOthers(before, now);
    const more = usedMiB - before.usedMiB - (byOthers ?? 0);
    if (more <= slackMiB) return [];
    // Whoever sees processes of the container there sees those of others, too.
    const showsAll = taken.some((sample) => sample.ours.length > 0);
    if (byOthers !== null && showsAll) return [`${more} MiB of memory on ${title}`];
    this.#doubt = `${more} MiB more than before are in use on ${title}; whose they are is not known, since other programs came or went, or the driver does not show them.`;
    return [];
  }

  /** All samples, for plots. */
  table(): { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | number | null)[])[] } {
    return {
      columns: [
        'seconds',
        'device',
        'memory_used_mib',
        'utilisation_percent',
        'temperature_celsius',
        'container_memory_mib',
        'container_processes',
        'other_processes',
        'uncorrected_ecc_errors',
      ],
      rows: settled(this.#samples, this.#known).map((sample) => [
        sample.atMs / 1000,
        sample.device,
        sample.usedMiB,
        sample.utilisation,
        sample.temperatureC,
        sum(sample.ours.map((one) => one.usedMiB)),
        sample.ours.length,
        sample.others.length,
        sample.uncorrected,
      ]),
    };
  }

  /** A look that counts: one that fails quickly is repeated. */
  async #lookWell(): Promise<Outcome> {
    for (let left = tries; ; left--) {
      const began = performance.now();
      const outcome = await this.#look();
      if (outcome !== 'silent' || left === 1 || performance.now() - began > quickMs) return outcome;
      await delay(this.#options.pauseMs ?? Math.min(500, this.#options.everyMs ?? 500));
    }
  }

  async #look(): Promise<Outcome> {
    const turn = ++this.#looks.begun;
    const looked = await this.#options.source.look();
    if (looked === 'over') return 'over';
    const { report, pids, trouble, cuda } = looked;
    this.#noteCuda(cuda);
    const pidsTold = pids !== null && pids.length > 0;
    if (pidsTold) this.#pidsTold = true;
    for (const pid of pids ?? []) this.#known.add(pid);
    const { devices } = this.#options;
    const when = { atMs: Math.round(performance.now() - this.#began), requests: this.#answered?.() ?? null, pidsTold };
    const samples = report === null ? [] : samplesOf(report, { ...when, devices, known: this.#known });
    this.#samples.push(...samples);
    this.#driver ??= report?.driver ?? null;
    const lost = devices.filter(({ id }) => !samples.some(({ device }) => device === id));
    if (lost.length > 0) this.#looks.unanswered++;
    // A look that hangs is overtaken by later ones.
    if (turn < this.#looks.last) return lost.length === 0 ? 'answered' : 'silent';
    this.#looks.last = turn;
    this.#silence =
      lost.length === 0
        ? null
        : report === null
          ? (trouble ?? null)
          : `it lists ${lost.map(({ title }) => title).join(', ')} no more`;
    return lost.length === 0 ? 'answered' : 'silent';
  }
}

/** Two loads as one. */
function together(a: Asked, b: Asked): Asked {
  return {
    utilisation: highest([a.utilisation, b.utilisation]),
    usually: a.usually === null || b.usually === null ? null : Math.min(a.usually, b.usually),
    atRest: a.atRest === null || b.atRest === null ? null : Math.max(a.atRest, b.atRest),
    ms: a.ms + b.ms,
    looks: a.looks + b.looks,
    unanswered: a.unanswered + b.unanswered,
  };
}

function unseenAfterwards(silence: string | null): string {
  const why = silence === null ? '' : ` (${silence})`;
  return `The driver did not answer after the removal${why}: whether memory is left on the GPU is not known.`;
}
