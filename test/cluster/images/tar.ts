/** A member of a tar archive. */
export interface TarEntry {
  /** Path without a leading slash. */
  readonly path: string;
  /** Content of a file; none for a folder or a link. */
  readonly content?: Buffer;
  /** Target of a symbolic link. */
  readonly link?: string;
  /** Permissions, e.g. 0o755. */
  readonly mode: number;
}

/**
 * Writes a ustar archive: root owns everything, times are zero, so the same entries give the same bytes.
 * @param entries members, folders before what they hold
 * @returns the archive
 * @throws Error for a path of more than 100 bytes
 */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.content ?? Buffer.alloc(0);
    blocks.push(header(entry, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

function header(entry: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(entry.path) > 100) throw new Error(`path too long for this tar writer: ${entry.path}`);
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, width: number): void => {
    block.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  };
  const type = entry.link !== undefined ? '2' : entry.content === undefined ? '5' : '0';
  block.write(entry.path, 0);
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(entry.link ?? '', 157);
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
