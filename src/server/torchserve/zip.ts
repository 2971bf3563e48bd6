import { crc32 } from 'node:zlib';

/** One file of an archive. */
export interface ZipEntry {
  /** With `/` between folders. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** First of January 1980, midnight: the oldest time that the format knows. */
const date = 0x0021;
const utf8Names = 0x0800;
const regularFile = 0o100644;

/**
 * A zip archive (APPNOTE 6.3) that depends on nothing but its entries: stored, sorted by path, without times and extra fields. For small
 * files: without the 64-bit extension.
 * @param entries in any order
 * @returns the bytes of the archive
 */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content } of entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path, 'utf8');
    const common = commonFields(name, content);
    const local = Buffer.concat([signature(0x04034b50), common, name]);
    parts.push(local, Buffer.from(content));
    directory.push(Buffer.concat([signature(0x02014b50), madeOnUnix, common, directoryFields(offset), name]));
    offset += local.length + content.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, end(entries.length, central.length, offset)]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Version 2.0, Unix: the upper half of the attributes is the mode. */
const madeOnUnix = Buffer.from([20, 3]);

/** From "version needed" to "extra field length": the same in both headers. */
function commonFields(name: Buffer, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(utf8Names, 2);
  // 4: stored; 6: midnight.
  bytes.writeUInt16LE(date, 8);
  bytes.writeUInt32LE(crc32(content), 10);
  bytes.writeUInt32LE(content.length, 14);
  bytes.writeUInt32LE(content.length, 18);
  bytes.writeUInt16LE(name.length, 22);
  return bytes;
}

/** From "file comment length" to "offset of local header". */
function directoryFields(offset: number): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt32LE(regularFile * 0x10000, 6);
  bytes.writeUInt32LE(offset, 10);
  return bytes;
}

function end(count: number, size: number, offset: number): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(0x06054b50, 0);
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(size, 12);
  bytes.writeUInt32LE(offset, 16);
  return bytes;
}
