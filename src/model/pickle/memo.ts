import type { Value } from './values.ts';

/** A number, or its digits when it has too many for a number. */
export type MemoIndex = number | string;

/** What an entry of the map takes, in entries of the array; the map is copied whenever it grows. */
const sparseCost = 4;

/**
 * The memo: an array as long as indices come in order, which they do in every written pickle, and a map for the rest.
 */
export class Memo {
  private readonly dense: Value[] = [];
  private readonly sparse = new Map<MemoIndex, Value>();
  private readonly below: Memo | null;
  /** Entries of `sparse` that are not also in `below`. */
  private added = 0;

  /** @param below a memo to read what is missing here, for a second reading that must not change the first */
  constructor(below: Memo | null = null) {
    this.below = below;
  }

  /** Number of entries, which is the index that MEMOIZE uses. */
  get size(): number {
    return this.below === null ? this.dense.length + this.sparse.size : this.below.size + this.added;
  }

  /** What it takes, in entries that come in order. */
  get cost(): number {
    return this.dense.length + this.sparse.size * sparseCost + (this.below?.cost ?? 0);
  }

  get(index: MemoIndex): Value | undefined {
    return typeof index === 'number' ? (this.dense[index] ?? this.rest(index)) : this.rest(index);
  }

  put(index: MemoIndex, value: Value): void {
    if (this.below === null && typeof index === 'number' && index <= this.dense.length) {
      if (index === this.dense.length) {
        this.dense.push(value);
        if (this.sparse.size > 0) this.sparse.delete(index);
      } else {
        this.dense[index] = value;
      }
    } else {
      if (this.below !== null && this.get(index) === undefined) this.added++;
      this.sparse.set(index, value);
    }
  }

  /** Another memo with the same entries. */
  copy(): Memo {
    const copy = new Memo(this.below);
    for (const value of this.dense) copy.dense.push(value);
    for (const [index, value] of this.sparse) copy.sparse.set(index, value);
    copy.added = this.added;
    return copy;
  }

  private rest(index: MemoIndex): Value | undefined {
    // None is a value: `??` above falls through for it, so look again.
    if (typeof index === 'number' && index < this.dense.length) return this.dense[index];
    const own = this.sparse.get(index);
    return own === undefined && this.below !== null ? this.below.get(index) : own;
  }
}
