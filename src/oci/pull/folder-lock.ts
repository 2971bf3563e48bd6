import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { hasEnded, thisProcess } from '../../process/owner.ts';
import { interrupted } from '../problem.ts';
import { hasCode } from './fetch-problem.ts';

/** How a lock is waited for. */
export interface LockOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called once, when somebody else has it. */
  readonly onWait: () => void;
  /** Without a sign of life for so long it is taken from its holder. */
  readonly deadMs?: number;
}

const beatMs = 1_000;
const lookMs = 250;
/** Many beats: a disk may stand still for a while. */
const usualDeadMs = 15_000;

interface Holder {
  readonly id: string;
  /** Its process, so that others can tell whether it has ended. */
  readonly owner: string;
  /** Counts on as long as the holder lives. */
  readonly beat: number;
}

/**
 * A lock as a file, for whoever shares a folder: processes, containers of a pod, pods on a volume of the network. Its holder rewrites it
 * again and again; who waits for it takes it when it was not seen to change for long, by the own clock, or when its process is known to be gone.
 * Should a holder have only slept, two work at once: what they do must bear that.
 */
export class FolderLock {
  readonly #file: string;
  #holder: Holder;
  #beating: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  private constructor(file: string, holder: Holder) {
    this.#file = file;
    this.#holder = holder;
    this.#timer = setInterval(() => {
      this.#beating = this.#beating.then(() => this.#beat());
    }, beatMs);
    this.#timer.unref();
  }

  /**
   * Takes a lock, or waits until it can be had.
   * @param file of the lock, in a folder that exists; files that begin with its name and a dot belong to it
   * @param options how to wait
   * @returns to be released
   * @throws MlDeployError `registry/interrupted`, and what the file system says
   */
  static async take(file: string, options: LockOptions): Promise<FolderLock> {
    const { signal, onWait, deadMs = usualDeadMs } = options;
    const own: Holder = { id: randomUUID(), owner: thisProcess('fetch'), beat: 0 };
    let seen = { text: '', since: performance.now() };
    for (let waits = false; ;) {
      if (signal.aborted) throw interrupted();
      if (await created(file, own)) return new FolderLock(file, own);
      const text = await contentOf(file);
      if (text === null) continue;
      if (seen.text !== text) seen = { text, since: performance.now() };
      const dead = hasEnded(parsed(text).owner ?? '') || performance.now() - seen.since > deadMs;
      if (dead && (await seized(file, text, own))) return new FolderLock(file, own);
      if (!dead && !waits) onWait();
      waits ||= !dead;
      await pause(lookMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Gives it back, unless somebody has taken it. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    if (await isOurs(this.#file, this.#holder)) await rm(this.#file, { force: true });
  }

  async #beat(): Promise<void> {
    try {
      if (!(await isOurs(this.#file, this.#holder))) return;
      this.#holder = { ...this.#holder, beat: this.#holder.beat + 1 };
      await put(this.#file, this.#holder);
    } catch {
      // The next one may come through.
    }
  }
}

async function created(file: string, own: Holder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function put(file: string, holder: Holder): Promise<void> {
  const draft = `${file}.${holder.id}`;
  await writeFile(draft, JSON.stringify(holder));
  await rename(draft, file);
}

/** Takes it over; of several that do so at once the last one has it. */
async function seized(file: string, seen: string, own: Holder): Promise<boolean> {
  if ((await contentOf(file)) !== seen) return false;
  await put(file, own);
  await pause(lookMs);
  return isOurs(file, own);
}

async function contentOf(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  });
}

function parsed(text: string | null): Partial<Holder> {
  try {
    return (JSON.parse(text ?? '') ?? {}) as Partial<Holder>;
  } catch {
    return {};
  }
}

async function isOurs(file: string, own: Holder): Promise<boolean> {
  return parsed(await contentOf(file)).id === own.id;
}
