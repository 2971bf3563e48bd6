import { blockBytes, tarEnd, tarHeader } from './tar.ts';
import { headed, sizeOf, type FileEntry, type FileReader, type LayerEntry, type OpenFile } from './tar-entry.ts';

/** Where content of a file lies in some bytes of a tar stream. */
export interface FileRun {
  readonly file: FileEntry;
  readonly from: number;
  readonly to: number;
  /** The content is complete with these bytes. */
  readonly ends: boolean;
}

/** Files up to this size are read at once: one blocking call takes less time than asking for it. */
const smallBytes = 256 * 1024;

/** Reads a tar stream from front to back, into memory of whoever asks. */
export class TarCursor {
  readonly #entries: readonly LayerEntry[];
  readonly #starts: Float64Array;
  readonly #reader: FileReader;
  #index: number;
  /** Next byte of the stream. */
  #position: number;
  #header: Buffer | null = null;
  /** What there is of the entry in memory. */
  #content: Buffer | null = null;
  #file: OpenFile | null = null;

  /**
   * @param entries of the tar stream
   * @param starts of the entries and the end mark
   * @param reader of the files
   * @param index of the entry with the first byte
   * @param position of the first byte
   */
  constructor(
    entries: readonly LayerEntry[],
    starts: Float64Array,
    reader: FileReader,
    index: number,
    position: number,
  ) {
    this.#entries = entries;
    this.#starts = starts;
    this.#reader = reader;
    this.#index = index;
    this.#position = position;
  }

  /** Of the next byte. */
  get position(): number {
    return this.#position;
  }

  /**
   * Reads on; must not be called again before it has ended.
   * @param into is filled, but for the last time
   * @returns how many bytes there are, 0 at the end, and where they hold content of files
   * @throws what the reader throws, or an error that a file is too short
   */
  async fill(into: Buffer): Promise<{ length: number; runs: FileRun[] }> {
    const runs: FileRun[] = [];
    let at = 0;
    while (at < into.length && this.#index <= this.#entries.length) {
      const entry = this.#entries[this.#index];
      const local = this.#position - (this.#starts[this.#index] ?? 0);
      const size = entry === undefined ? 0 : sizeOf(entry);
      const header = entry === undefined ? tarEnd : (this.#header ??= tarHeader(headed(entry)));
      const ends = header.length + Math.ceil(size / blockBytes) * blockBytes;
      const inFile = local - header.length;
      let length: number;
      if (inFile < 0) {
        length = header.copy(into, at, local);
        if (entry?.kind === 'file' && size === 0 && length === -inFile) {
          runs.push({ file: entry, from: at + length, to: at + length, ends: true });
        }
      } else if (entry !== undefined && inFile < size) {
        length = await this.#copy(entry, inFile, into.subarray(at));
        if (entry.kind === 'file') {
          runs.push({ file: entry, from: at, to: at + length, ends: inFile + length === size });
        }
      } else {
        length = Math.min(ends - local, into.length - at);
        into.fill(0, at, at + length);
      }
      at += length;
      this.#position += length;
      if (local + length === ends) await this.#next();
    }
    return { length: at, runs: joined(runs) };
  }

  /** Lets go of the file; no reading may be under way. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#index = this.#entries.length + 1;
    await file?.close();
  }

  async #next(): Promise<void> {
    const file = this.#file;
    this.#header = this.#content = this.#file = null;
    this.#index++;
    await file?.close();
  }

  /** Copies content of an entry from a place in it; as much as there is, or fits. */
  async #copy(entry: LayerEntry, from: number, into: Buffer): Promise<number> {
    if (entry.kind === 'bytes') return entry.content.copy(into, 0, from);
    if (entry.kind !== 'file') return 0;
    if (entry.size <= smallBytes) {
      this.#content ??= this.#reader.whole(entry);
      return this.#content.copy(into, 0, from);
    }
    this.#file ??= await this.#reader.open(entry);
    const read = await this.#file.read(into.subarray(0, entry.size - from), from);
    if (read === 0) throw new Error(`${entry.source} ended after ${from} of ${entry.size} bytes`);
    return read;
  }
}

/** A file that was read in several steps is one run. */
function joined(runs: readonly FileRun[]): FileRun[] {
  const made: FileRun[] = [];
  for (const run of runs) {
    const last = made.at(-1);
    if (last?.file === run.file) made[made.length - 1] = { ...run, from: last.from };
    else made.push(run);
  }
  return made;
}
