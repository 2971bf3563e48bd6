import { describe, expect, it } from 'vitest';

import { digestOf, mediaTypes, type Descriptor, type ImageIndex, type Manifest } from '../../src/oci/manifest.ts';
import { attach, listReferrers, type Attachment } from '../../src/oci/referrers.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { startReferringRegistry, type ReferringRegistry } from './referring-registry.ts';

const { signal } = new AbortController();

function clientOf(host: string): RegistryClient {
  const repository = parseRepository(`${host}/acme/fraud`);
  return new RegistryClient({ repository, insecure: false, credentials: () => Promise.resolve(null), signal });
}

const image = Buffer.from('{"schemaVersion":2}');
const subject: Descriptor = { mediaType: mediaTypes.manifest, digest: digestOf(image), size: image.length };
const tag = subject.digest.replace(':', '-');

const bom: Attachment = {
  artifactType: 'application/vnd.cyclonedx+json',
  mediaType: 'application/vnd.cyclonedx+json',
  content: Buffer.from('{"bomFormat":"CycloneDX"}'),
  title: 'sbom.cdx.json',
};
const provenance = (run: string): Attachment => ({
  artifactType: 'application/vnd.in-toto+json',
  mediaType: 'application/vnd.in-toto+json',
  content: Buffer.from(`{"run":"${run}"}`),
  title: 'provenance.json',
  annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
  asGood: (content) => content.includes('"run"'),
});

function manifestOf(registry: ReferringRegistry, digest: string): Manifest {
  return JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
}

describe('a registry with the referrers API', () => {
  it('lists what is attached over pages, and needs no tag', async () => {
    await using registry = await startReferringRegistry({ lists: true, pageSize: 1 });
    const client = clientOf(registry.host);
    const attached = await attach(client, subject, [bom, provenance('1')], signal);
    expect(attached.map(({ artifactType }) => artifactType)).toEqual([bom.artifactType, provenance('1').artifactType]);
    expect(await listReferrers(client, subject.digest)).toHaveLength(2);
    expect(await listReferrers(client, digestOf('another'))).toEqual([]);
    expect(registry.tagWrites).toEqual([]);
    const manifest = manifestOf(registry, attached[0]?.digest ?? '');
    expect(manifest).toMatchObject({
      artifactType: bom.artifactType,
      subject: { digest: subject.digest, size: subject.size },
      config: { mediaType: mediaTypes.empty, size: 2 },
      layers: [{ mediaType: bom.mediaType, annotations: { 'org.opencontainers.image.title': 'sbom.cdx.json' } }],
    });
    expect(registry.blobs.get(manifest.config.digest)?.toString()).toBe('{}');
    expect(registry.blobs.get(manifest.layers[0]?.digest ?? '')?.equals(bom.content)).toBe(true);
  });

  it('gets nothing a second time, and of what differs at each build the first only', async () => {
    await using registry = await startReferringRegistry({ lists: true });
    const client = clientOf(registry.host);
    const first = await attach(client, subject, [bom, provenance('1')], signal);
    const { uploadedBytes } = client;
    const second = await attach(client, subject, [bom, provenance('2')], signal);
    expect(second.map(({ digest }) => digest)).toEqual(first.map(({ digest }) => digest));
    expect(client.uploadedBytes).toBe(uploadedBytes);
    const changed = { ...bom, content: Buffer.from('{}') };
    expect((await attach(client, subject, [changed], signal))[0]?.digest).not.toBe(first[0]?.digest);
  });
});

it('what only looks like a document that is attached already is not taken for it', async () => {
  await using registry = await startReferringRegistry({ lists: true });
  const client = clientOf(registry.host);
  const forged = { ...provenance('1'), content: Buffer.from('{}') };
  const [theirs] = await attach(client, subject, [forged], signal);
  const [ours] = await attach(client, subject, [provenance('2')], signal);
  expect(ours?.digest).not.toBe(theirs?.digest);
  // A manifest whose document is gone is none either.
  registry.blobs.delete(digestOf(provenance('2').content));
  const [again] = await attach(client, subject, [provenance('3')], signal);
  expect([theirs?.digest, ours?.digest]).not.toContain(again?.digest);
  expect((await attach(client, subject, [provenance('4')], signal))[0]?.digest).toBe(again?.digest);
});

