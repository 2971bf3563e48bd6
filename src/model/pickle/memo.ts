import type { Value } from './values.ts';

/**
 * The memo: an array as long as indices come in order, which they do in every written pickle, and a map for the rest.
 */
export class Memo {
  private readonly dense: Value[] = [];
  private readonly sparse = new Map<number, Value>();
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

  get(index: number): Value | undefined {
    return this.dense[index] ?? this.rest(index);
  }

  put(index: number, value: Value): void {
    if (this.below === null && index <= this.dense.length) {
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

  private rest(index: number): Value | undefined {
    // None is a value: `??` above falls through for it, so look again.
    if (index < this.dense.length) return this.dense[index];
    const own = this.sparse.get(index);
    return own === undefined && this.below !== null ? this.below.get(index) : own;
  }
}
