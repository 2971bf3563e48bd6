import { descriptorSignature, type Header } from './records.ts';

/** Longest record behind the data of a member: signature, checksum, two sizes of 8 bytes. */
export const descriptorPeek = 24;

interface Layout {
  readonly bytes: number;
  readonly signed: boolean;
  readonly wide: boolean;
}

const layouts: readonly Layout[] = [
  { bytes: 16, signed: true, wide: false },
  { bytes: 24, signed: true, wide: true },
  { bytes: 12, signed: false, wide: false },
  { bytes: 20, signed: false, wide: true },
];

/**
 * Reads the record that follows the data of a member whose sizes were not known beforehand. `room` is the number of bytes before
 * the next thing in the file.
 */
export function checkDescriptor(peek: Buffer, room: number, said: Header): { bytes: number; problem: string | null } {
  const fitting = layouts.filter(({ bytes }) => bytes <= room && bytes <= peek.length);
  const match = fitting.find((layout) => agrees(peek, layout, said));
  if (match !== undefined) return { bytes: match.bytes, problem: null };
  const signed = peek.length >= 16 && peek.readUInt32LE(0) === descriptorSignature;
  if (!signed) return { bytes: 0, problem: 'is missing or has other values than the directory' };
  return { bytes: room === 24 ? 24 : 16, problem: 'has other values than the directory' };
}

function agrees(peek: Buffer, { signed, wide, bytes }: Layout, said: Header): boolean {
  if (signed && peek.readUInt32LE(0) !== descriptorSignature) return false;
  const at = signed ? 4 : 0;
  if (peek.readUInt32LE(at) !== said.crc || peek.length < bytes) return false;
  const packed = wide ? Number(peek.readBigUInt64LE(at + 4)) : peek.readUInt32LE(at + 4);
  const unpacked = wide ? Number(peek.readBigUInt64LE(at + 12)) : peek.readUInt32LE(at + 8);
  return packed === said.packed && unpacked === said.unpacked;
}
