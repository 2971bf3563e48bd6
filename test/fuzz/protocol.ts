/** One input under a file name. */
export interface Job {
  readonly name: string;
  readonly content: Buffer;
}

/** What the worker starts with. */
export interface Begin {
  readonly seed: number;
  /** Inputs after which it stops by itself: the same ones for the same seed, however fast the machine is. */
  readonly most: number;
  /** The input that runs now: length of the name, name, from byte 256 the length of the content (big-endian), content. */
  readonly current: SharedArrayBuffer;
}

interface Counts {
  readonly executions: number;
  /** Blocks of the code under test that ever ran. */
  readonly blocks: number;
  /** Inputs that reached something new. */
  readonly kept: number;
}

/** What the worker tells. */
export type FromWorker =
  | ({ readonly kind: 'progress' | 'end' } & Counts)
  | { readonly kind: 'broken'; readonly name: string; readonly content: Uint8Array; readonly why: string };
