import type { Scalar } from './schema.ts';

/** A number that was read, and where the next byte is. */
interface Varint {
  readonly value: number;
  readonly next: number;
}

/** Reads a varint below `limit`; null when it does not end there or is longer than 10 bytes. Loses precision from 2^53 on. */
export function readVarint(bytes: Buffer, at: number, limit: number): Varint | null {
  let value = 0;
  let scale = 1;
  for (let next = at; next < limit && next < at + 10; next++) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: next + 1 };
    scale *= 128;
  }
  return null;
}

/** How many varints end in these bytes. */
export function countVarints(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  return count;
}

/** Bytes of a number of fixed size, null for a varint. */
export function fixedWidth(type: Scalar): 4 | 8 | null {
  if (type === 'fixed32' || type === 'float') return 4;
  return type === 'fixed64' || type === 'double' ? 8 : null;
}

/** The value of a single number as the schema wants it; undefined when the wire type is another one. */
export function scalarOf(type: Scalar, wire: number, bytes: Buffer): number | undefined {
  if (type === 'string' || type === 'bytes') return undefined;
  const width = fixedWidth(type);
  if (wire !== (width === null ? 0 : width === 8 ? 1 : 5)) return undefined;
  return number(type, bytes, 0).value;
}

/** The numbers of a packed list, at most `most`; null when the bytes end inside one before that. */
export function unpack(type: Scalar, bytes: Buffer, most: number): number[] | null {
  const width = fixedWidth(type);
  const values: number[] = [];
  for (let at = 0; at < bytes.length && values.length < most;) {
    if (width !== null && at + width > bytes.length) return null;
    const { value, next } = number(type, bytes, at);
    if (next < 0) return null;
    values.push(value);
    at = next;
  }
  return values;
}

/** One number; `next` is negative when it does not end. */
function number(type: Scalar, bytes: Buffer, at: number): Varint {
  if (type === 'float') return { value: bytes.readFloatLE(at), next: at + 4 };
  if (type === 'fixed32') return { value: bytes.readUInt32LE(at), next: at + 4 };
  if (type === 'double') return { value: bytes.readDoubleLE(at), next: at + 8 };
  if (type === 'fixed64') return { value: Number(bytes.readBigUInt64LE(at)), next: at + 8 };
  const read = readVarint(bytes, at, bytes.length);
  if (read === null) return { value: 0, next: -1 };
  const { value, next } = read;
  if (type === 'sint') return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, next };
  // Ten bytes are a negative number, or one beyond 2^63 that no field has.
  return next - at === 10 ? { value: signed(bytes.subarray(at, next)), next } : { value, next };
}

function signed(bytes: Buffer): number {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  return Number(BigInt.asIntN(64, value));
}
