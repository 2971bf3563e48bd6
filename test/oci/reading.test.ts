import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry, type Fault, type SeenRequest } from './faulty-registry.ts';

const size = 3 * 1024 * 1024;
const content = randomBytes(size);
const digest = digestOf(content);
const layer = { mediaType: mediaTypes.layer, digest, size };

/** The first readings of content break off. */
function breaks(times: number, breakAfter: number): (request: SeenRequest) => Fault | null {
  return ({ method, before }) => (method === 'GET' && before < times ? { breakAfter } : null);
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}

describe.concurrent('an answer that breaks off', () => {
  it('is asked for again when it is small', async () => {
    const small = Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}');
    for (const [read, wanted] of [
      [(host: string) => clientOf(host).getManifest('v1'), { content: small }],
      [(host: string) => clientOf(host).getBlob(digestOf(small)), small],
      [(host: string) => clientOf(host).listTags(), { names: ['v1'], all: true }],
    ] as const) {
      await using registry = await startFaultyRegistry({ fault: breaks(2, 5) });
      registry.manifests.set('v1', small);
      registry.blobs.set(digestOf(small), small);
      expect(await read(registry.host)).toMatchObject(wanted);
      expect(registry.log).toHaveLength(3);
    }
  });

  it.each([false, true])(
    'goes on where it broke off when it is a layer (the registry knows no ranges: %s)',
    async (noRanges) => {
      // As often as it gives something: more often than it may without.
      await using registry = await startFaultyRegistry({
        noRanges,
        fault: ({ method, before }) =>
          method === 'GET' && before < 8 ? { breakAfter: (noRanges ? before + 1 : 1) * 100_000 } : null,
      });
      registry.blobs.set(digest, content);
      const found = await all(clientOf(registry.host).blob(layer).read(1000));
      expect(found.equals(content.subarray(1000))).toBe(true);
      expect(registry.log).toHaveLength(9);
      expect(registry.log[0]).toBe('GET bytes=1000-');
      expect(new Set(registry.log).size).toBe(9);
    },
    30_000,
  );

  it('is the fault of the registry that is read, also when it is passed on to another one', async () => {
    await using source = await startFaultyRegistry({
      fault: ({ method, before }) => (method === 'GET' ? { breakAfter: before === 0 ? 1_000_000 : 0 } : null),
    });
    source.blobs.set(digest, content);
    await using target = await startFaultyRegistry();
    const blob = clientOf(source.host).blob(layer);
    await expect(clientOf(target.host).pushBlob(blob)).rejects.toMatchObject({
      code: 'registry/unreachable',
      kind: 'infrastructure',
      message: expect.stringContaining(`could not read a layer in ${source.host}/`) as string,
    });
    expect(target.log).toEqual(['HEAD', 'POST', 'PATCH', 'DELETE']);
  }, 30_000);

  it('is passed on whole when it can be read on', async () => {
    await using source = await startFaultyRegistry({ fault: breaks(3, 500_000) });
    source.blobs.set(digest, content);
    await using target = await startFaultyRegistry();
    await clientOf(target.host).pushBlob(clientOf(source.host).blob(layer));
    expect(target.blobs.get(digest)?.equals(content)).toBe(true);
    expect(target.log).toEqual(['HEAD', 'POST', 'PATCH', 'PUT']);
  });
});
