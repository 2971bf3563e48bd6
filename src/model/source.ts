import type { FileHandle } from 'node:fs/promises';

/** Bytes that can be read anywhere, for formats whose structure does not stand in reading order. */
export interface Source {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `offset` on, fewer at the end of the content; never more than `length`. Rejects when the device fails. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** An open file, as large as it was when it was opened. */
export class FileSource implements Source {
  readonly size: number;
  private readonly handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    this.handle = handle;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.handle.read(buffer, filled, wanted - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }
}

/** Bytes in memory. */
export class BufferSource implements Source {
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Promise<Buffer> {
    return Promise.resolve(this.bytes.subarray(offset, offset + length));
  }
}

/** A part of another source, such as a stored member of an archive. */
export class SliceSource implements Source {
  readonly size: number;
  private readonly whole: Source;
  private readonly from: number;

  constructor(whole: Source, from: number, size: number) {
    this.whole = whole;
    this.from = from;
    this.size = Math.max(0, Math.min(size, whole.size - from));
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.whole.read(this.from + offset, Math.max(0, Math.min(length, this.size - offset)));
  }
}
