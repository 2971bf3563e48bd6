import { shown, TarProblem } from './tar-problem.ts';
import { blockBytes } from './tar.ts';

/** What one header block says. */
export interface TarHeader {
  /** The type flag: `0`, `5`, `x`, ... */
  readonly type: string;
  readonly path: string;
  /** What a link leads to. */
  readonly target: string;
  /** As the size field has it, in bytes. */
  readonly size: number;
}

/** Of a header block, the formats that differ in what stands behind the names of a V7 header. */
type Format = 'v7' | 'posix' | 'star' | 'gnu';

/**
 * Reads a header block as Go's archive/tar does, with which containerd, Docker, Podman and CRI-O unpack images. Whatever that reader or the
 * others in use (GNU tar, libarchive, Python) could take for something else is refused.
 * @param block of 512 bytes
 * @returns its fields; extended headers before it may say otherwise
 * @throws TarProblem
 */
export function parseHeader(block: Buffer): TarHeader {
  checkSum(block);
  const name = text(block, 0, 100);
  const format = formatOf(block, name);
  const prefix = format === 'posix' || format === 'star' ? text(block, 345, 155) : '';
  const path = prefix === '' ? name : `${prefix}/${name}`;
  if (format === 'star' && prefix.length > 130) throw ambiguous(path, 'has a prefix that ends at two places');
  const type = String.fromCharCode(block[156] ?? 0);
  return { type, path, target: text(block, 157, 100), size: sizeOf(block, path) };
}

/**
 * Text of a field: it ends at the first NUL, or with the field.
 * @param bytes that hold the field
 * @param offset of the field
 * @param length of the field
 */
export function text(bytes: Buffer, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

/**
 * The problem of an entry that unpackers take for different things.
 * @param path of the entry
 * @param has what it has: `has two names`
 */
export function ambiguous(path: string, has: string): TarProblem {
  return new TarProblem(`its entry ${shown(path)} ${has}, which unpackers read in different ways`);
}

function checkSum(block: Buffer): void {
  const told = octal(block, 148, 8);
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < blockBytes; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
    unsigned += byte;
    // Old tars of Sun took bytes for signed numbers.
    signed += byte > 0x7f ? byte - 0x100 : byte;
  }
  if (told === null || (told !== unsigned && told !== signed))
    throw new TarProblem('the checksum of a header is wrong');
}

function formatOf(block: Buffer, name: string): Format {
  const magic = block.toString('latin1', 257, 265);
  if (magic.startsWith('ustar\0')) return block.toString('latin1', 508, 512) === 'tar\0' ? 'star' : 'posix';
  if (magic === 'ustar  \0') {
    // Times, where others have the prefix of the path: Go takes them for one when they are no numbers.
    if (isTime(block, 345) && isTime(block, 357)) return 'gnu';
    throw ambiguous(name, 'has times that are no numbers');
  }
  if (magic !== '\0'.repeat(8)) throw ambiguous(name, 'is of an unknown format');
  // A V7 header ends before the magic; some readers look for a prefix all the same.
  if (text(block, 345, 155) !== '') throw ambiguous(name, 'has a prefix in a format without one');
  return 'v7';
}

function isTime(block: Buffer, offset: number): boolean {
  return ((block[offset] ?? 0) & 0x80) !== 0 || octal(block, offset, 12) !== null;
}

/** Octal digits, or (from 8 GiB on) a binary number after the byte 0x80. */
function sizeOf(block: Buffer, path: string): number {
  const size = (block[124] ?? 0) < 0x80 ? octal(block, 124, 12) : binary(block.subarray(124, 136));
  if (size === null || !Number.isSafeInteger(size)) throw ambiguous(path, 'has a size that is no number');
  return size;
}

function binary(field: Buffer): number | null {
  const high = field.subarray(0, 4);
  return high.equals(Buffer.from([0x80, 0, 0, 0])) ? Number(field.readBigUInt64BE(4)) : null;
}

/** Null: no number, or one that readers cut at different places: a NUL before digits, anything behind them. */
function octal(block: Buffer, offset: number, length: number): number | null {
  const digits = /^(?:[ \0]*| *([0-7]+)[ \0]*)$/.exec(block.toString('latin1', offset, offset + length));
  return digits === null ? null : Number.parseInt(digits[1] ?? '0', 8);
}
