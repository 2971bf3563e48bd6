import { crc32 } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { benign, dangerous, suspicious, malformed, unchecked, type CorpusCase } from './case.ts';
import { zipFile } from './zip-writer.ts';

function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function chunk(type: string, data: Buffer | string = ''): Buffer {
  const body = p.bytes(type, data);
  return p.bytes(be32(body.length - 4), body, be32(crc32(body)));
}

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const header = chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
const png = p.bytes(signature, header, chunk('IDAT', 'data'), chunk('IEND'));
const jpeg = Buffer.from('ffd8ffe000046869ffda0004686901ff00ff0102'.replace('ff0102', 'ffd002ffd9'), 'hex');
const gif = p.bytes('GIF89a', Buffer.from([1, 0, 1, 0, 0x80, 0, 0]), 'colour', Buffer.from([0x21, 0xf9, 1, 7, 0]));
const gifEnd = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]);
const webp = p.bytes('RIFF', p.u32(16), 'WEBPVP8 ', p.u32(3), 'abc', Buffer.from([0]));
const zip = zipFile([{ name: 'a', content: 'a' }]);
const wrong = ['picture/malformed'];

/** A picture whose numbers are the arguments of a pickle. */
const gifAndPickle = p.bytes('GIF89a\x01\0\x01', "0cos\nsystem\n(S'id'\ntR.");

/** Pictures of model cards, and what hides in them. */
export const pictureCases: readonly CorpusCase[] = [
  benign('picture: PNG', 'logo.png', png),
  benign('picture: JPEG', 'logo.jpg', jpeg),
  benign('picture: GIF', 'logo.gif', p.bytes(gif, gifEnd)),
  benign('picture: WebP', 'logo.webp', webp),
  benign('picture: JPEG with the name of another', 'logo.png', jpeg),
  ...(
    [
      ['logo.png', png],
      ['logo.jpg', jpeg],
      ['logo.gif', p.bytes(gif, gifEnd)],
      ['logo.webp', webp],
    ] as const
  ).flatMap(([name, content]) => [
    suspicious(`picture: an archive behind ${name}`, wrong, name, p.bytes(content, zip)),
    suspicious(`picture: a byte behind ${name}`, wrong, name, p.bytes(content, 'x')),
    malformed(`picture: ${name} without its last byte`, 'inconclusive', wrong, name, content.subarray(0, -1)),
  ]),
  suspicious(
    'picture: an archive in a chunk',
    wrong,
    'logo.png',
    p.bytes(signature, header, chunk('teXt', zip), chunk('IEND')),
  ),
  suspicious(
    'picture: an HDF5 file in a chunk',
    wrong,
    'logo.png',
    p.bytes(signature, header, chunk('teXt', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')), chunk('IEND')),
  ),
  malformed('picture: a wrong checksum', 'inconclusive', wrong, 'logo.png', p.bytes(png.subarray(0, -1), 'x')),
  malformed('picture: no header', 'inconclusive', wrong, 'logo.png', p.bytes(signature, chunk('IEND'))),
  dangerous('picture: also a pickle', ['format/also-pickle'], 'logo.gif', gifAndPickle),
  unchecked('picture: under another name', ['format/unknown'], 'pytorch_model.bin', png),
  unchecked('picture: none', ['format/unknown'], 'logo.png', 'PNG'),
];
