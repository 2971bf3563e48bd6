import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HashCrew } from '../../src/hashing/crew.ts';
import { HashedTar, hashTar } from '../../src/oci/hashed-tar.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import { TarStream } from '../../src/oci/tar-blob.ts';
import type { LayerEntry } from '../../src/oci/tar-entry.ts';

const MiB = 1024 * 1024;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-hashed-tar-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function content(bytes: number, seed: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE(Math.imul(at + seed, 2654435761) >>> 0, at);
  return made;
}

/** Sizes at which something may go wrong: blocks, small and large files, pieces of 1 MiB that end in headers, contents and padding. */
const sizes = [0, 1, 511, 512, 0, 256 * 1024, 256 * 1024 + 1, 1024 * 1024 - 512, 0, 3 * MiB + 77, 5, MiB, MiB, 0];

interface Sample {
  readonly tar: TarStream;
  readonly bytes: Buffer;
  /** Of the files, in order. */
  readonly digests: string[];
}

async function sample(): Promise<Sample> {
  const entries: LayerEntry[] = [{ kind: 'folder', path: 'model/', mode: 0o555 }];
  const digests: string[] = [];
  for (const [index, size] of sizes.entries()) {
    const source = join(folder, String(index));
    const made = content(size, index);
    writeFileSync(source, made);
    digests.push(digestOf(made).slice(7));
    entries.push({ kind: 'file', path: `model/${index}`, mode: 0o444, source, size });
  }
  const tar = new TarStream(entries);
  return { tar, digests, bytes: await collected(tar.read(0)) };
}

/** Pieces are only valid until the next one is asked for. */
async function collected(pieces: AsyncIterable<Uint8Array>, slowly = false): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) {
    if (slowly) await new Promise((resolve) => setTimeout(resolve, 15));
    all.push(Buffer.from(piece));
  }
  return Buffer.concat(all);
}

describe.each([0, 1, 2, 3])('a layer that is hashed while it is read, with %i threads', (threads) => {
  it('gives every byte, and the right digests, however fast it is taken', async () => {
    const { tar, bytes, digests } = await sample();
    expect(bytes).toHaveLength(tar.size);
    for (const slowly of [false, true]) {
      const crew = new HashCrew(tar.size, 1, threads);
      try {
        const seen: string[] = [];
        let read = 0;
        const watch = {
          onFile: (_: unknown, sha256: string): unknown => seen.push(sha256),
          onRead: (n: number): unknown => (read += n),
        };
        const hashed = new HashedTar(tar, watch, crew);
        expect((await collected(hashed.read(0), slowly)).equals(bytes)).toBe(true);
        expect(await hashed.digest()).toBe(digestOf(bytes));
        expect(seen).toEqual(digests);
        expect(read).toBe(sizes.reduce((sum, size) => sum + size, 0));
        expect((await new HashedTar(tar, {}, crew).readAll()).digest).toBe(digestOf(bytes));
      } finally {
        await crew.close();
      }
    }
  });

  it('may be left and begun again anywhere, as broken connections want it', async () => {
    const { tar, bytes, digests } = await sample();
    const crew = new HashCrew(tar.size, 2, threads);
    try {
      // Two at the same time, which do not mix.
      const both = [0, 1].map(async () => {
        const seen: string[] = [];
        const hashed = new HashedTar(tar, { onFile: (_, sha256) => void seen.push(sha256) }, crew);
        await expect(hashed.digest()).rejects.toThrow('was read to 0 of');
        for (const [from, pieces] of [
          [0, 1],
          [0, 3],
          [MiB - 3, 2],
          [MiB, 1],
          [2 * MiB + 1, 2],
          [512, 2],
        ] as const) {
          let taken = 0;
          let at = from;
          for await (const piece of hashed.read(from)) {
            expect(bytes.subarray(at, at + piece.length).equals(piece)).toBe(true);
            at += piece.length;
            if (++taken === pieces) break;
          }
        }
        expect((await collected(hashed.read(3 * MiB))).equals(bytes.subarray(3 * MiB))).toBe(true);
        expect(await hashed.digest()).toBe(digestOf(bytes));
        expect(seen).toEqual(digests);
        // And once more, when all is known.
        expect((await collected(hashed.read(7))).equals(bytes.subarray(7))).toBe(true);
        expect(seen).toEqual(digests);
      });
      await Promise.all(both);
    } finally {
      await crew.close();
    }
  });

  it('is not published when a file is refused, and its memory is free again', async () => {
    const { tar, bytes } = await sample();
    const crew = new HashCrew(tar.size, 1, threads);
    try {
      for (let round = 0; round < 5; round++) {
        for (const index of [0, sizes.length - 1]) {
          let files = 0;
          const onFile = (): void => {
            if (files++ === index) throw new Error(`file ${index} is another one`);
          };
          const refused = new HashedTar(tar, { onFile }, crew);
          await expect(collected(refused.read(0)).then(() => refused.digest())).rejects.toThrow('is another one');
          await expect(refused.digest()).rejects.toThrow(/is another one|was read to/);
        }
        const onRead = (): never => {
          throw new Error('the build was interrupted');
        };
        await expect(new HashedTar(tar, { onRead }, crew).readAll()).rejects.toThrow('interrupted');
        const left = new HashedTar(tar, {}, crew).read(0);
        await left.next();
        await left.return(undefined);
      }
      expect((await new HashedTar(tar, {}, crew).readAll()).digest).toBe(digestOf(bytes));
    } finally {
      await crew.close();
    }
  });

  it('ends with an error when a file has become shorter', async () => {
    const { tar } = await sample();
    truncateSync(join(folder, '9'), 2 * MiB);
    const crew = new HashCrew(tar.size, 1, threads);
    try {
      await expect(new HashedTar(tar, {}, crew).readAll()).rejects.toThrow(/ended after 2097152 of/);
      await expect(collected(tar.read(0))).rejects.toThrow(/ended after 2097152 of/);
    } finally {
      await crew.close();
    }
  });
});

it('a small layer is hashed without any thread', async () => {
  const { tar, bytes } = await sample();
  expect(await hashTar(tar)).toMatchObject({ digest: digestOf(bytes), size: bytes.length });
});

it('a thread that has ended before its time is an error for whoever reads, and never a wrong digest', async () => {
  const { tar } = await sample();
  const crew = new HashCrew(tar.size, 1, 1);
  const hashed = new HashedTar(tar, {}, crew);
  const pieces = hashed.read(0);
  // More than there are pieces of memory: the thread has answered by then.
  for (let taken = 0; taken < 5; taken++) await pieces.next();
  await crew.close();
  await expect(collected(pieces).then(() => hashed.digest())).rejects.toThrow('has ended');
});
