import type { Pages } from '../../pages.ts';
import { Fields, Hdf5Error } from './bytes.ts';
import type { HeaderMessage } from './object-header.ts';

/** An entry of a group. */
export interface Link {
  readonly name: string;
  /** Of the object header, in the file; null for a link that is not to an object of this file. */
  readonly address: number | null;
  /** What it is when it is no object: `soft`, `external`, or unknown. */
  readonly kind: 'hard' | 'soft' | 'external' | 'other';
  readonly offset: number;
}

/** Nodes of the tree of one group. */
const maxNodes = 100_000;

/** The entries of an old group, from its symbol table message. */
export async function readSymbolTable(pages: Pages, message: HeaderMessage, base: number): Promise<Link[]> {
  const fields = new Fields(message.content, message.offset);
  const [tree, heap] = [fields.address(), fields.address()];
  if (tree === null || heap === null) throw new Hdf5Error('broken', 'A group has no table', message.offset);
  const names = await readHeap(pages, base + heap, base);
  const links: Link[] = [];
  const waiting = [base + tree];
  const seen = new Set<number>();
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at) || seen.size > maxNodes)
      throw new Hdf5Error('broken', 'The tree of a group leads in a circle', at);
    seen.add(at);
    const node = new Fields(Buffer.from(await pages.bytes(at, 24)), at);
    const signature = node.take(4).toString('latin1');
    if (signature === 'SNOD') {
      links.push(...(await readNode(pages, at, names, base)));
      continue;
    }
    if (signature !== 'TREE' || node.u8() !== 0)
      throw new Hdf5Error('broken', `There is no tree of a group at byte ${at}`, at);
    node.skip(1);
    const entries = node.u16();
    const body = new Fields(Buffer.from(await pages.bytes(at + 24, 16 * entries + 8)), at + 24);
    for (let entry = 0; entry < entries; entry++) {
      body.skip(8);
      const child = body.address();
      if (child !== null) waiting.push(base + child);
    }
  }
  return links;
}

interface Heap {
  readonly bytes: Buffer;
  readonly at: number;
}

async function readHeap(pages: Pages, at: number, base: number): Promise<Heap> {
  const fields = new Fields(Buffer.from(await pages.bytes(at, 32)), at);
  if (fields.take(4).toString('latin1') !== 'HEAP') throw new Hdf5Error('broken', `There is no heap at byte ${at}`, at);
  fields.skip(4);
  const bytes = fields.length();
  fields.skip(8);
  const data = fields.address();
  if (data === null) throw new Hdf5Error('broken', 'A heap has no data', at);
  return { bytes: Buffer.from(await pages.bytes(base + data, bytes)), at: base + data };
}

async function readNode(pages: Pages, at: number, names: Heap, base: number): Promise<Link[]> {
  const count = (await pages.bytes(at + 6, 2)).readUInt16LE(0);
  const fields = new Fields(Buffer.from(await pages.bytes(at + 8, 40 * count)), at + 8);
  return Array.from({ length: count }, () => {
    const offset = at + 8 + fields.at;
    const start = fields.length();
    const address = fields.address();
    const kind = fields.u32();
    fields.skip(20);
    const end = names.bytes.indexOf(0, start);
    if (start >= names.bytes.length || end < 0)
      throw new Hdf5Error('broken', 'The name of an object is outside of its heap', offset);
    const soft = kind === 2;
    return {
      name: names.bytes.toString('utf8', start, end),
      address: soft || address === null ? null : base + address,
      kind: soft ? 'soft' : 'hard',
      offset,
    };
  });
}

/** A link message of a new group. */
export function readLink({ content, offset }: HeaderMessage, base: number): Link {
  const fields = new Fields(content, offset);
  if (fields.u8() !== 1) throw new Hdf5Error('unknown', 'A link is of a newer version', offset);
  const flags = fields.u8();
  const type = (flags & 8) !== 0 ? fields.u8() : 0;
  if ((flags & 4) !== 0) fields.skip(8);
  if ((flags & 16) !== 0) fields.skip(1);
  const name = fields.take(fields.sized(2 ** (flags & 3))).toString('utf8');
  if (type !== 0)
    return { name, address: null, kind: type === 1 ? 'soft' : type === 64 ? 'external' : 'other', offset };
  const address = fields.address();
  return { name, address: address === null ? null : base + address, kind: 'hard', offset };
}

/** Whether the entries of a new group, or the attributes of an object, stand in a heap of their own. */
export function isDense({ content, offset, type }: HeaderMessage): boolean {
  const fields = new Fields(content, offset);
  fields.skip(1);
  const flags = fields.u8();
  if ((flags & 1) !== 0) fields.skip(type === 0x02 ? 8 : 2);
  return fields.address() !== null;
}
