import { deflateRawSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, suspicious, unchecked, type CorpusCase } from './case.ts';
import { field, le, zipFile, type ZipMember } from './zip-writer.ts';

const clean = p.bytes(p.proto(4), 'N.');
const a: ZipMember = { name: 'a.pkl', content: clean };
const b: ZipMember = { name: 'b/b.pkl', content: p.bytes(p.proto(4), 'K\x01.') };
const call = ['pickle/dangerous-call'];
const file = 'model.zip';
const packedClean = deflateRawSync(clean);

const valid: readonly CorpusCase[] = [
  benign('zip: stored members', file, zipFile([a, b])),
  benign(
    'zip: deflated members',
    file,
    zipFile([
      { ...a, deflate: true },
      { ...b, deflate: true },
    ]),
  ),
  benign('zip: a folder entry', file, zipFile([{ name: 'b/', content: '' }, b])),
  ...([12, 16, 20, 24] as const).map((descriptor) =>
    benign(
      `zip: sizes behind the data, ${descriptor} bytes`,
      file,
      zipFile([
        { ...a, descriptor },
        { ...b, deflate: true, descriptor },
      ]),
    ),
  ),
  benign('zip: zip64 end records', file, zipFile([a, b], { zip64: true })),
  benign(
    'zip: zip64 sizes in the extra fields',
    file,
    zipFile([
      {
        ...a,
        local: { packed: 0xffffffff, unpacked: 0xffffffff, extra: field(1, le([8, clean.length], [8, clean.length])) },
        central: {
          packed: 0xffffffff,
          unpacked: 0xffffffff,
          extra: field(1, le([8, clean.length], [8, clean.length])),
        },
      },
    ]),
  ),
  benign('zip: alignment padding', file, zipFile([{ ...a, local: { extra: field(0x4246, Buffer.alloc(19, 'Z')) } }])),
  benign(
    'zip: Unix times and modes',
    file,
    zipFile([{ ...a, central: { system: 3, attributes: 0o100644 * 65_536, extra: field(0x5455, Buffer.alloc(5)) } }]),
  ),
  benign('zip: a name that is not ASCII', file, zipFile([{ ...a, name: 'modèle.pkl' }])),
  benign('zip: without members', file, zipFile([])),
];

const views: readonly CorpusCase[] = [
  dangerous(
    'zip: two names for one member (CVE-2025-1944)',
    ['zip/views-differ', ...call],
    file,
    zipFile([{ ...a, content: evil, local: { name: 'z.pkl' } }]),
  ),
  dangerous('zip: two methods', ['zip/views-differ'], file, zipFile([{ ...a, local: { method: 8 } }])),
  dangerous('zip: two sizes', ['zip/views-differ'], file, zipFile([{ ...a, local: { unpacked: 3 } }])),
  dangerous('zip: two packed sizes', ['zip/views-differ'], file, zipFile([{ ...a, local: { packed: 3 } }])),
  dangerous('zip: two checksums', ['zip/views-differ'], file, zipFile([{ ...a, local: { crc: 1 } }])),
  dangerous('zip: two sets of flags', ['zip/views-differ'], file, zipFile([{ ...a, local: { flags: 0x800 } }])),
  dangerous(
    'zip: descriptor that differs',
    ['zip/views-differ'],
    file,
    zipFile([{ ...a, descriptor: 16, central: { crc: 5 } }, b]),
  ),
  dangerous(
    'zip: a member that the directory leaves out',
    ['zip/hidden-member', ...call],
    file,
    zipFile([a, { name: 'e.pkl', content: evil, hidden: true }, b]),
  ),
  dangerous(
    'zip: a harmless member that the directory leaves out',
    ['zip/hidden-member'],
    file,
    zipFile([a, { ...b, hidden: true }]),
  ),
  dangerous(
    'zip: a deflated member of unknown size that the directory leaves out',
    ['zip/hidden-member', ...call],
    file,
    zipFile([{ name: 'e.pkl', content: evil, hidden: true, deflate: true, descriptor: 16 }, b]),
  ),
  dangerous(
    'zip: an entry without a member',
    ['zip/views-differ'],
    file,
    zipFile([a, { ...b, ghost: true, central: { offset: 3_000_000 } }]),
  ),
  dangerous(
    'zip: an entry that leads to no header',
    ['zip/overlap'],
    file,
    zipFile([a, { ...b, ghost: true, central: { offset: 2 } }]),
  ),
  dangerous('zip: more members counted than there are', ['zip/views-differ'], file, zipFile([a, b], { count: 3 })),
  dangerous('zip: fewer members counted than there are', ['zip/views-differ'], file, zipFile([a, b], { count: 1 })),
  dangerous(
    'zip: a directory that is not where it is said to be',
    ['zip/views-differ'],
    file,
    zipFile([a, b], { directoryOffset: 0 }),
  ),
  dangerous(
    'zip: prefix that shifts all offsets',
    ['zip/views-differ', 'zip/stray-bytes'],
    file,
    zipFile([a], { prefix: Buffer.from('PK\x05\x06#!/bin/sh\n'), relative: true }),
  ),
  dangerous(
    'zip: two end records',
    ['zip/views-differ'],
    file,
    Buffer.concat([zipFile([a], { comment: zipFile([b]) })]),
  ),
];

