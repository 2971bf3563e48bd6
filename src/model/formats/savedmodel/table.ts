import { endsLikeTable, footerBytes } from './table-footer.ts';

/** One key of a table with its value. */
export interface TableEntry {
  readonly key: Buffer;
  readonly value: Buffer;
  /** Of the value in the file. */
  readonly offset: number;
}

/** Thrown for bytes that are not a whole table; `offset` counts bytes. */
export class TableError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Variables of one model. */
const maxEntries = 400_000;
/** Type and checksum behind each block. */
const trailerBytes = 5;

/**
 * All entries of a table in their order; every byte of it is a block, its checksum, or the footer. Throws TableError for anything else,
 * compressed blocks too, which TensorFlow does not write.
 */
export function readTable(bytes: Buffer): TableEntry[] {
  if (!endsLikeTable(bytes)) throw new TableError('does not end like a table', bytes.length);
  const footer = new Cursor(bytes, bytes.length - footerBytes, bytes.length - 8);
  const meta = handle(footer, bytes);
  const index = handle(footer, bytes);
  if (bytes.subarray(footer.at, bytes.length - 8).some((byte) => byte !== 0)) {
    throw new TableError('has something in the padding of its footer', footer.at);
  }
  if (readBlock(bytes, meta).length > 0) throw new TableError('has blocks of another kind', meta.from);
  const blocks = readBlock(bytes, index).map(({ value, offset }) => {
    const cursor = new Cursor(bytes, offset, offset + value.length);
    const place = handle(cursor, bytes);
    if (cursor.at !== cursor.end) throw new TableError('has an index entry that is too long', offset);
    return place;
  });
  let covered = 0;
  for (const { from, to } of [...blocks, meta, index]) {
    if (from !== covered) throw new TableError(`has blocks that do not follow each other`, covered);
    covered = to + trailerBytes;
  }
  if (covered !== bytes.length - footerBytes)
    throw new TableError('has bytes between its blocks and its footer', covered);
  const entries: TableEntry[] = [];
  for (const block of blocks) {
    for (const entry of readBlock(bytes, block)) entries.push(entry);
    if (entries.length > maxEntries) throw new TableError(`has more than ${maxEntries} entries`, block.from);
  }
  const disorder = entries.find(
    ({ key }, at) => Buffer.compare(entries[at - 1]?.key ?? Buffer.alloc(0), key) >= 0 && at > 0,
  );
  if (disorder !== undefined) throw new TableError('has keys twice, or not in their order', disorder.offset);
  return entries;
}

interface Place {
  readonly from: number;
  readonly to: number;
}

function handle(cursor: Cursor, bytes: Buffer): Place {
  const start = cursor.at;
  const from = cursor.varint();
  const to = from + cursor.varint();
  if (to + trailerBytes > bytes.length - footerBytes) throw new TableError('names a block outside of it', start);
  return { from, to };
}

function readBlock(bytes: Buffer, { from, to }: Place): TableEntry[] {
  if (bytes[to] !== 0) throw new TableError('has a compressed block', to);
  if (bytes.readUInt32LE(to + 1) !== masked(crc32c(bytes.subarray(from, to + 1)))) {
    throw new TableError('has a block with a wrong checksum', from);
  }
  if (to - from < 4) throw new TableError('has a block without an end', from);
  const restarts = bytes.readUInt32LE(to - 4);
  const end = to - 4 - 4 * restarts;
  if (end < from) throw new TableError('has a block that is too short', from);
  const entries: TableEntry[] = [];
  let key: Buffer = Buffer.alloc(0);
  for (const cursor = new Cursor(bytes, from, end); cursor.at < end;) {
    const start = cursor.at;
    const shared = cursor.varint();
    const own = cursor.varint();
    const length = cursor.varint();
    if (shared > key.length || cursor.at + own + length > end)
      throw new TableError('has an entry that is too long', start);
    key = Buffer.concat([key.subarray(0, shared), bytes.subarray(cursor.at, cursor.at + own)]);
    const offset = cursor.at + own;
    entries.push({ key, value: bytes.subarray(offset, offset + length), offset });
    cursor.at = offset + length;
  }
  return entries;
}

class Cursor {
  at: number;
  readonly end: number;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1, digits = 0; digits < 7; digits++, scale *= 128) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new TableError('has a number that does not end', this.at);
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** As LevelDB stores checksums, so that a checksum of checksums is no special case. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
