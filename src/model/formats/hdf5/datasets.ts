import type { Pages } from '../../pages.ts';
import { Fields, Hdf5Error } from './bytes.ts';
import type { HeaderMessage } from './object-header.ts';
import { readDims, readType, type Datatype } from './types.ts';

/** Where data stands. */
export interface Extent {
  readonly at: number;
  readonly bytes: number;
}

export interface Dataset {
  readonly type: Datatype;
  readonly dims: readonly number[] | null;
  readonly elements: number;
  readonly extents: readonly Extent[];
  /** Bytes that are stored, packed or not; compact data stands in the object header itself. */
  readonly stored: number;
  readonly layout: 'compact' | 'contiguous' | 'chunked';
  /** Numbers of the filters that pack the data. */
  readonly filters: readonly number[];
}

/** Nodes and chunks of one dataset. */
const maxChunks = 1_000_000;

/** Reads what the messages of a dataset say of it. */
export async function readDataset(pages: Pages, messages: readonly HeaderMessage[], base: number): Promise<Dataset> {
  const message = (type: number) => messages.find((each) => each.type === type);
  const [space, typed, laidOut, packed] = [message(0x01), message(0x03), message(0x08), message(0x0b)];
  if (space === undefined || typed === undefined || laidOut === undefined) {
    throw new Hdf5Error('broken', 'A dataset has no shape, type or layout', messages[0]?.offset ?? 0);
  }
  const type = readType(typed.content, typed.offset);
  const dims = readDims(space.content, space.offset);
  const elements = dims === null ? 0 : dims.reduce((product, length) => product * length, 1);
  const place = await readLayout(pages, laidOut, dims?.length ?? 0, base);
  return { type, dims, elements, ...place, filters: packed === undefined ? [] : filtersOf(packed) };
}

type Place = Pick<Dataset, 'extents' | 'stored' | 'layout'>;

async function readLayout(
  pages: Pages,
  { content, offset }: HeaderMessage,
  rank: number,
  base: number,
): Promise<Place> {
  const fields = new Fields(content, offset);
  const version = fields.u8();
  if (version !== 3 && version !== 4) throw new Hdf5Error('unknown', `A layout has the version ${version}`, offset);
  const kind = fields.u8();
  if (kind === 0) return { extents: [], stored: fields.u16(), layout: 'compact' };
  if (kind === 1) {
    const at = fields.address();
    const bytes = fields.length();
    return at === null
      ? { extents: [], stored: 0, layout: 'contiguous' }
      : { extents: [{ at: base + at, bytes }], stored: bytes, layout: 'contiguous' };
  }
  if (kind !== 2 || version === 4)
    throw new Hdf5Error('unknown', `A layout is of kind ${kind}, version ${version}`, offset);
  const width = fields.u8();
  if (width !== rank + 1)
    throw new Hdf5Error('broken', `A layout has ${width - 1} dimensions, its shape ${rank}`, offset);
  const tree = fields.address();
  const extents = tree === null ? [] : await readChunks(pages, base + tree, width, base);
  return { extents, stored: extents.reduce((sum, { bytes }) => sum + bytes, 0), layout: 'chunked' };
}

async function readChunks(pages: Pages, root: number, width: number, base: number): Promise<Extent[]> {
  const extents: Extent[] = [];
  const waiting = [root];
  const seen = new Set<number>();
  const keyBytes = 8 + 8 * width;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) throw new Hdf5Error('broken', 'The tree of a dataset leads in a circle', at);
    seen.add(at);
    if (seen.size + extents.length > maxChunks)
      throw new Hdf5Error('unknown', `A dataset has more than ${maxChunks} chunks`, at);
    const node = new Fields(Buffer.from(await pages.bytes(at, 24)), at);
    if (node.take(4).toString('latin1') !== 'TREE' || node.u8() !== 1) {
      throw new Hdf5Error('broken', `There is no tree of a dataset at byte ${at}`, at);
    }
    const level = node.u8();
    const entries = node.u16();
    const body = new Fields(Buffer.from(await pages.bytes(at + 24, entries * (keyBytes + 8))), at + 24);
    for (let entry = 0; entry < entries; entry++) {
      const bytes = body.u32();
      body.skip(keyBytes - 4);
      const child = body.address();
      if (child === null) continue;
      if (level > 0) waiting.push(base + child);
      else extents.push({ at: base + child, bytes });
    }
  }
  return extents;
}

function filtersOf({ content, offset }: HeaderMessage): number[] {
  const fields = new Fields(content, offset);
  const version = fields.u8();
  const count = fields.u8();
  if (version === 1) fields.skip(6);
  return Array.from({ length: count }, () => {
    const id = fields.u16();
    const nameBytes = version === 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);
    const values = fields.u16();
    fields.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    fields.skip(4 * (version === 1 && values % 2 === 1 ? values + 1 : values));
    return id;
  });
}
