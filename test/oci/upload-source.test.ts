import { describe, expect, it } from 'vitest';

import { MlDeployError } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import { SourceReader, type UploadSource } from '../../src/oci/upload-source.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry } from './faulty-registry.ts';

const text = 'AAAABBBBCCCCDDDD';

/** Pieces of four bytes; the piece at `stuckAt` of the first reading comes when it is let go. */
function source(stuckAt: number): { source: UploadSource; letGo: () => void; readings: number[]; closed: number[] } {
  const gate = Promise.withResolvers<undefined>();
  const readings: number[] = [];
  const closed: number[] = [];
  return {
    readings,
    closed,
    letGo: () => gate.resolve(undefined),
    source: {
      size: text.length,
      digest: () => Promise.resolve(digestOf(text)),
      async *read(start) {
        const first = readings.push(start) === 1;
        try {
          for (let at = start; at < text.length; at = at + 4 - (at % 4)) {
            await (first && at === stuckAt ? gate.promise : Promise.resolve());
            yield Buffer.from(text.slice(at, at + 4 - (at % 4)));
          }
        } finally {
          closed.push(start);
        }
      },
    },
  };
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let found = '';
  for await (const piece of pieces) found += Buffer.from(piece).toString('latin1');
  return found;
}

describe('a reading that is given up while a piece is on its way', () => {
  it.each([0, 4, 8])('takes no byte from the next one (at %i)', async (stuckAt) => {
    const { source: from, letGo, readings, closed } = source(stuckAt);
    const reader = new SourceReader(from);
    const abandoned = reader.read(0, text.length);
    for (let at = 0; at < stuckAt; at += 4) await abandoned.next();
    const pending = abandoned.next();
    await expect.poll(() => readings).toEqual([0]);
    // What a broken connection does to its body; it takes effect when the piece has come.
    const ended = abandoned.return(undefined);
    const next = all(reader.read(stuckAt, text.length));
    letGo();
    await expect(next).resolves.toBe(text.slice(stuckAt));
    await expect(pending).resolves.toMatchObject({ done: true });
    await ended;
    await reader.close();
    expect(readings).toEqual([0, stuckAt]);
    await expect.poll(() => closed.toSorted((a, b) => a - b)).toEqual([0, stuckAt]);
  });

  it('does not hold up the next one, nor the end, when that piece never comes', async () => {
    const { source: from } = source(4);
    const reader = new SourceReader(from);
    const abandoned = reader.read(0, text.length);
    await abandoned.next();
    void abandoned.next();
    await expect(all(reader.read(4, text.length))).resolves.toBe('BBBBCCCCDDDD');
    const stuck = new SourceReader(source(0).source);
    void stuck.read(0, 4).next();
    await stuck.close();
  });

  it('goes on with the same reading when nothing was on its way', async () => {
    const { source: from, readings } = source(-1);
    const reader = new SourceReader(from);
    expect(await all(reader.read(0, 6))).toBe('AAAABB');
    expect(await all(reader.read(6, 12))).toBe('BBCCCC');
    expect(await all(reader.read(2, 5))).toBe('AAB');
    expect(readings).toEqual([0, 2]);
  });
});

describe('an upload whose source is slow', () => {
  it.each([true, false])('has every byte after the registry broke it off (it kept what came: %s)', async (keeps) => {
    const { source: from, letGo } = source(keeps ? 4 : 0);
    await using registry = await startFaultyRegistry({
      keepsPartOfRequest: keeps,
      fault: ({ method, before }) => {
        if (method !== 'PATCH') return null;
        if (before > 0) setTimeout(letGo, 50);
        return before === 0 ? { cutAfter: 4 } : null;
      },
    });
    // Without a first byte nothing is cut: then the connection stands still.
    await clientOf(registry.host, { stallMs: keeps ? 20_000 : 2_000 }).pushStream(from);
    expect(registry.blobs.get(digestOf(text))?.toString()).toBe(text);
    expect(registry.log.filter((line) => line.startsWith('PATCH'))).toHaveLength(2);
  });
});

describe('an upload whose source fails', () => {
  it.each(['registry/unreachable', 'registry/failed'])(
    'ends with the error of the source (%s), at once',
    async (code) => {
      await using registry = await startFaultyRegistry();
      const error = new MlDeployError({ code, kind: 'infrastructure', message: 'the other registry' });
      const from: UploadSource = {
        size: text.length,
        digest: () => Promise.resolve(digestOf(text)),
        async *read() {
          yield await Promise.resolve(Buffer.from('AAAA'));
          throw error;
        },
      };
      await expect(clientOf(registry.host).pushStream(from)).rejects.toBe(error);
      // The connection may have been closed before the registry saw the request.
      expect(registry.log.filter((line) => line !== 'PATCH')).toEqual(['POST', 'DELETE']);
      expect(registry.open()).toBe(0);
    },
  );

  it('because a sibling failed, gives the upload up', async () => {
    await using registry = await startFaultyRegistry();
    const stopped = new MlDeployError({ code: 'build/interrupted', kind: 'interrupted', message: 'another failed' });
    const stop = (): never => {
      throw stopped;
    };
    await expect(clientOf(registry.host).pushStream(source(-1).source, stop)).rejects.toBe(stopped);
    expect(registry.open()).toBe(0);
    expect(registry.log.at(-1)).toBe('DELETE');
  });
});
