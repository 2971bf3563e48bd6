import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readTar, type TarItem } from '../../src/oci/tar-reader.ts';
import { TarProblem } from '../../src/oci/tar-problem.ts';
import { padding, tarEnd } from '../../src/oci/tar.ts';

interface Found extends TarItem {
  readonly text: string;
}

async function read(tar: Buffer): Promise<Found[]> {
  const found: Found[] = [];
  await readTar(pieces(tar), (item) => {
    const at = found.push({ ...item, text: '' }) - 1;
    const content: Buffer[] = [];
    return Promise.resolve({
      write: (chunk) => Promise.resolve(void content.push(Buffer.from(chunk))),
      end: () => Promise.resolve(void (found[at] = { ...item, text: Buffer.concat(content).toString() })),
    });
  });
  return found;
}

async function* pieces(tar: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < tar.length; at += 10_000) yield await Promise.resolve(tar.subarray(at, at + 10_000));
}

type Fields = Readonly<Record<number, string>>;

/** A header block: fields of a ustar file by their offset, `fields` above them. */
function block(type: string, name: string, size: number, fields: Fields = {}): Buffer {
  const bytes = Buffer.alloc(512);
  const octal = `${size.toString(8).padStart(11, '0')}\0`;
  const all = { 0: name, 100: '0000644\0', 124: octal, 156: type, 257: 'ustar\x0000', ...fields };
  for (const [offset, text] of Object.entries(all)) bytes.write(text, Number(offset), 'latin1');
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** An entry with content. */
function entry(type: string, name: string, content: string, fields: Fields = {}): Buffer {
  const bytes = Buffer.from(content, 'latin1');
  return Buffer.concat([block(type, name, bytes.length, fields), bytes, padding(bytes.length)]);
}

const record = (text: string): string => {
  const length = (digits: number): number => digits + 2 + text.length;
  const digits = String(length(1)).length === 1 ? 1 : String(length(2)).length === 2 ? 2 : 3;
  return `${length(digits)} ${text}\n`;
};
const tar = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, tarEnd]);
const gnu = 'ustar  \0';
const hidden = entry('0', 'models/evil.pkl', 'evil');

