import { gzipSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, suspicious, unchecked, type CorpusCase } from './case.ts';
import { zipFile } from './zip-writer.ts';

const clean = p.bytes(p.proto(4), 'N.');
const call = ['pickle/dangerous-call'];

interface TarMember {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly type?: string;
  readonly link?: string;
  readonly size?: number | Buffer;
  readonly magic?: string;
  readonly checksum?: number;
  readonly padding?: string;
}

function put(block: Buffer, at: number, text: string): void {
  block.write(text, at, 'utf8');
}

/** One member: its header, its data, and the padding. */
function entry(member: TarMember): Buffer {
  const { name, content = '', type = '0', link = '', magic = 'ustar\0' + '00', padding = '\0' } = member;
  const data = Buffer.from(content as string);
  const block = Buffer.alloc(512);
  const size = member.size ?? data.length;
  put(block, 0, name);
  put(block, 100, '0000644\0');
  put(block, 108, '0000000\0');
  put(block, 116, '0000000\0');
  if (typeof size === 'number') put(block, 124, `${size.toString(8).padStart(11, '0')}\0`);
  else size.copy(block, 124);
  put(block, 136, '00000000000\0');
  put(block, 148, '        ');
  put(block, 156, type);
  put(block, 157, link);
  put(block, 257, magic);
  const sum = member.checksum ?? block.reduce((total, byte) => total + byte, 0);
  put(block, 148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([block, data, Buffer.alloc((512 - (data.length % 512)) % 512, padding)]);
}

const end = Buffer.alloc(1024);

/** A whole archive. */
function tarFile(members: readonly TarMember[], behind: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([...members.map(entry), end, behind]);
}

function pax(records: Readonly<Record<string, string>>, type = 'x'): TarMember {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const length = Buffer.byteLength(rest);
    const digits = String(length + String(length + 2).length).length;
    return `${length + digits}${rest}`;
  });
  return { name: 'PaxHeaders/x', type, content: lines.join('') };
}

const a: TarMember = { name: 'a.pkl', content: clean };
const file = 'model.tar';

const valid: readonly CorpusCase[] = [
  benign('tar: two members', file, tarFile([a, { name: 'b/c.pkl', content: clean }])),
  benign('tar: old archive without signature', file, tarFile([{ ...a, magic: '' }])),
  benign('tar: GNU signature', file, tarFile([{ ...a, magic: 'ustar  \0' }])),
  benign(
    'tar: a folder',
    file,
    tarFile([
      { name: './', type: '5' },
      { name: './b/', type: '5' },
      { name: './b/a.pkl', content: clean },
    ]),
  ),
  benign('tar: a pax name', file, tarFile([pax({ path: `${'long/'.repeat(40)}a.pkl`, mtime: '1.5' }), a])),
  benign(
    'tar: a GNU long name',
    file,
    tarFile([{ name: '././@LongLink', type: 'L', content: `${'long/'.repeat(40)}a.pkl\0` }, a]),
  ),
  benign(
    'tar: a size in binary',
    file,
    tarFile([{ ...a, size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, clean.length]) }]),
  ),
  benign('tar: zeros to the size of a record', file, tarFile([a], Buffer.alloc(8192))),
  benign('tar: gzipped', 'model.tar.gz', gzipSync(tarFile([a]))),
  benign('tar: gzipped, .tgz', 'model.tgz', gzipSync(tarFile([a]))),
];

