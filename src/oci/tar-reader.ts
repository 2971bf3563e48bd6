import { BytePieces } from './byte-pieces.ts';
import { paxRecords } from './pax-records.ts';
import { ambiguous, parseHeader, text, type TarHeader } from './tar-header.ts';
import { shown, TarProblem } from './tar-problem.ts';
import { blockBytes } from './tar.ts';

/** One entry of a tar stream. */
export interface TarItem {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hardlink' | 'other';
  /** Bytes of the content; 0 for everything but a file. */
  readonly size: number;
  /** What a link leads to. */
  readonly target: string;
}

/** Takes the content of one entry. */
export interface Sink {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** Extended headers are small; Go's reader takes no larger ones. Bytes. */
const maxRecords = 1024 * 1024;
/** What the size field of a header can say in octal digits; a larger size needs a PAX record. */
const largestOctal = 0o77777777777;

/**
 * Types of entries. Of the others unpackers of images know none, or (sparse files of GNU) make different things.
 * `D` is the folder of an incremental dump, whose content is a list of names.
 */
const kinds: Readonly<Record<string, TarItem['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'folder',
  '6': 'other',
  D: 'folder',
};

/** What extended headers say of the next entry. */
interface Extended {
  /** Of PAX headers; null: there was none. */
  pax: ReadonlyMap<string, string> | null;
  path: string | null;
  target: string | null;
}

/**
 * Reads a tar stream (V7, ustar, PAX, GNU) entry by entry. It reads what Go's archive/tar reads, with which images are unpacked, and refuses
 * what readers in use could take for something else: who hides a file from this one must not get it past the other.
 * @param stream its bytes
 * @param open says for each entry where its content goes; null: nowhere
 * @throws TarProblem
 */
export async function readTar(
  stream: AsyncIterable<Uint8Array>,
  open: (item: TarItem) => Promise<Sink | null>,
): Promise<void> {
  const input = new BytePieces(stream);
  let extended: Extended = { pax: null, path: null, target: null };
  for (;;) {
    const block = await input.take(blockBytes);
    if (block === null) throw new TarProblem('it ends without an end mark');
    if (isZero(block)) return readEnd(input);
    const header = parseHeader(block);
    if ('xgLK'.includes(header.type)) {
      await readExtended(input, header, extended);
      continue;
    }
    const { item, length } = entryOf(header, extended);
    extended = { pax: null, path: null, target: null };
    const sink = await open(item);
    // Of other entries nobody reads content, even where there is some.
    await pass(input, length, item.kind === 'file' ? sink : null);
    if (item.kind === 'file') await sink?.end();
    await pass(input, paddingOf(length), null);
  }
}

/** All bytes are read, since a digest is over all of them. */
async function readEnd(input: BytePieces): Promise<void> {
  const second = await input.take(blockBytes);
  if (second !== null && !isZero(second))
    throw new TarProblem('it goes on after a single zero block, which unpackers read in different ways');
  while ((await input.next(Number.MAX_SAFE_INTEGER)) !== null);
}

async function readExtended(input: BytePieces, { type, path, size }: TarHeader, extended: Extended): Promise<void> {
  if (size > maxRecords) throw new TarProblem('it has a header that is too long');
  const content = await input.take(size);
  if (content === null) throw new TarProblem('it ends in a header');
  await pass(input, paddingOf(size), null);
  if (type === 'x' || type === 'g') {
    const records = paxRecords(content, type === 'g');
    // Go's reader forgets at either what headers before have said; others do not.
    const waits = extended.pax !== null || (type === 'g' && (extended.path ?? extended.target) !== null);
    if (waits) throw ambiguous(path, 'is an extended header right after another one');
    if (type === 'x') extended.pax = records;
  } else {
    const name = text(content, 0, content.length);
    if (name === '') throw ambiguous(path, 'is an extended header with an empty name');
    const key = type === 'L' ? 'path' : 'target';
    if (extended[key] !== null) throw new TarProblem(`it tells the ${key} of an entry twice`);
    extended[key] = name;
  }
}

/** The entry that its header, and those before it, tell of, and the bytes between it and the next one. */
function entryOf(header: TarHeader, extended: Extended): { item: TarItem; length: number } {
  const { type } = header;
  const { pax } = extended;
  const path = either('path', extended.path, pax?.get('path')) ?? header.path;
  const target = either('target', extended.target, pax?.get('linkpath')) ?? header.target;
  if (path === '') throw ambiguous(path, 'has no name');
  const kind = kinds[type];
  if (kind === undefined) throw unknownType(path, type);
  const size = sizeOf(path, header, pax?.get('size'));
  if (kind === 'file') {
    if (!path.endsWith('/')) return { item: { path, kind, size, target }, length: size };
    // Of old tars, where a folder has no type of its own.
    if (type !== '\0' || size > 0) throw ambiguous(path, 'is a file with a slash at the end of its name');
    return { item: { path, kind: 'folder', size: 0, target }, length: 0 };
  }
  const item: TarItem = { path, kind, size: 0, target };
  if (type === 'D') return { item, length: size };
  // Some write the size of the file with a hard link: nobody who unpacks images looks for content there.
  if (size > 0 && kind !== 'hardlink') throw ambiguous(path, `is no file and has a size of ${size} bytes`);
  return { item, length: 0 };
}

function either(what: string, long: string | null, record: string | undefined): string | null {
  // Unpackers take one or the other.
  if (long !== null && record !== undefined) throw new TarProblem(`it tells the ${what} of an entry twice`);
  return long ?? record ?? null;
}

function unknownType(path: string, type: string): TarProblem {
  const name = shown(path);
  if (type === 'S') return new TarProblem(`its entry ${name} is a sparse file`);
  return new TarProblem(`its entry ${name} is of the type ${JSON.stringify(type)}, which no image has`);
}

function sizeOf(path: string, { size }: TarHeader, record: string | undefined): number {
  if (record === undefined) return size;
  const told = Number(record);
  if (!Number.isSafeInteger(told)) throw new TarProblem(`its entry ${shown(path)} has a size that is no number`);
  // The record is for what does not fit into the field: where both could be meant, they are the same.
  if (told !== size && told <= largestOctal) throw ambiguous(path, `has two sizes, ${size} and ${told} bytes`);
  return told;
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function paddingOf(length: number): number {
  return (blockBytes - (length % blockBytes)) % blockBytes;
}

/** Hands so many bytes on. */
async function pass(input: BytePieces, length: number, sink: Sink | null): Promise<void> {
  let missing = length;
  while (missing > 0) {
    const piece = await input.next(missing);
    if (piece === null) throw new TarProblem('it ends in an entry');
    await sink?.write(piece);
    missing -= piece.length;
  }
}
