/** One entry of a deterministic tar stream. */
export interface TarEntry {
  /** Path without a leading slash; a folder's ends with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink';
  /** Octal permissions. */
  readonly mode: number;
  /** Bytes of the content; 0 for everything but a file. */
  readonly size: number;
  /** What a symlink leads to. */
  readonly target?: string;
}

/** Tar streams are made of blocks of this many bytes. */
export const blockBytes = 512;

const largestOctalSize = 0o77777777777; // 8 GiB - 1: what eleven octal digits hold

/**
 * The header blocks of an entry: the same bytes on every machine, whoever the file belongs to and whenever it was written. POSIX
 * ustar; a PAX record comes before it only when the path or the size does not fit.
 * @param entry what follows the header
 * @returns whole blocks
 */
export function tarHeader(entry: TarEntry): Buffer {
  const { split, records } = fields(entry);
  const header = ustar(split ?? { prefix: Buffer.alloc(0), name: Buffer.from(entry.path).subarray(0, 100) }, entry);
  if (records.length === 0) return header;
  const content = Buffer.concat(records);
  const paxName = { prefix: Buffer.alloc(0), name: Buffer.from('PaxHeaders/entry') };
  const pax = ustar(paxName, { kind: 'file', mode: 0o644, size: content.length }, 'x');
  return Buffer.concat([pax, content, padding(content.length), header]);
}

/**
 * How long the header blocks of an entry are, without making them.
 * @param entry what follows the header
 * @returns bytes
 */
export function tarHeaderSize(entry: TarEntry): number {
  const { records } = fields(entry);
  if (records.length === 0) return blockBytes;
  const content = records.reduce((sum, { length }) => sum + length, 0);
  return 2 * blockBytes + Math.ceil(content / blockBytes) * blockBytes;
}

/** The name fields of the header, and the PAX records of what does not fit. */
function fields(entry: TarEntry): { split: ReturnType<typeof splitPath>; records: Buffer[] } {
  const split = splitPath(Buffer.from(entry.path, 'utf8'));
  const records: Buffer[] = [];
  if (split === null) records.push(paxRecord('path', entry.path));
  if (entry.size > largestOctalSize) records.push(paxRecord('size', String(entry.size)));
  const target = Buffer.from(entry.target ?? '', 'utf8');
  if (target.length > 100 || !isAscii(target)) records.push(paxRecord('linkpath', entry.target ?? ''));
  return { split, records };
}

/**
 * What fills the last block of some content.
 * @param size bytes of the content
 * @returns 0 to 511 zero bytes
 */
export function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** The end of a tar stream. */
export const tarEnd = Buffer.alloc(2 * blockBytes);

const types = { file: '0', symlink: '2', folder: '5' } as const;

function ustar(
  { prefix, name }: { prefix: Buffer; name: Buffer },
  entry: Pick<TarEntry, 'kind' | 'mode' | 'size' | 'target'>,
  type: string = types[entry.kind],
): Buffer {
  const block = Buffer.alloc(blockBytes);
  name.copy(block, 0);
  octal(block, 100, 8, entry.mode);
  octal(block, 108, 8, 0); // uid
  octal(block, 116, 8, 0); // gid
  octal(block, 124, 12, entry.size > largestOctalSize ? 0 : entry.size);
  octal(block, 136, 12, 0); // mtime
  block.write(type, 156, 'latin1');
  Buffer.from(entry.target ?? '', 'utf8').copy(block, 157, 0, 100);
  block.write('ustar\x0000', 257, 'latin1');
  octal(block, 329, 8, 0); // device numbers, as GNU tar and Go write them
  octal(block, 337, 8, 0);
  prefix.copy(block, 345);
  block.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function octal(block: Buffer, offset: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
}

/** The name fields of a ustar header are ASCII: 100 bytes, and 155 more before a slash. Null: the path needs a PAX record. */
function splitPath(path: Buffer): { prefix: Buffer; name: Buffer } | null {
  if (!isAscii(path)) return null;
  if (path.length <= 100) return { prefix: Buffer.alloc(0), name: path };
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const rest = path.length - slash - 1;
    if (rest > 0 && rest <= 100 && slash <= 155) {
      return { prefix: path.subarray(0, slash), name: path.subarray(slash + 1) };
    }
  }
  return null;
}

function isAscii(text: Buffer): boolean {
  return text.every((byte) => byte <= 0x7e && byte >= 0x20);
}

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`, 'utf8');
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