describe('a registry without it', () => {
  it.each([404, 400, 405, 200])('has the list under a tag (answer %i)', async (missing) => {
    await using registry = await startReferringRegistry({ lists: false, missing });
    const client = clientOf(registry.host);
    const attached = await attach(client, subject, [bom, provenance('1')], signal);
    expect(registry.tagWrites).toEqual([{ tag, condition: '*' }]);
    const index = JSON.parse(registry.manifests.get(tag)?.content.toString() ?? '') as ImageIndex;
    expect(index.manifests).toEqual(attached);
    expect(attached[1]).toMatchObject({
      artifactType: 'application/vnd.in-toto+json',
      annotations: provenance('1').annotations,
    });
    expect(await listReferrers(client, subject.digest)).toEqual(attached);
  });

  it('keeps what others have attached, also when they do so at the same time', async () => {
    const other: Descriptor = {
      mediaType: mediaTypes.manifest,
      digest: digestOf('theirs'),
      size: 6,
      artifactType: 'theirs',
    };
    let interfered = 0;
    await using registry = await startReferringRegistry({
      lists: false,
      conditions: true,
      beforeTag: ({ manifests }) => {
        if (++interfered > 2) return;
        const theirs = { ...other, digest: digestOf(`theirs ${interfered}`) };
        const present = manifests.get(tag)?.content.toString() ?? '{"schemaVersion":2,"manifests":[]}';
        const index = JSON.parse(present) as ImageIndex;
        const content = Buffer.from(JSON.stringify({ ...index, manifests: [...index.manifests, theirs] }));
        manifests.set(tag, { content, type: mediaTypes.index });
      },
    });
    const client = clientOf(registry.host);
    const [attached] = await attach(client, subject, [bom], signal);
    const listed = await listReferrers(client, subject.digest);
    expect(listed.map(({ digest }) => digest)).toEqual([digestOf('theirs 1'), digestOf('theirs 2'), attached?.digest]);
    expect(registry.tagWrites.map(({ condition }) => condition)).toEqual([
      '*',
      expect.stringMatching(/^"sha256/),
      expect.any(String),
    ]);
  });

  it('reads back what it wrote where writes have no conditions', async () => {
    let lost = 0;
    await using registry = await startReferringRegistry({ lists: false });
    const client = clientOf(registry.host);
    const getManifest = client.getManifest.bind(client);
    // Somebody overwrites the list between our write and our look at it.
    client.getManifest = async (reference) => {
      if (registry.tagWrites.length === 1 && lost++ === 0) {
        const content = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
        registry.manifests.set(tag, { content, type: mediaTypes.index });
      }
      return getManifest(reference);
    };
    const [attached] = await attach(client, subject, [bom], signal);
    expect(registry.tagWrites).toHaveLength(2);
    expect((await listReferrers(client, subject.digest)).map(({ digest }) => digest)).toEqual([attached?.digest]);
  });

  it('gives up when others never stop', async () => {
    let writes = 0;
    await using registry = await startReferringRegistry({
      lists: false,
      conditions: true,
      beforeTag: ({ manifests }) => {
        const content = Buffer.from(
          JSON.stringify({ schemaVersion: 2, manifests: [], annotations: { n: String(writes++) } }),
        );
        manifests.set(tag, { content, type: mediaTypes.index });
      },
    });
    await expect(attach(clientOf(registry.host), subject, [bom], signal)).rejects.toMatchObject({
      code: 'registry/referrers-contended',
    });
  });

  it('replaces what is no list', async () => {
    await using registry = await startReferringRegistry({ lists: false });
    registry.manifests.set(tag, { content: Buffer.from('{"schemaVersion":2,"layers":[]}'), type: mediaTypes.manifest });
    const client = clientOf(registry.host);
    await attach(client, subject, [bom], signal);
    expect(await listReferrers(client, subject.digest)).toHaveLength(1);
  });
});
