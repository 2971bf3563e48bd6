/** Takes what was unpacked; the chunk may be reused when this returns or resolves. */
export type Sink = (chunk: Buffer) => void | Promise<void>;

/** Undoes one compression while the packed bytes stream past. */
export interface Unpacking {
  /** Takes the next packed bytes; those behind the end of the data are ignored. */
  write(chunk: Buffer): void | Promise<void>;
  /** Says that the packed bytes end: null when all of the data was unpacked, else what is wrong with it. */
  end(): Promise<string | null>;
  /** Packed bytes that belong to the data; final after `end`. */
  readonly used: number;
  /** Frees what it holds, whatever state it is in. */
  destroy(): void;
}

/** What a sink throws to stop an unpacking: the problem that `end` returns. */
export class Stopped extends Error {}
