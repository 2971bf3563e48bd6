import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** A way to compress a stream of bytes. */
export type Compression = 'gzip' | 'zlib' | 'bzip2' | 'xz' | 'lz4' | 'zstd' | 'lzma';

/** What joblib names its files, whatever the compression. */
const joblibExtensions = ['joblib', 'pkl', 'sav'];

/** Compressed files, as joblib, pandas and MLflow write them: what is inside is checked by its own format. */
export const compressed: readonly Format[] = [
  layer('gzip', 'gzip-compressed data', ['gz', 'tgz'], starts('\x1f\x8b')),
  layer('zlib', 'zlib-compressed data', ['z'], isZlib),
  layer('bzip2', 'bzip2-compressed data', ['bz2'], starts('BZh')),
  layer('xz', 'xz-compressed data', ['xz'], starts('\xfd7zXZ\0')),
  layer('lz4', 'LZ4-compressed data', ['lz4'], starts('\x04\x22\x4d\x18')),
  layer('zstd', 'Zstandard-compressed data', ['zst'], starts('\x28\xb5\x2f\xfd')),
  layer('lzma', 'LZMA-compressed data', ['lzma'], isLzmaAlone),
];

function layer(
  id: Compression,
  title: string,
  extensions: readonly string[],
  detect: (bytes: Buffer) => boolean,
): Format {
  return {
    id,
    title,
    // joblib.dump(..., compress=...) keeps the name that it is given.
    extensions: [...extensions, ...joblibExtensions],
    detect: ({ bytes }) => detect(bytes),
    inspect: (context) => inspectCompressed(context, id),
  };
}

const inspectCompressed = loaded(async () => (await import('./compressed-inspector.ts')).inspectCompressed);

function starts(signature: string): (bytes: Buffer) => boolean {
  return (bytes) => bytes.toString('latin1', 0, signature.length) === signature;
}

function isZlib(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0;
}

/** Whether the bytes begin with a header as liblzma would accept it: there is no signature. */
function isLzmaAlone(bytes: Buffer): boolean {
  if (bytes.length < 13 || bytes[0] !== 0x5d) return false;
  const dictionary = bytes.readUInt32LE(1);
  const size = bytes.readBigUInt64LE(5);
  // Encoders write 2^n or 2^n + 2^(n-1), and a size that is unknown or below 256 GiB.
  const plain = dictionary === 0xffffffff || /^1{1,2}0*$/.test(dictionary.toString(2));
  return plain && (size === 0xffff_ffff_ffff_ffffn || size < 1n << 38n);
}