const rival = zipFile([{ ...a, name: 'b.pkl', content: evil }]);
const rivals: readonly CorpusCase[] = [
  dangerous('zip: a second end record whose comment does not fit', ['zip/views-differ'], file, () => {
    const fake = Buffer.from(rival.subarray(-22));
    fake.writeUInt16LE(999, 20);
    return zipFile([a], { comment: fake });
  }),
  dangerous('zip: zip64 records that lead elsewhere', ['zip/directory', 'zip/hidden-member'], file, () => {
    const whole = zipFile([a, { ...b, content: evil, hidden: true }], { zip64: true, count: 1 });
    whole.writeUInt32LE(7, whole.length - 6);
    return whole;
  }),
];

const members: readonly CorpusCase[] = [
  dangerous('zip: an evil pickle', call, file, zipFile([a, { name: 'x', content: evil }])),
  dangerous('zip: an evil pickle, deflated', call, file, zipFile([{ name: 'x.pkl', content: evil, deflate: true }])),
  dangerous('zip: a member without extension', call, file, zipFile([{ name: 'weights', content: evil }])),
  dangerous(
    'zip: in a zip, stored',
    call,
    file,
    zipFile([{ name: 'inner.zip', content: zipFile([{ name: 'x.pkl', content: evil }]) }]),
  ),
  dangerous(
    'zip: in a zip, deflated',
    call,
    file,
    zipFile([{ name: 'inner.zip', deflate: true, content: zipFile([{ name: 'x.pkl', content: evil }]) }]),
  ),
  benign('zip: in a zip, clean', file, zipFile([{ name: 'inner.zip', deflate: true, content: zipFile([a]) }])),
  dangerous('zip: the same name twice', ['zip/duplicate', ...call], file, zipFile([{ ...a, content: evil }, a])),
  dangerous(
    'zip: the same name twice, evil last',
    ['zip/duplicate', ...call],
    file,
    zipFile([a, { ...a, content: evil }]),
  ),
  malformed(
    'zip: names that differ in case',
    'inconclusive',
    ['zip/name'],
    file,
    zipFile([a, { ...a, name: 'A.pkl' }]),
  ),
  malformed('zip: a name with a line break', 'inconclusive', ['zip/name'], file, zipFile([{ ...a, name: 'a\n.pkl' }])),
  malformed(
    'zip: a name in an unknown encoding',
    'inconclusive',
    ['zip/name'],
    file,
    zipFile([{ ...a, name: 'é.pkl', local: { flags: 0 }, central: { flags: 0 } }]),
  ),
  dangerous('zip: a name that leads up', ['zip/path'], file, zipFile([{ ...a, name: '../a.pkl' }])),
  dangerous('zip: a name that leads up from a folder', ['zip/path'], file, zipFile([{ ...a, name: 'x/../../a.pkl' }])),
  dangerous('zip: an absolute name', ['zip/path'], file, zipFile([{ ...a, name: '/etc/a.pkl' }])),
  dangerous('zip: a drive letter', ['zip/path'], file, zipFile([{ ...a, name: 'C:a.pkl' }])),
  dangerous('zip: a backslash', ['zip/path'], file, zipFile([{ ...a, name: '..\\a.pkl' }])),
  dangerous('zip: a zero byte in a name', ['zip/path'], file, zipFile([{ ...a, name: 'a.pkl\0.txt' }])),
  dangerous(
    'zip: a symbolic link',
    ['zip/link'],
    file,
    zipFile([{ name: 'a.txt', content: '/etc/passwd', central: { system: 3, attributes: 0o120777 * 65_536 } }]),
  ),
  dangerous(
    'zip: a device',
    ['zip/link'],
    file,
    zipFile([{ name: 'a.txt', content: '', central: { system: 3, attributes: 0o020666 * 65_536 } }]),
  ),
  malformed(
    'zip: a wrong checksum (CVE-2025-10156)',
    'inconclusive',
    ['zip/content'],
    file,
    zipFile([{ ...a, local: { crc: 7 }, central: { crc: 7 } }]),
  ),
  dangerous(
    'zip: a wrong checksum on an evil pickle',
    ['zip/content', ...call],
    file,
    zipFile([{ ...a, content: evil, local: { crc: 7 }, central: { crc: 7 } }]),
  ),
  malformed(
    'zip: a wrong size of deflated data',
    'inconclusive',
    ['zip/content'],
    file,
    zipFile([{ ...a, deflate: true, local: { unpacked: 900 }, central: { unpacked: 900 } }]),
  ),
  malformed(
    'zip: deflated data that is none',
    'inconclusive',
    ['zip/content'],
    file,
    zipFile([{ ...a, deflate: true, data: Buffer.alloc(9, 255) }]),
  ),
  malformed(
    'zip: bytes behind deflated data',
    'inconclusive',
    ['zip/stray-bytes'],
    file,
    zipFile([{ ...a, deflate: true, data: Buffer.concat([packedClean, evil]) }]),
  ),
  dangerous(
    'zip: a bomb that says so',
    ['compression/ratio'],
    file,
    zipFile([{ ...a, deflate: true, local: { unpacked: 4_000_000_000 }, central: { unpacked: 4_000_000_000 } }]),
  ),
  malformed(
    'zip: a bomb that says it is small',
    'inconclusive',
    ['zip/content'],
    file,
    zipFile([{ ...a, deflate: true, data: deflateRawSync(Buffer.alloc(50_000_000)) }]),
  ),
  dangerous(
    'zip: members that share their data',
    ['zip/overlap'],
    file,
    zipFile([a, { ...a, name: 'b.pkl', ghost: true, central: { offset: 0 } }]),
  ),
  dangerous(
    'zip: a member inside another',
    ['zip/overlap'],
    file,
    zipFile([
      { name: 'x.txt', content: zipFile([a]) },
      { ...a, ghost: true, central: { offset: 35 } },
    ]),
  ),
  dangerous(
    'zip: a member that begins inside the directory',
    ['zip/overlap'],
    file,
    zipFile([a, { ...b, ghost: true, central: { offset: zipFile([a]).length - 22 - 10 } }]),
  ),
  dangerous(
    'zip: data that reaches into the directory',
    ['zip/overlap'],
    file,
    zipFile([{ ...a, local: { packed: 30 }, central: { packed: 30 } }]),
  ),
];

