import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import type { Source } from '../source.ts';
import type { TensorData } from '../tensors.ts';
import { Words } from './words.ts';

/** Where the bytes of one tensor stand in what is read. */
export interface TensorPlace {
  readonly name: string;
  readonly dtype: string;
  readonly elements: number;
  /** Bytes from the begin of the content. */
  readonly begin: number;
  readonly end: number;
}

/** Tensors up to here are known by their fingerprint. Bytes. */
const smallBytes = 64 * 1024;
/** Read at a time. Bytes. */
const pieceBytes = 1024 * 1024;

/**
 * Looks at the data of tensors while it goes by, in the order of the bytes: what is in them is known when the last byte was seen, without
 * a second read. Tensors must not overlap.
 */
export class TensorScan {
  private readonly places: readonly TensorPlace[];
  private readonly done = new Map<TensorPlace, TensorData>();
  private at = 0;
  private words: Words | null = null;

  constructor(places: readonly TensorPlace[]) {
    // The views below read numbers as this machine stores them; files are little-endian.
    this.places = endianness() === 'LE' ? places.toSorted((a, b) => a.begin - b.begin || a.end - b.end) : [];
  }

  /** Takes the bytes from `offset` on; chunks come in order. */
  write(chunk: Buffer, offset: number): void {
    const end = offset + chunk.length;
    for (let place = this.places[this.at]; place !== undefined && place.begin < end; place = this.places[this.at]) {
      this.words ??= new Words(place.dtype);
      const from = Math.max(place.begin, offset) - offset;
      const to = Math.min(place.end, end) - offset;
      if (to > from) this.words.write(chunk.subarray(from, to));
      if (place.end > end) return;
      if (place.end > place.begin) this.done.set(place, this.words.data());
      this.words = null;
      this.at++;
    }
  }

  /**
   * Reads large tensors whose fingerprints are equal once more, so that equal hashes mean equal tensors of this content. Few models have
   * such tensors. Without a source the fingerprints stay.
   */
  async prove(source: Source | null): Promise<void> {
    if (source === null) return;
    const large = [...this.done].filter(([place]) => place.end - place.begin > smallBytes);
    const groups = Map.groupBy(large, ([{ begin, end }, { hash }]) => `${end - begin} ${hash}`);
    for (const group of groups.values()) {
      if (group.length < 2 || group.every(([, { constant }]) => constant)) continue;
      for (const [place, data] of group) this.done.set(place, { ...data, hash: await hashOf(source, place) });
    }
  }

  /** What is known of a tensor; undefined when its bytes did not all come by, or when it has none. */
  of(place: TensorPlace): TensorData | undefined {
    return this.done.get(place);
  }
}

async function hashOf(source: Source, { begin, end }: TensorPlace): Promise<string> {
  const hash = createHash('sha256');
  for (let from = begin; from < end; from += pieceBytes) {
    hash.update(await source.read(from, Math.min(pieceBytes, end - from)));
  }
  return hash.digest('hex').slice(0, 32);
}
