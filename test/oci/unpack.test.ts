import { gzipSync, zstdCompressSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { unpackLayer } from '../../src/oci/unpack.ts';

const parts = [Buffer.alloc(300_000, 'a'), Buffer.from('b'), Buffer.from('content '.repeat(40_000)), Buffer.alloc(0)];
const whole = Buffer.concat(parts);
const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]);
const empty = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
const frames = Buffer.concat([skippable, ...parts.flatMap((part) => [zstdCompressSync(part), empty]), skippable]);

async function unpacked(bytes: Buffer, pieceBytes: number, mediaType: string): Promise<Buffer> {
  const pieces = function* (): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  const read: Buffer[] = [];
  for await (const piece of unpackLayer(asynchronous(pieces()), mediaType)) read.push(piece as Buffer);
  return Buffer.concat(read);
}

async function* asynchronous(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

it.each([1, 7, 64, 1_000_000])('unpacks every frame of zstd, in pieces of %d bytes', async (pieceBytes) => {
  expect((await unpacked(frames, pieceBytes, 'application/vnd.oci.image.layer.v1.tar+zstd')).equals(whole)).toBe(true);
});

it('unpacks every member of gzip, and passes on what is not packed', async () => {
  const members = Buffer.concat(parts.map((part) => gzipSync(part)));
  expect((await unpacked(members, 1_000_000, 'application/vnd.oci.image.layer.v1.tar+gzip')).equals(whole)).toBe(true);
  expect((await unpacked(whole, 1000, 'application/vnd.oci.image.layer.v1.tar')).equals(whole)).toBe(true);
});

it('fails for a last frame that is cut', async () => {
  const cut = Buffer.concat([frames, zstdCompressSync(whole).subarray(0, 40)]);
  await expect(unpacked(cut, 1_000_000, 'application/vnd.oci.image.layer.v1.tar+zstd')).rejects.toThrow();
});