const broken: readonly CorpusCase[] = [
  dangerous('tar: an evil pickle', call, file, tarFile([a, { name: 'x', content: evil }])),
  dangerous(
    'tar: an evil pickle, gzipped',
    call,
    'model.tar.gz',
    gzipSync(tarFile([{ name: 'x.pkl', content: evil }])),
  ),
  dangerous(
    'tar: an evil pickle in a zip in the tar',
    call,
    file,
    tarFile([{ name: 'x.zip', content: zipFile([{ name: 'x', content: evil }]) }]),
  ),
  dangerous('tar: a name that leads up', ['tar/path'], file, tarFile([{ ...a, name: '../a.pkl' }])),
  dangerous('tar: a pax name that leads up', ['tar/path'], file, tarFile([pax({ path: '../../a.pkl' }), a])),
  dangerous(
    'tar: a GNU long name that leads up',
    ['tar/path'],
    file,
    tarFile([{ name: 'x', type: 'L', content: '../../a.pkl\0' }, a]),
  ),
  dangerous('tar: an absolute name', ['tar/path'], file, tarFile([{ ...a, name: '/etc/a.pkl' }])),
  dangerous('tar: a symbolic link', ['tar/link'], file, tarFile([{ name: 'x', type: '2', link: '/etc' }])),
  dangerous('tar: a hard link', ['tar/link'], file, tarFile([a, { name: 'x', type: '1', link: 'a.pkl' }])),
  dangerous('tar: a device', ['tar/special'], file, tarFile([{ name: 'x', type: '3' }])),
  dangerous('tar: a pipe', ['tar/special'], file, tarFile([{ name: 'x', type: '6' }])),
  dangerous('tar: the same name twice', ['tar/duplicate', ...call], file, tarFile([{ ...a, content: evil }, a])),
  dangerous('tar: an evil pickle behind the end', ['tar/stray-bytes', ...call], file, tarFile([a], evil)),
  dangerous(
    'tar: an evil archive behind the end',
    ['tar/stray-bytes', ...call],
    file,
    tarFile([a], tarFile([{ name: 'x', content: evil }])),
  ),
  malformed(
    'tar: names that differ in case',
    'inconclusive',
    ['tar/name'],
    file,
    tarFile([a, { ...a, name: 'A.pkl' }]),
  ),
  malformed(
    'tar: a wrong checksum',
    'inconclusive',
    ['tar/header'],
    file,
    tarFile([a, { ...a, name: 'b.pkl', checksum: 7 }]),
  ),
  malformed(
    'tar: a size that is no number',
    'inconclusive',
    ['tar/header'],
    file,
    tarFile([a, { name: 'b', size: Buffer.from('12xx56789012') }]),
  ),
  malformed('tar: two sizes', 'inconclusive', ['tar/header'], file, tarFile([pax({ size: '4' }), { ...a, size: 3 }])),
  malformed(
    'tar: a folder with a size',
    'inconclusive',
    ['tar/header'],
    file,
    tarFile([{ name: 'b', type: '5', size: 5 }]),
  ),
  malformed(
    'tar: pax records that do not fit',
    'inconclusive',
    ['tar/header'],
    file,
    tarFile([{ name: 'x', type: 'x', content: '99 path=a\n' }, a]),
  ),
  malformed(
    'tar: one name for all members',
    'inconclusive',
    ['tar/kind'],
    file,
    tarFile([pax({ path: 'b.pkl' }, 'g'), a]),
  ),
  malformed('tar: a sparse member', 'inconclusive', ['tar/kind'], file, tarFile([{ ...a, type: 'S' }])),
  malformed(
    'tar: a sparse member of pax',
    'inconclusive',
    ['tar/kind'],
    file,
    tarFile([pax({ 'GNU.sparse.major': '1' }), a]),
  ),
  malformed(
    'tar: padding that is not zero',
    'inconclusive',
    ['tar/stray-bytes'],
    file,
    tarFile([{ ...a, padding: 'x' }]),
  ),
  malformed('tar: without marks at the end', 'inconclusive', ['tar/truncated'], file, entry(a)),
  malformed(
    'tar: cut off in a member',
    'inconclusive',
    ['tar/truncated'],
    file,
    entry({ ...a, content: Buffer.alloc(900) }).subarray(0, 800),
  ),
  malformed('tar: cut off in a header', 'inconclusive', ['tar/truncated'], file, tarFile([a]).subarray(0, 1024 + 100)),
];

const config = (target: string): TarMember => ({
  name: './model_config.yaml',
  content: `encoder:\n  _target_: ${target}\n  feat_in: 80\noptim:\n  name: adamw\n`,
});

const nemo: readonly CorpusCase[] = [
  benign(
    'nemo: a configuration of NeMo',
    'model.nemo',
    tarFile([config('nemo.collections.asr.modules.ConvASREncoder'), { name: './tokenizer.txt', content: 'a\n' }]),
  ),
  dangerous(
    'nemo: a target that runs programs (CVE-2025-23304)',
    ['nemo/dangerous-target'],
    'model.nemo',
    tarFile([config('os.system')]),
  ),
  dangerous(
    'nemo: a target behind a package',
    ['nemo/dangerous-target'],
    'model.nemo',
    tarFile([config('nemo.utils.os.system')]),
  ),
  dangerous('nemo: gzipped', ['nemo/dangerous-target'], 'model.nemo', gzipSync(tarFile([config('subprocess.Popen')]))),
  suspicious(
    'nemo: a target of a package',
    ['nemo/unlisted-target'],
    'model.nemo',
    tarFile([config('my_package.Encoder')]),
  ),
  dangerous(
    'nemo: a YAML tag that makes objects',
    ['yaml/tag'],
    'model.nemo',
    tarFile([{ name: 'model_config.yaml', content: 'a: !!python/object/apply:os.system [true]\n' }]),
  ),
  dangerous(
    'nemo: evil weights',
    call,
    'model.nemo',
    tarFile([config('nemo.core.X'), { name: 'model_weights.ckpt', content: evil }]),
  ),
  unchecked(
    'nemo: code in the archive',
    ['format/code'],
    'model.nemo',
    tarFile([config('nemo.core.X'), { name: 'model.py', content: 'x = 1\n' }]),
  ),
];

/** Tar archives, and the models of NeMo, which are some. */
export const tarCases: readonly CorpusCase[] = [...valid, ...broken, ...nemo];
