import { blockBytes } from './tar.ts';

/** One entry of a tar stream. */
export interface TarItem {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hardlink' | 'other';
  /** Bytes of the content. */
  readonly size: number;
  /** What a link leads to. */
  readonly target: string;
}

/** Takes the content of one entry. */
export interface Sink {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** A tar stream that cannot be read; the message is a clause. */
export class TarProblem extends Error {
  override readonly name = 'TarProblem';
}

/** Headers of long names are small; a larger one is an attack. Bytes. */
const maxRecords = 1024 * 1024;

/**
 * Reads a tar stream (ustar, PAX, GNU long names) entry by entry.
 * @param stream its bytes
 * @param open says for each entry where its content goes; null: nowhere
 * @throws TarProblem
 */
export async function readTar(
  stream: AsyncIterable<Uint8Array>,
  open: (item: TarItem) => Promise<Sink | null>,
): Promise<void> {
  const input = new Pieces(stream);
  let records = new Map<string, string>();
  for (;;) {
    const header = await input.take(blockBytes);
    if (header === null) throw new TarProblem('it ends without an end mark');
    if (header.every((byte) => byte === 0)) {
      await input.drain();
      return;
    }
    checkSum(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = sizeOf(header, records);
    if ('xgLK'.includes(type)) {
      for (const [key, value] of await readRecords(input, type, size)) {
        // Of a long name of GNU and one of PAX, unpackers take either; some fill the holes of a sparse file, others do not.
        if (records.has(key) && ['path', 'linkpath', 'size'].includes(key))
          throw new TarProblem(`it tells the ${key} of an entry twice`);
        if (key.startsWith('GNU.sparse.')) throw new TarProblem('it has a sparse file');
        records.set(key, value);
      }
      continue;
    }
    const item: TarItem = {
      path: records.get('path') ?? pathOf(header),
      kind: kindOf(type),
      size,
      target: records.get('linkpath') ?? text(header, 157, 100),
    };
    records = new Map();
    const sink = await open(item);
    await input.pass(size, sink);
    await sink?.end();
    await input.pass((blockBytes - (size % blockBytes)) % blockBytes, null);
  }
}

async function readRecords(input: Pieces, type: string, size: number): Promise<[string, string][]> {
  if (size > maxRecords) throw new TarProblem('it has a header that is too long');
  const content = await input.take(size);
  await input.pass((blockBytes - (size % blockBytes)) % blockBytes, null);
  if (content === null) throw new TarProblem('it ends in a header');
  if (type === 'L') return [['path', text(content, 0, content.length)]];
  if (type === 'K') return [['linkpath', text(content, 0, content.length)]];
  // Records of all entries that follow: none of them concerns what we read.
  return type === 'g' ? [] : paxRecords(content);
}

function paxRecords(content: Buffer): [string, string][] {
  const records: [string, string][] = [];
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space === -1 ? at : space));
    const record = content.subarray(space + 1, at + length);
    const equals = record.indexOf(0x3d);
    const whole = Number.isSafeInteger(length) && length > 0 && at + length <= content.length;
    if (space === -1 || !whole || equals === -1 || record.at(-1) !== 0x0a)
      throw new TarProblem('it has a PAX header that cannot be read');
    records.push([record.toString('utf8', 0, equals), record.toString('utf8', equals + 1, record.length - 1)]);
    at += length;
  }
  return records;
}

function kindOf(type: string): TarItem['kind'] {
  const kinds: Readonly<Record<string, TarItem['kind']>> = {
    '0': 'file',
    '\0': 'file',
    '7': 'file',
    '5': 'folder',
    '2': 'symlink',
    '1': 'hardlink',
  };
  return kinds[type] ?? 'other';
}

function pathOf(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function sizeOf(header: Buffer, records: ReadonlyMap<string, string>): number {
  const told = records.get('size') ?? null;
  const field = header.subarray(124, 136);
  let size: number;
  if (told !== null) size = Number(told);
  else if ((field[0] ?? 0) >= 0x80) size = Number(field.readBigUInt64BE(4));
  else size = Number.parseInt(`0${text(header, 124, 12).trim()}`, 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new TarProblem('it has an entry without a size');
  return size;
}

function checkSum(header: Buffer): void {
  const told = Number.parseInt(text(header, 148, 8).trim(), 8);
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (told !== sum) throw new TarProblem('the checksum of a header is wrong');
}

function text(bytes: Buffer, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

/** A stream from which so many bytes are taken at a time. */
class Pieces {
  private readonly iterator: AsyncIterator<Uint8Array, unknown>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.iterator = stream[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; null at the end of the stream. */
  async take(length: number): Promise<Buffer | null> {
    const pieces: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const piece = await this.next(missing);
      if (piece === null) return null;
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Hands so many bytes on. */
  async pass(length: number, sink: Sink | null): Promise<void> {
    let missing = length;
    while (missing > 0) {
      const piece = await this.next(missing);
      if (piece === null) throw new TarProblem('it ends in an entry');
      await sink?.write(piece);
      missing -= piece.length;
    }
  }

  /** Reads to the end: a digest is over all of it. */
  async drain(): Promise<void> {
    while ((await this.next(Number.MAX_SAFE_INTEGER)) !== null);
  }

  private async next(most: number): Promise<Buffer | null> {
    while (this.rest.length === 0) {
      const result = await this.iterator.next();
      if (result.done === true) return null;
      const { buffer, byteOffset, byteLength } = result.value;
      this.rest = Buffer.from(buffer, byteOffset, byteLength);
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }
}
