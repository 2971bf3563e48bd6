/** A parser of bytes that arrive in pieces: written as if they were all there, it yields whenever it has to wait for more. */
export type Pulling<T> = Generator<undefined, T>;

/** Bytes that were pushed and not used yet, read in order. */
export class Pushed {
  /** Where in the content the next byte stands. */
  offset = 0;
  private pieces: Buffer[] = [];
  /** How much of the first piece is used. */
  private used = 0;
  /** Bytes that are here. */
  private here = 0;
  private ended = false;

  /** Bytes that can be read without waiting. */
  get available(): number {
    return this.here;
  }

  /** Adds bytes; they are used, or kept with `keep`, before the buffer is. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.pieces.push(chunk);
    this.here += chunk.length;
  }

  /** Says that no more bytes come. */
  close(): void {
    this.ended = true;
  }

  /** Copies what is left, because the caller uses its buffer again. */
  keep(): void {
    const last = this.pieces.pop();
    if (last === undefined) return;
    // Older pieces are copies already.
    this.pieces.push(Buffer.from(this.pieces.length === 0 ? last.subarray(this.used) : last));
    if (this.pieces.length === 1) this.used = 0;
  }

  /** The next `length` bytes, valid until the parser yields; null when the content ends before. */
  *take(length: number): Pulling<Buffer | null> {
    while (this.here < length) {
      if (this.ended) return null;
      yield;
    }
    return this.now(length);
  }

  /** Bytes that are `available`. */
  now(length: number): Buffer {
    let first = this.pieces[0] ?? Buffer.alloc(0);
    if (first.length - this.used < length) {
      first = Buffer.concat([first.subarray(this.used), ...this.pieces.slice(1)]);
      this.pieces = [first];
      this.used = 0;
    }
    const taken = first.subarray(this.used, this.used + length);
    this.advance(length);
    return taken;
  }

  /** Passes over bytes, giving them to `each` piece by piece; how many there were, fewer than `length` at the end of the content. */
  *pass(length: number, each?: (piece: Buffer) => void): Pulling<number> {
    let left = length;
    for (;;) {
      while (left > 0 && this.here > 0) {
        const first = this.pieces[0];
        if (first === undefined) break;
        const piece = first.subarray(this.used, Math.min(first.length, this.used + left));
        this.advance(piece.length);
        left -= piece.length;
        each?.(piece);
      }
      if (left === 0 || this.ended) return length - left;
      yield;
    }
  }

  private advance(length: number): void {
    this.used += length;
    this.here -= length;
    this.offset += length;
    if (this.used < (this.pieces[0]?.length ?? 0)) return;
    this.pieces.shift();
    this.used = 0;
  }
}

/** Runs a parser over the chunks of an inspector. */
export class PullParser<T> {
  private readonly pushed: Pushed;
  private readonly parser: Pulling<T>;
  private result: IteratorResult<undefined, T> | null = null;

  constructor(parse: (pushed: Pushed) => Pulling<T>) {
    this.pushed = new Pushed();
    this.parser = parse(this.pushed);
  }

  /** Takes the next bytes; what the parser does not want any more is let go. */
  write(chunk: Buffer): void {
    if (this.result?.done === true) return;
    this.pushed.push(chunk);
    this.result = this.parser.next();
    this.pushed.keep();
  }

  /** What the parser made of the bytes, now that there are no more. */
  end(): T {
    this.pushed.close();
    let result = this.result ?? this.parser.next();
    while (result.done !== true) result = this.parser.next();
    return result.value;
  }
}
