import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';

const clean = p.bytes(p.proto(4), 'N.');

/** The two pickles as Python's libraries pack them (base64): there is no such encoder here. */
const packedClean = {
  bzip2: 'QlpoOTFBWSZTWRMKK9cAAAHUQAQAAAEAAUAAIAAhmmgzTRc8XckU4UJATCivXA==',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQADgAROLgAoU+MAXfw9pAABHARvLJzBH7bzfQEAAAAABFla',
  lzma: 'XQAAgAD//////////wBAAQV00ToP///8PwAA',
  lz4: 'BCJNGGhABAAAAAAAAADNBAAAgIAETi4AAAAA',
  zstd: 'KLUv/SAEIQAAgAROLg==',
};
const packedEvil = {
  bzip2: 'QlpoOTFBWSZTWTV8HO4AAAlT4BUAAAEQAAICniBCBAgAIAAimjQZMyQoaaYADYJsyH5kvJg4DLS18XckU4UJA1fBzuA=',
  xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAXgASMAm9zjAZzeXN0ZW2TjAR0cnVlhVIuAFqoq/gJujN/AAEwGI4brOwftvN9AQAAAAAEWVo=',
  lzma: 'XQAAgAD//////////wBAAQ02/AcoN2NJafwJgBT4ehISdXEet9WkjJve+X//32wAAA==',
  lz4: 'BCJNGGhAGAAAAAAAAABPGAAAgIAEjAJvc4wGc3lzdGVtk4wEdHJ1ZYVSLgAAAAA=',
  zstd: 'KLUv/SAYwQAAgASMAm9zjAZzeXN0ZW2TjAR0cnVlhVIu',
};

const unpack = (packed: Readonly<Record<string, string>>): (readonly [string, Buffer])[] =>
  Object.entries(packed).map(([codec, text]) => [codec, Buffer.from(text, 'base64')]);

/** Files of the libraries with checksums of their own, and where those are; from the end when negative. */
const checked: readonly (readonly [what: string, base64: string, places: Readonly<Record<string, number>>])[] = [
  ['lz4', 'BCJNGHxACwAAAAAAAAAUCwAAgIAEjAVoZWxsb5QuvBxyyQAAAAC8HHLJ', { header: 14, size: 6, block: -12, content: -1 }],
  [
    'xz with CRC-64',
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAKgASMBWhlbGxvlC4AACXjO8Q6PIKrAAEjC8Ib/QkftvN9AQAAAAAEWVo=',
    { 'upper half': -29, 'lower half': -36 },
  ],
  [
    'xz with SHA-256',
    '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAKgASMBWhlbGxvlC4AACiVR6hAUOxqZPyikuVzdD1Bec2p452sQqe9p48gMldnAAE7C5uD5osYm0uaAQAAAAAKWVo=',
    { content: -30 },
  ],
];

function flipped(bytes: Buffer, at: number): Buffer {
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes;
}

/** Each codec, by the file of a library. */
const codecs: readonly CorpusCase[] = [
  ...unpack(packedClean).flatMap(([codec, bytes]) => [
    benign(`${codec}: a pickle`, 'model.joblib', bytes),
    malformed(`${codec}: truncated`, 'inconclusive', ['compression/corrupt'], 'model.joblib', bytes.subarray(0, -3)),
    malformed(
      `${codec}: bytes behind the end`,
      'inconclusive',
      ['compression/trailing-bytes'],
      'model.joblib',
      Buffer.concat([bytes, evil]),
    ),
  ]),
  ...unpack(packedEvil).flatMap(([codec, bytes]) => [
    dangerous(`${codec}: an evil pickle`, ['pickle/dangerous-call'], 'model.joblib', bytes),
    dangerous(`${codec}: an evil pickle under another name`, ['pickle/dangerous-call'], 'model.mlmodel', bytes),
    dangerous(`${codec}: an evil pickle, packed twice`, ['pickle/dangerous-call'], 'model.joblib', gzipSync(bytes)),
  ]),
  ...unpack(packedEvil)
    .filter(([codec]) => codec === 'xz' || codec === 'bzip2')
    .map(([codec, bytes]) =>
      dangerous(
        `${codec}: an evil stream behind a clean one`,
        ['pickle/dangerous-call'],
        'model.joblib',
        Buffer.concat([Buffer.from(packedClean[codec as 'xz' | 'bzip2'], 'base64'), bytes]),
      ),
    ),
  ...checked.flatMap(([what, text, places]) => [
    benign(`${what}: all checksums`, 'model.joblib', Buffer.from(text, 'base64')),
    ...Object.entries(places).map(([place, at]) =>
      malformed(
        `${what}: a wrong checksum of the ${place}`,
        'inconclusive',
        ['compression/corrupt'],
        'model.joblib',
        () => flipped(Buffer.from(text, 'base64'), at),
      ),
    ),
  ]),
  malformed(
    'zstd: a second frame, which only some readers unpack',
    'inconclusive',
    ['compression/trailing-bytes'],
    'model.joblib',
    Buffer.concat([zstdCompressSync(clean), zstdCompressSync(evil)]),
  ),
  unchecked(
    'lz4: one that needs a dictionary',
    ['compression/corrupt'],
    'model.joblib',
    Buffer.from('04224d1861400000000000000000000000000000', 'hex'),
  ),
  unchecked('7z: whatever is in it', ['opaque/other'], 'model.7z', Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1')),
  unchecked(
    '7z: named as a PyTorch file (nullifAI)',
    ['opaque/other', 'format/mismatch'],
    'model.pt',
    Buffer.from('7z\xbc\xaf\x27\x1c\0\x04', 'latin1'),
  ),
  unchecked(
    'joblib: the compression of versions before 0.10',
    ['format/unsupported'],
    'model.joblib',
    Buffer.from('ZF0x10               '),
  ),
];

/** Compressed files, as joblib and MLflow write them. */
export const compressedCases: readonly CorpusCase[] = [
  ...codecs,
  benign('gzip: a pickle', 'model.pkl.gz', gzipSync(clean)),
  benign('zlib: a pickle, as joblib writes it', 'model.joblib', deflateSync(clean)),
  dangerous('gzip: an evil pickle', ['pickle/dangerous-call'], 'model.pkl.gz', gzipSync(evil)),
  dangerous('zlib: an evil pickle', ['pickle/dangerous-call'], 'model.joblib', deflateSync(evil)),
  malformed(
    'gzip: truncated',
    'inconclusive',
    ['compression/corrupt'],
    'model.pkl.gz',
    gzipSync(clean).subarray(0, -3),
  ),
  malformed(
    'zlib: bytes behind the end',
    'inconclusive',
    ['compression/trailing-bytes'],
    'model.joblib',
    Buffer.concat([deflateSync(clean), evil]),
  ),
];