describe('what Go and others read in different ways is refused', () => {
  it.each<[string, RegExp, Buffer[]]>([
    ...['2', '3', '4', '5', '6'].map((type): [string, RegExp, Buffer[]] => [
      `an entry of type ${type} with a size`,
      /"tmp\/x" is no file and has a size of 1024 bytes/,
      [block(type, 'tmp/x', 1024), hidden],
    ]),
    ['an empty name in a PAX record', /record of the path/, [entry('x', 'x', record('path=')), hidden]],
    ['an empty target in a PAX record', /record of the linkpath/, [entry('x', 'x', record('linkpath=')), hidden]],
    ['an empty size in a PAX record', /record of the size/, [entry('x', 'x', record('size=')), hidden]],
    ['a size in a PAX record that is no number', /of the size/, [entry('x', 'x', record('size=0x4')), hidden]],
    ['a NUL in a PAX record', /of the path/, [entry('x', 'x', record('path=models/a\0b')), hidden]],
    ['a length of a PAX record that is no number', /cannot be read/, [entry('x', 'x', '0xc path=a/b\n'), hidden]],
    ['two sizes', /two sizes, 4 and 3/, [entry('x', 'x', record('size=3')), hidden]],
    [
      'two PAX headers',
      /right after another/,
      [entry('x', 'x', record('path=a')), entry('x', 'x', record('b=c')), hidden],
    ],
    [
      'a global header that comes between',
      /right after another/,
      [entry('L', 'x', 'tmp/a\0'), entry('g', 'x', ''), hidden],
    ],
    ['a name for all entries', /for all entries/, [entry('g', 'x', record('path=tmp/a')), hidden]],
    ['two names', /path of an entry twice/, [entry('L', 'x', 'a\0'), entry('x', 'x', record('path=b')), hidden]],
    ['an empty long name', /empty name/, [entry('L', 'x', '\0'), hidden]],
    [
      'a size that begins with a NUL',
      /size that is no number/,
      [block('0', 'x', 0, { 124: '\x000000001000\0' }), hidden],
    ],
    [
      'a size with something behind it',
      /size that is no number/,
      [block('0', 'x', 0, { 124: '4\x00000000100\0' }), hidden],
    ],
    ['a negative size', /size that is no number/, [block('0', 'x', 0, { 124: '\xff'.repeat(12) }), hidden]],
    [
      'a size over 2^64',
      /size that is no number/,
      [block('0', 'x', 0, { 124: `\x80\0\0\x01${'\0'.repeat(8)}` }), hidden],
    ],
    ['a time that is none', /times that are no/, [entry('0', 'evil.pkl', 'evil', { 257: gnu, 345: 'models\0' })]],
    ['a prefix in a V7 header', /format without one/, [entry('0', 'a', 'evil', { 257: '\0'.repeat(8), 345: 'tmp' })]],
    ['a magic that nobody knows', /unknown format/, [entry('0', 'a', 'evil', { 257: 'ustar\x2000' })]],
    ['a prefix that ends at two places', /two places/, [block('0', 'a', 0, { 345: 'p'.repeat(140), 508: 'tar\0' })]],
    ['a file with a slash at its end', /slash at the end/, [entry('0', 'models/evil.pkl/', 'evil')]],
    ['an old file with a slash at its end, and a size', /slash at the end/, [block('\0', 'tmp/', 1024), hidden]],
    ['a sparse file', /sparse file/, [block('S', 'x', 0, { 257: gnu, 482: '\x01' }), hidden]],
    ['a sparse file of PAX', /sparse file/, [entry('x', 'x', record('GNU.sparse.major=1')), hidden]],
    ['a type that no image has', /of the type "V"/, [block('V', 'x', 0), hidden]],
    ['a single zero block', /single zero block/, [Buffer.alloc(512), hidden]],
    ['no name', /has no name/, [entry('0', '', 'evil')]],
  ])('%s', async (_, message, parts) => {
    const failure = await read(tar(entry('0', 'a', 'a'), ...parts)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TarProblem);
    expect((failure as Error).message).toMatch(message);
  });
});

describe('what all read in the same way is read', () => {
  it.each<[string, Buffer[], string]>([
    [
      'times of GNU tar where others have a prefix',
      [entry('0', 'models/a', 'a', { 257: gnu, 345: '14371234567\0' })],
      'models/a',
    ],
    ['binary times of GNU tar', [entry('0', 'a', 'a', { 257: gnu, 345: `\x80${'\0'.repeat(10)}\x01` })], 'a'],
    ['a prefix', [entry('0', 'a', 'a', { 345: 'models/deep' })], 'models/deep/a'],
    ['a prefix of star', [entry('0', 'a', 'a', { 345: 'models', 508: 'tar\0' })], 'models/a'],
    ['a binary size', [entry('0', 'a', 'a', { 124: `\x80${'\0'.repeat(10)}\x01` })], 'a'],
    ['a size with spaces', [entry('0', 'a', 'a', { 124: '         1 \0' })], 'a'],
    ['a hard link with the size of its file', [entry('0', 'a', 'a'), block('1', 'b', 1024, { 157: 'a' })], 'a b'],
    ['a folder of an incremental dump', [entry('D', 'd/', 'Ya\0\0', { 257: gnu }), entry('0', 'd/a', 'a')], 'd/ d/a'],
    ['a folder of old tars', [block('\0', 'd/', 0, { 257: '\0'.repeat(8) }), entry('\0', 'd/a', 'a')], 'd/ d/a'],
    ['a device', [block('3', 'dev/null', 0)], 'dev/null'],
    ['long names of GNU', [entry('K', 'x', 't\0'), entry('L', 'x', 'long\0'), block('2', 'y', 0)], 'long'],
    [
      'a comment for all, and one of a file',
      [entry('g', 'x', record('comment=c')), entry('x', 'x', record('b=c')), entry('0', 'a', '')],
      'a',
    ],
    ['a size of PAX that fits the field', [entry('x', 'x', record('size=4')), hidden], 'models/evil.pkl'],
    ['the signed checksum of old tars', [signed(entry('0', 'n\xe4me', 'a'))], 'n\uFFFDme'],
  ])('%s', async (_, parts, names) => {
    const found = await read(tar(...parts, hidden));
    expect(found.map(({ path }) => path).join(' ')).toBe(`${names} models/evil.pkl`);
    expect(found.at(-1)).toMatchObject({ kind: 'file', size: 4, text: 'evil' });
  });

  it('the size of an extended header is its own', async () => {
    const content = `${record('size=1024')}${record('path=big')}`;
    const found = await read(
      tar(entry('x', 'x', content), entry('K', 'x', 't\0'), block('0', 'y', 1024), Buffer.alloc(1024, 'b')),
    );
    expect(found).toMatchObject([{ path: 'big', size: 1024, target: 't', text: 'b'.repeat(1024) }]);
  });
});

