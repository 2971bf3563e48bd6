import { endianness } from 'node:os';
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

  /** What is known of a tensor; undefined when its bytes did not all come by, or when it has none. */
  of(place: TensorPlace): TensorData | undefined {
    return this.done.get(place);
  }
}
