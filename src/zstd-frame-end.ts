/** Magic number of the sixteen kinds of skippable frames, without its last digit. */
const skippable = 0x184d2a50;

/**
 * Finds the end of one frame of zstd: follows the sizes in it (RFC 8878: header, blocks, checksum; or a skippable frame). Node.js ignores
 * in silence what stands behind a frame in the same piece.
 */
export class ZstdFrameEnd {
  private state: 'header' | 'block' | 'over' = 'header';
  private pending = Buffer.alloc(0);
  /** Bytes to go before the next part. */
  private skip = 0;
  private last = false;
  private checksum = false;

  /**
   * Takes the next bytes.
   * @param chunk of any size
   * @returns how many of them belong to the frame
   */
  take(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, chunk.length - at);
        this.skip -= step;
        at += step;
      } else if (this.state === 'over') {
        return at;
      } else if (this.last) {
        this.state = 'over';
      } else {
        this.pending = Buffer.concat([this.pending, chunk.subarray(at, at + 1)]);
        at++;
        this.read();
      }
    }
    return at;
  }

  /** The frame is complete, and further bytes would begin another one. */
  get over(): boolean {
    return this.skip === 0 && (this.last || this.state === 'over');
  }

  private read(): void {
    const { pending } = this;
    if (this.state === 'header') {
      if (pending.length < 5) return;
      if ((pending.readUInt32LE(0) & 0xfffffff0) >>> 0 === skippable) {
        if (pending.length < 8) return;
        this.skip = pending.readUInt32LE(4);
        this.last = true;
        this.pending = Buffer.alloc(0);
        return;
      }
      const descriptor = pending[4] ?? 0;
      const single = (descriptor & 0x20) !== 0;
      const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
      this.skip = (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + contentSize;
      this.checksum = (descriptor & 4) !== 0;
      this.state = 'block';
    } else {
      if (pending.length < 3) return;
      const block = pending.readUIntLE(0, 3);
      this.last = (block & 1) === 1;
      // A block of equal bytes has one of them.
      this.skip = ((block >> 1) & 3) === 1 ? 1 : block >> 3;
      if (this.last && this.checksum) this.skip += 4;
    }
    this.pending = Buffer.alloc(0);
  }
}