/** Where bytes over 127 count as negative. */
function signed(header: Buffer): Buffer {
  const high = header.subarray(0, 512).filter((byte) => byte > 0x7f).length;
  const sum = Number.parseInt(header.toString('latin1', 148, 154), 8) - 256 * high;
  header.write(sum.toString(8).padStart(6, '0'), 148, 'latin1');
  return header;
}

describe('archives of GNU tar', () => {
  let folder: string;
  const long = `d/${'deep/'.repeat(12)}${'n'.repeat(60)}`;
  const veryLong = `d/${'x'.repeat(160)}`;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mldeploy-tar-reader-'));
    mkdirSync(join(folder, 'd', 'deep/'.repeat(12)), { recursive: true });
    for (const path of ['d/a', 'd/näme', long, veryLong]) writeFileSync(join(folder, path), `content of ${path}`);
    writeFileSync(join(folder, 'd/empty'), '');
    writeFileSync(join(folder, 'd/block'), 'b'.repeat(512));
    symlinkSync('a', join(folder, 'd/link'));
    linkSync(join(folder, 'd/a'), join(folder, 'd/hard'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['v7', [], ['d/a', 'd/näme', 'd/empty', 'd/block']],
    ['ustar', [], ['d/a', 'd/näme', 'd/empty', 'd/block', long]],
    ['oldgnu', [], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['gnu', [], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['gnu', ['-G'], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['gnu', ['--atime-preserve', '--mtime=@-5'], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['posix', [], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['posix', ['--pax-option=comment=hello'], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
    ['posix', ['-G'], ['d/a', 'd/näme', 'd/empty', 'd/block', long, veryLong]],
  ])('%s %j', async (format, options, files) => {
    const whole = format === 'v7' || options.includes('-G') ? [] : ['d/link', 'd/hard'];
    const names = options.includes('-G') ? ['d'] : [...files, ...whole];
    const archive = execFileSync('tar', [`--format=${format}`, ...options, '-cf', '-', '-C', folder, ...names], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = new Map((await read(archive)).map((item) => [item.path, item]));
    for (const path of files) {
      const item = found.get(path);
      // Of a file with two names, tar writes the second one it meets as a link.
      if (item?.kind === 'hardlink') expect(item.target).toBe('d/hard');
      else expect(item?.text, path).toBe(readFileSync(join(folder, path), 'utf8'));
    }
    if (whole.length > 0) expect(found.get('d/link')).toMatchObject({ kind: 'symlink', target: 'a', size: 0 });
    if (whole.length > 0) expect(found.get('d/hard')).toMatchObject({ kind: 'hardlink', target: 'd/a', size: 0 });
  });
});
