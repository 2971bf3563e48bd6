import type { Pages } from '../../pages.ts';
import { Fields, Hdf5Error } from './bytes.ts';
import type { HeaderMessage } from './object-header.ts';
import { readDims, readType } from './types.ts';

/** Largest text of an attribute that is read: a configuration. Bytes. */
const maxText = 64 * 1024 * 1024;

export interface Attribute {
  readonly name: string;
  /** Its text; null when it is none, or a list. */
  readonly text: string | null;
}

/** Reads an attribute message; texts of variable length are fetched from the heap of the file. */
export async function readAttribute(
  pages: Pages,
  { content, offset }: HeaderMessage,
  base: number,
): Promise<Attribute> {
  const fields = new Fields(content, offset);
  const version = fields.u8();
  if (version < 1 || version > 3) throw new Hdf5Error('unknown', `An attribute has the version ${version}`, offset);
  const flags = fields.u8();
  if (version > 1 && flags !== 0) throw new Hdf5Error('unknown', 'The type of an attribute stands elsewhere', offset);
  const [nameBytes, typeBytes, spaceBytes] = [fields.u16(), fields.u16(), fields.u16()];
  if (version === 3) fields.skip(1);
  const padded = (bytes: number) => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const name = fields.take(padded(nameBytes)).toString('utf8', 0, Math.max(0, nameBytes - 1));
  const type = readType(fields.take(padded(typeBytes)), offset);
  const dims = readDims(fields.take(padded(spaceBytes)), offset);
  const single = dims !== null && dims.reduce((product, length) => product * length, 1) === 1;
  if (!single || (type.kind !== 'text' && type.kind !== 'vlen-text')) return { name, text: null };
  if (type.kind === 'text') return { name, text: fields.take(type.bytes).toString('utf8').replace(/\0+$/, '') };
  const length = fields.u32();
  const heap = fields.address();
  const index = fields.u32();
  if (length === 0) return { name, text: '' };
  if (heap === null || length > maxText)
    throw new Hdf5Error('unknown', `An attribute has ${length} bytes of text`, offset);
  return { name, text: (await heapObject(pages, base + heap, index, length)).toString('utf8') };
}

/** An object of a global heap. */
async function heapObject(pages: Pages, at: number, index: number, length: number): Promise<Buffer> {
  const head = new Fields(Buffer.from(await pages.bytes(at, 16)), at);
  if (head.take(4).toString('latin1') !== 'GCOL') throw new Hdf5Error('broken', `There is no heap at byte ${at}`, at);
  head.skip(4);
  const end = at + head.length();
  let position = at + 16;
  while (position + 16 <= end) {
    const fields = new Fields(Buffer.from(await pages.bytes(position, 16)), position);
    const found = fields.u16();
    fields.skip(6);
    const bytes = fields.length();
    if (found === index) {
      if (length > bytes || position + 16 + length > end)
        throw new Hdf5Error('broken', 'A text is longer than its place', position);
      return pages.bytes(position + 16, length);
    }
    // Object 0 is the free rest.
    if (found === 0) break;
    position += 16 + Math.ceil(bytes / 8) * 8;
  }
  throw new Hdf5Error('broken', `The heap at byte ${at} has no object ${index}`, at);
}
