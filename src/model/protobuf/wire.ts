import type { Field } from './schema.ts';

/** A number that was read, and where the next byte is. */
export interface Varint {
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

/** The numbers of a packed list, at most `most`; null when the bytes end inside one before that. */
export function unpack(field: Field, bytes: Buffer, most: number): number[] | null {
  const values: number[] = [];
  for (let at = 0; at < bytes.length && values.length < most;) {
    if (typeof field.wire === 'number') {
      if (at + field.wire > bytes.length) return null;
      values.push(fixed(field.type, bytes, at));
      at += field.wire;
    } else {
      const read = readVarint(bytes, at, bytes.length);
      if (read === null) return null;
      values.push(varintValue(field.type, read, bytes, at));
      at = read.next;
    }
  }
  return values;
}

/** A number of fixed size. */
export function fixed(type: string, bytes: Buffer, at: number): number {
  if (type === 'float') return bytes.readFloatLE(at);
  if (type === 'fixed32') return bytes.readUInt32LE(at);
  return type === 'double' ? bytes.readDoubleLE(at) : Number(bytes.readBigUInt64LE(at));
}

/** What a varint that was read at `at` means for this type. */
export function varintValue(type: string, { value, next }: Varint, bytes: Buffer, at: number): number {
  if (type === 'sint') return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  // Ten bytes are a negative number, or one beyond 2^63 that no field has.
  return next - at === 10 ? signed(bytes.subarray(at, next)) : value;
}

function signed(bytes: Buffer): number {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  return Number(BigInt.asIntN(64, value));
}