const flags: readonly CorpusCase[] = [
  ...[0x20, 0x40, 0x2000].map((bit) =>
    dangerous(
      `zip: flag bit 0x${bit.toString(16)} (CVE-2025-1945)`,
      ['zip/flags', ...call],
      file,
      zipFile([{ ...a, content: evil, local: { flags: bit }, central: { flags: bit } }]),
    ),
  ),
  dangerous(
    'zip: marked as encrypted, but plain (CVE-2025-1945)',
    ['zip/flags', ...call],
    file,
    zipFile([{ ...a, content: evil, local: { flags: 1 }, central: { flags: 1 } }]),
  ),
  dangerous(
    'zip: marked as encrypted in one view',
    ['zip/views-differ'],
    file,
    zipFile([{ ...a, central: { flags: 1 } }]),
  ),
  suspicious(
    'zip: encrypted',
    ['zip/encrypted'],
    file,
    zipFile([{ ...a, data: Buffer.alloc(20, 77), local: { flags: 1 }, central: { flags: 1 } }]),
  ),
  unchecked(
    'zip: an unknown method',
    ['zip/method'],
    file,
    zipFile([{ ...a, local: { method: 98 }, central: { method: 98 } }]),
  ),
];

const around: readonly CorpusCase[] = [
  malformed(
    'zip: a script in front',
    'inconclusive',
    ['zip/stray-bytes'],
    file,
    zipFile([a], { prefix: Buffer.from('#!/bin/sh\nexit\n') }),
  ),
  dangerous('zip: an evil pickle in front', ['zip/stray-bytes', ...call], file, zipFile([a], { prefix: evil })),
  dangerous(
    'zip: an evil archive in front',
    ['zip/hidden-member', ...call],
    file,
    zipFile([a], { prefix: zipFile([{ name: 'x.pkl', content: evil }]) }),
  ),
  malformed(
    'zip: bytes between members',
    'inconclusive',
    ['zip/stray-bytes'],
    file,
    zipFile([a, { ...b, before: Buffer.from('hello') }]),
  ),
  malformed(
    'zip: bytes before the directory',
    'inconclusive',
    ['zip/stray-bytes'],
    file,
    zipFile([a, b], { beforeDirectory: Buffer.from('hello') }),
  ),
  malformed(
    'zip: bytes behind the end',
    'inconclusive',
    ['zip/stray-bytes'],
    file,
    zipFile([a, b], { suffix: Buffer.from('hello') }),
  ),
  dangerous(
    'zip: an evil pickle behind the end',
    ['zip/stray-bytes', ...call],
    file,
    zipFile([a, b], { suffix: evil }),
  ),
  malformed(
    'zip: 100 KiB behind the end',
    'inconclusive',
    ['zip/directory'],
    file,
    zipFile([a, b], { suffix: Buffer.alloc(100_000, 'x') }),
  ),
  dangerous(
    'zip: an evil member, and 100 KiB behind the end',
    ['zip/directory', ...call],
    file,
    zipFile([{ ...a, content: evil, deflate: true, descriptor: 16 }, b], { suffix: Buffer.alloc(100_000) }),
  ),
  malformed('zip: no end record', 'inconclusive', ['zip/directory'], file, zipFile([a, b]).subarray(0, -22)),
  malformed('zip: a comment', 'inconclusive', ['zip/extra'], file, zipFile([a, b], { comment: Buffer.from('hello') })),
  malformed(
    'zip: a comment on a member',
    'inconclusive',
    ['zip/extra'],
    file,
    zipFile([{ ...a, central: { comment: 'hello' } }]),
  ),
  malformed(
    'zip: an unknown extra field',
    'inconclusive',
    ['zip/extra'],
    file,
    zipFile([{ ...a, local: { extra: field(0x9999, Buffer.alloc(40)) } }]),
  ),
  malformed('zip: of two disks', 'inconclusive', ['zip/directory'], file, zipFile([a, b], { disk: 1 })),
  malformed(
    'zip: cut off in its data',
    'inconclusive',
    ['zip/truncated'],
    file,
    zipFile([a, { ...b, content: Buffer.alloc(999) }]).subarray(0, 300),
  ),
  malformed('zip: a member that an archive cannot resolve', 'inconclusive', ['content/depth'], file, () => {
    let inner = zipFile([a]);
    for (let depth = 0; depth < 12; depth++) inner = zipFile([{ name: 'x.zip', content: inner }]);
    return inner;
  }),
  malformed('zip: 100,001 members', 'inconclusive', ['content/members'], file, () =>
    zipFile(
      Array.from({ length: 100_001 }, (_, i) => ({ name: `${i}.md`, content: 'x' })),
      { zip64: true },
    ),
  ),
];

/** Zip archives: every rule broken one at a time, its valid sibling beside it. */
export const zipCases: readonly CorpusCase[] = [...valid, ...views, ...rivals, ...members, ...flags, ...around];
