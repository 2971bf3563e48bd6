import { stat } from 'node:fs/promises';
import type { Task } from '../pipeline/reporter.ts';
import { bytes as formatBytes, duration } from '../report/format.ts';
import type { Entry } from './walk.ts';

/** Asking for the sizes of more files than this takes longer than knowing the rest is worth. */
const maxSized = 20_000;
/** Between two lines of progress, milliseconds. */
const updateMs = 200;
/** Before that, a rate says little. Milliseconds. */
const settledMs = 1000;

/** Questions to the system at a time. */
const asked = 64;

async function sizeOf({ file }: Entry): Promise<number | null> {
  if (file === null) return 0;
  return stat(file).then(
    ({ size }) => size,
    () => null,
  );
}

/** Tells how far the reading of a model is: files, bytes, rate, and how long the rest will take. */
export class Progress {
  private readonly task: Task;
  private readonly files: number;
  /** Bytes of all files; null when nobody asked. */
  private readonly total: number | null;
  /** Bytes of each; null when nobody asked, or nobody could tell. */
  readonly sizes: readonly (number | null)[];
  private readonly startedAt = performance.now();
  private toldAt = 0;
  private done = 0;
  private file = 0;

  private constructor(task: Task, sizes: readonly (number | null)[], isTotalKnown: boolean) {
    this.task = task;
    this.sizes = sizes;
    this.files = sizes.length;
    this.total = isTotalKnown ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) : null;
  }

  /** Looks up how much there is to read. */
  static async of(task: Task, entries: readonly Entry[]): Promise<Progress> {
    if (entries.length > maxSized)
      return new Progress(
        task,
        entries.map(() => null),
        false,
      );
    const sizes: (number | null)[] = [];
    for (let from = 0; from < entries.length; from += asked) {
      sizes.push(...(await Promise.all(entries.slice(from, from + asked).map(sizeOf))));
    }
    return new Progress(task, sizes, true);
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.done;
  }

  /** The next file begins. */
  next(): void {
    this.file++;
    this.tell();
  }

  /** More bytes were read. */
  add(bytes: number): void {
    this.done += bytes;
    this.tell();
  }

  private tell(): void {
    const now = performance.now();
    if (now - this.toldAt < updateMs) return;
    this.toldAt = now;
    const { done, total, files, file } = this;
    const parts = [...(files === 1 ? [] : [`file ${file} of ${files}`]), this.amount()];
    const elapsed = now - this.startedAt;
    if (elapsed >= settledMs && done > 0) {
      const perMs = done / elapsed;
      parts.push(`${formatBytes(perMs * 1000)}/s`);
      if (total !== null && total > done) parts.push(`${duration((total - done) / perMs)} left`);
    }
    const share = total === null ? file / files : total === 0 ? 0 : done / total;
    this.task.update(parts.join(', '), Math.min(1, share));
  }

  private amount(): string {
    const read = formatBytes(this.done);
    return this.total === null ? read : `${read} of ${formatBytes(this.total)}`;
  }
}
