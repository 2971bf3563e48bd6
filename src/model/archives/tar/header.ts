/** One unit of a tar file. Bytes. */
export const blockBytes = 512;

/** A header as its bytes say. */
export interface TarHeader {
  readonly name: string;
  /** Bytes of the data behind the header. */
  readonly size: number;
  /** One character; `0` for the zero byte of old archives. */
  readonly type: string;
  readonly target: string;
}

/** Whether the block is a header with its checksum: the sum of its bytes, the checksum itself counted as spaces. */
export function isHeader(block: Buffer): boolean {
  if (block.length < blockBytes || block[0] === 0) return false;
  const said = octal(block.subarray(148, 156));
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < blockBytes; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 256;
  }
  return said !== null && (said === unsigned || said === signed);
}

/** Reads a header; a string says what is wrong with it. */
export function tarHeader(block: Buffer): TarHeader | string {
  const size = number(block.subarray(124, 136));
  if (size === null) return 'has a size that is no number';
  const magic = block.toString('latin1', 257, 263);
  // The old GNU format has times where POSIX has a prefix of the name.
  const prefix = magic === 'ustar\0' ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: type === '\0' ? '0' : type,
    target: text(block.subarray(157, 257)),
  };
}

/** Text up to its zero byte. */
export function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Octal digits, or since GNU a binary number with the highest bit set. */
function number(bytes: Buffer): number | null {
  if (bytes[0] !== 0x80) return octal(bytes);
  const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.isSafeInteger(value) ? value : null;
}

function octal(bytes: Buffer): number | null {
  const digits = bytes
    .toString('latin1')
    .replace(/\0[^]*$/, '')
    .trim();
  if (digits === '') return 0;
  return /^[0-7]{1,14}$/.test(digits) ? Number.parseInt(digits, 8) : null;
}

/** Records of a pax header, `LENGTH KEY=VALUE\n`; null when they do not fill it. */
export function paxRecords(bytes: Buffer): ReadonlyMap<string, string> | null {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const digits = bytes.toString('latin1', at, Math.max(at, space));
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    if (length === 0 || end > bytes.length || bytes[end - 1] !== 10) return null;
    const record = bytes.toString('utf8', space + 1, end - 1);
    const equals = record.indexOf('=');
    if (equals < 1) return null;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}
