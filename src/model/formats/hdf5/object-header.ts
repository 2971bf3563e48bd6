import type { Pages } from '../../pages.ts';
import { Fields, Hdf5Error } from './bytes.ts';

/** One message of an object header. */
export interface HeaderMessage {
  readonly type: number;
  /** Of its content in the file. */
  readonly offset: number;
  readonly content: Buffer;
}

/** Messages of one object. */
const maxMessages = 65_536;

interface Block {
  readonly at: number;
  readonly bytes: number;
  /** Bytes of signature in front and of checksum behind. */
  readonly signed: boolean;
}

/** All messages of the object header at an address, with its continuations. Rejects with Hdf5Error or OutsideError. */
export async function readHeader(pages: Pages, address: number): Promise<HeaderMessage[]> {
  const start = await pages.bytes(address, Math.min(64, Math.max(0, pages.size - address)));
  const second = start.toString('latin1', 0, 4) === 'OHDR';
  const messages: HeaderMessage[] = [];
  const { first, flags } = second ? secondVersion(start, address) : firstVersion(start, address);
  const blocks: Block[] = [first];
  const seen = new Set<number>();
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    if (seen.has(block.at))
      throw new Hdf5Error('broken', `The object header at byte ${address} leads in a circle`, block.at);
    seen.add(block.at);
    const [from, to] = block.signed ? [4, block.bytes - 4] : [0, block.bytes];
    const bytes = Buffer.from(await pages.bytes(block.at, block.bytes));
    if (block.signed && bytes.toString('latin1', 0, 4) !== 'OCHK') {
      throw new Hdf5Error('broken', `The object header goes on at byte ${block.at}, where none is`, block.at);
    }
    for (const message of messagesOf(bytes.subarray(from, Math.max(from, to)), block.at + from, second, flags)) {
      messages.push(message);
      if (messages.length > maxMessages)
        throw new Hdf5Error('unknown', `An object has more than ${maxMessages} messages`, address);
      if (message.type !== 0x10) continue;
      const fields = new Fields(message.content, message.offset);
      const at = fields.address();
      if (at === null) throw new Hdf5Error('broken', 'An object header goes on nowhere', message.offset);
      blocks.push({ at, bytes: fields.length(), signed: second });
    }
  }
  return messages;
}

function firstVersion(start: Buffer, address: number): { first: Block; flags: number } {
  const fields = new Fields(start, address);
  if (fields.u8() !== 1) throw new Hdf5Error('broken', `There is no object header at byte ${address}`, address);
  fields.skip(7);
  return { first: { at: address + 16, bytes: fields.u32(), signed: false }, flags: 0 };
}

function secondVersion(start: Buffer, address: number): { first: Block; flags: number } {
  const fields = new Fields(start, address);
  fields.skip(4);
  if (fields.u8() !== 2)
    throw new Hdf5Error('unknown', `The object header at byte ${address} is of a newer version`, address);
  const flags = fields.u8();
  if ((flags & 0x20) !== 0) fields.skip(16);
  if ((flags & 0x10) !== 0) fields.skip(4);
  const bytes = fields.sized(2 ** (flags & 3));
  return { first: { at: address + fields.at, bytes, signed: false }, flags };
}

function* messagesOf(bytes: Buffer, offset: number, second: boolean, flags: number): Generator<HeaderMessage> {
  const fields = new Fields(bytes, offset);
  const head = second ? ((flags & 4) !== 0 ? 6 : 4) : 8;
  // What is left over is smaller than a message.
  while (fields.left >= head) {
    const type = second ? fields.u8() : fields.u16();
    const length = fields.u16();
    const own = fields.u8();
    fields.skip(head - (second ? 4 : 5));
    const at = offset + fields.at;
    const content = fields.take(length);
    // A shared message stands elsewhere, which only newer writers do.
    if ((own & 2) !== 0 && type !== 0) throw new Hdf5Error('unknown', `A message of an object is shared`, at);
    yield { type, offset: at, content };
  }
}
