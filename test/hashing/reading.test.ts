import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HashedReading } from '../../src/hashing/reading.ts';
import { hashingOf } from '../../src/hashing/hashing.ts';

const run = promisify(execFile);

/** What decides whether a thread hashes is the size that is claimed, and the processors: two, whatever this machine has. */
const large = 1024 * 1024 * 1024;
const smallest = 65_536;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashed-reading-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function content(bytes: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
  return made;
}

async function read(path: string, claimed: number, slowly = false): Promise<{ bytes: Buffer; sha256: string }> {
  const handle = await open(path);
  const reading = await HashedReading.of(handle, claimed, smallest, 2);
  try {
    const pieces: Buffer[] = [];
    for (let piece = await reading.next(); piece !== null && piece.length > 0; piece = await reading.next()) {
      if (slowly) await new Promise((resolve) => setTimeout(resolve, 20));
      // As it is after others had time to spoil it.
      pieces.push(Buffer.from(piece));
    }
    return { bytes: Buffer.concat(pieces), sha256: await reading.digest() };
  } finally {
    await reading.close();
    await handle.close();
  }
}

describe.each([
  ['here', null],
  ['in a thread', large],
])('reading and hashing %s', (_, claimed) => {
  it.each([0, 1, 65_536, 1024 * 1024, 1024 * 1024 + 1, 9 * 1024 * 1024 + 77])('gives all of %i bytes', async (size) => {
    const path = join(folder, `${claimed ?? 0}-${size}`);
    const made = content(size);
    writeFileSync(path, made);
    const sha256 = createHash('sha256').update(made).digest('hex');
    for (const slowly of [false, true]) {
      const given = await read(path, claimed ?? size, slowly);
      expect(given.bytes.equals(made)).toBe(true);
      expect(given.sha256).toBe(sha256);
    }
  });

  it('ends where the file ends now', async () => {
    const path = join(folder, 'cut');
    writeFileSync(path, content(6 * 1024 * 1024));
    truncateSync(path, 3_000_000);
    const sha256 = createHash('sha256').update(content(3_000_000)).digest('hex');
    expect((await read(path, claimed ?? 6 * 1024 * 1024)).sha256).toBe(sha256);
  });

  it('can be left in the middle', async () => {
    const path = join(folder, 'left');
    writeFileSync(path, content(8 * 1024 * 1024));
    const handle = await open(path);
    const reading = await HashedReading.of(handle, claimed ?? 8 * 1024 * 1024, smallest, 2);
    expect((await reading.next())?.length).toBeGreaterThan(0);
    await reading.close();
    await handle.close();
  });

  it('says so when the file cannot be read', async () => {
    const handle = await open(folder);
    const reading = await HashedReading.of(handle, claimed ?? 1000, smallest, 2);
    expect(await reading.next()).toBeNull();
    await reading.close();
    await handle.close();
  });
});

describe('a thread that hashes', () => {
  it('is for large files and more than one processor', async () => {
    const inThread = async (size: number, processors: number): Promise<boolean> => {
      const hashing = await hashingOf(size, smallest, processors);
      await hashing.close();
      return hashing.buffers[0]?.buffer instanceof SharedArrayBuffer;
    };
    expect(await Promise.all([inThread(large, 2), inThread(large, 1), inThread(1000, 2)])).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('may be started ahead, for one file and no more, and keeps no process from ending', async () => {
    const module = new URL('../../src/hashing/hashing.ts', import.meta.url).href;
    const script = `const { hashingOf, hashingSoon } = await import(${JSON.stringify(module)});
hashingSoon(${large}, 2);
hashingSoon(${large}, 2);
const all = [await hashingOf(${large}, ${smallest}, 2), await hashingOf(${large}, ${smallest}, 2)];
const digests = [];
for (const [index, hashing] of all.entries()) {
  hashing.buffers[0].fill(index, 0, 1000);
  hashing.update(0, 1000);
  digests.push(await hashing.digest());
  await hashing.close();
}
hashingSoon(${large}, 2);
console.log(JSON.stringify({ digests, same: all[0] === all[1] }));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 30_000 });
    expect(JSON.parse(stdout)).toEqual({
      digests: [0, 1].map((byte) => createHash('sha256').update(Buffer.alloc(1000, byte)).digest('hex')),
      same: false,
    });
  });

  it('that has ended before its time is an error for whoever waits, and never a wrong digest', async () => {
    const hashing = await hashingOf(large, smallest, 2);
    hashing.update(0, 1000);
    await hashing.free(0);
    await hashing.close();
    hashing.update(1, 1000);
    await expect(hashing.free(1)).rejects.toThrow('has ended');
    await expect(hashing.digest()).rejects.toThrow('has ended');
  });

  it('that has never begun is not missed', async () => {
    const hashing = await hashingOf(large, smallest, 2);
    hashing.buffers[0]?.fill('a', 0, 1000);
    hashing.update(0, 1000);
    // Before it can have answered.
    await hashing.close();
    await hashing.free(0);
    hashing.buffers[1]?.fill('b', 0, 10);
    hashing.update(1, 10);
    const whole = `${'a'.repeat(1000)}${'b'.repeat(10)}`;
    expect(await hashing.digest()).toBe(createHash('sha256').update(whole).digest('hex'));
  });
});
