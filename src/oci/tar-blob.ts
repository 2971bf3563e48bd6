import { createHash } from 'node:crypto';

import { readFilePart, type Blob } from './blob.ts';
import { padding, tarEnd, tarHeader } from './tar.ts';

/** A file, a folder, or a file whose content is at hand, that goes into a layer. */
export type LayerEntry =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode: number;
      /** Where the content lies on this machine. */
      readonly source: string;
      readonly size: number;
    }
  | { readonly kind: 'bytes'; readonly path: string; readonly mode: number; readonly content: Buffer };

/** A stretch of the stream: bytes in memory, or a file. */
type Segment =
  | { readonly start: number; readonly size: number; readonly bytes: Buffer }
  | { readonly start: number; readonly size: number; readonly file: LayerEntry & { kind: 'file' } };

/** A tar stream that is never written to disk: its digest takes one read of the files, an upload another one. */
export class TarStream {
  readonly #segments: readonly Segment[];
  readonly size: number;

  constructor(entries: readonly LayerEntry[]) {
    const segments: Segment[] = [];
    let start = 0;
    const add = (bytes: Buffer): void => {
      if (bytes.length === 0) return;
      segments.push({ start, size: bytes.length, bytes });
      start += bytes.length;
    };
    for (const entry of entries) {
      const size = entry.kind === 'file' ? entry.size : entry.kind === 'bytes' ? entry.content.length : 0;
      const kind = entry.kind === 'folder' ? 'folder' : 'file';
      add(tarHeader({ path: entry.path, kind, mode: entry.mode, size }));
      if (entry.kind === 'bytes') {
        add(entry.content);
        add(padding(size));
      }
      if (entry.kind === 'file' && size > 0) {
        segments.push({ start, size, file: entry });
        start += size;
        add(padding(size));
      }
    }
    add(tarEnd);
    this.#segments = segments;
    this.size = start;
  }

  /**
   * Reads everything once.
   * @param onFile called with the digest of each file's own content, when it is complete
   * @param onRead called with the bytes of each piece of a file
   * @returns the stream as a blob
   */
  async hash(
    onFile: (entry: LayerEntry & { kind: 'file' }, sha256: string) => void,
    onRead?: (bytes: number) => void,
  ): Promise<Blob> {
    const whole = createHash('sha256');
    for (const segment of this.#segments) {
      if ('bytes' in segment) {
        whole.update(segment.bytes);
        continue;
      }
      const own = createHash('sha256');
      for await (const piece of readFilePart(segment.file.source, 0, segment.size)) {
        whole.update(piece);
        own.update(piece);
        onRead?.(piece.length);
      }
      onFile(segment.file, own.digest('hex'));
    }
    return { digest: `sha256:${whole.digest('hex')}`, size: this.size, read: (start) => this.read(start) };
  }

  /**
   * The stream from any place.
   * @param start first byte
   * @yields pieces of at most 1 MiB
   */
  async *read(start: number): AsyncGenerator<Uint8Array> {
    for (const segment of this.#segments) {
      const from = Math.max(0, start - segment.start);
      if (from >= segment.size) continue;
      if ('bytes' in segment) yield segment.bytes.subarray(from);
      else yield* readFilePart(segment.file.source, from, segment.size);
    }
  }
}
