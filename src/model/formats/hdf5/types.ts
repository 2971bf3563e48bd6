import { Fields, Hdf5Error } from './bytes.ts';

/** A type of elements. */
export interface Datatype {
  /** Of one element in the file. */
  readonly bytes: number;
  /** In the words of safetensors; null when the elements are not plain numbers. */
  readonly table: string | null;
  readonly kind: 'number' | 'text' | 'vlen-text' | 'reference' | 'other';
}

const floats: Readonly<Record<number, string>> = { 2: 'F16', 4: 'F32', 8: 'F64' };
const integers: Readonly<Record<number, readonly [unsigned: string, signed: string]>> = {
  1: ['U8', 'I8'],
  2: ['U16', 'I16'],
  4: ['U32', 'I32'],
  8: ['U64', 'I64'],
};

/** Reads a datatype message. */
export function readType(content: Buffer, offset: number): Datatype {
  const fields = new Fields(content, offset);
  const kind = fields.u8() & 15;
  const flags = fields.u8();
  fields.skip(2);
  const bytes = fields.u32();
  if (kind === 0) return { bytes, table: integers[bytes]?.[(flags & 8) >> 3] ?? null, kind: 'number' };
  if (kind === 1) return { bytes, table: floats[bytes] ?? null, kind: 'number' };
  if (kind === 3) return { bytes, table: null, kind: 'text' };
  // Booleans are an enumeration of bytes.
  if (kind === 4 || kind === 8) return { bytes, table: bytes === 1 ? 'BOOL' : null, kind: 'number' };
  if (kind === 9 && (flags & 15) === 1) return { bytes, table: null, kind: 'vlen-text' };
  return { bytes, table: null, kind: kind === 7 ? 'reference' : 'other' };
}

/** The dimensions of a dataspace message; null for one without elements. */
export function readDims(content: Buffer, offset: number): readonly number[] | null {
  const fields = new Fields(content, offset);
  const version = fields.u8();
  const rank = fields.u8();
  if (version !== 1 && version !== 2) throw new Hdf5Error('unknown', `A dataspace has the version ${version}`, offset);
  if (rank > 32) throw new Hdf5Error('broken', `A dataspace has ${rank} dimensions`, offset);
  fields.skip(1);
  const type = fields.u8();
  if (version === 1) fields.skip(4);
  if (version === 2 && type === 2) return null;
  return Array.from({ length: rank }, () => fields.length());
}
