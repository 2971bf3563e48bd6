import { describe, expect, it } from 'vitest';

import { noBase } from '../../src/image/builders/oci/base.ts';
import { findImage } from '../../src/oci/image.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { parseManifest } from '../../src/oci/parse.ts';
import { listReferrers } from '../../src/oci/referrers.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry, type Fault, type FaultyRegistry } from './faulty-registry.ts';

const configBytes = Buffer.from('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}');
const config = { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length };
const manifest = { schemaVersion: 2, config, layers: [] };
const page = '<!DOCTYPE html><html>Log in</html>';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A registry with one image, or what stands in its place. */
async function startWith(top: Buffer, configContent: Buffer = configBytes): Promise<FaultyRegistry> {
  const registry = await startFaultyRegistry();
  registry.manifests.set('v1', top);
  registry.blobs.set(digestOf(configContent), configContent);
  return registry;
}

describe('an image in a registry', () => {
  const platform = 'linux/amd64';
  const nested = json({ schemaVersion: 2, manifests: [] });
  const image = { mediaType: mediaTypes.index, digest: digestOf(nested), size: nested.length };
  const index = json({ manifests: [{ ...image, platform: { os: 'linux', architecture: 'amd64' } }] });
  const wrongConfig = json({ config: null });

  it.each([
    ['a page of HTML', Buffer.from(page)],
    ['half a manifest', json(manifest).subarray(0, 50)],
    ['null', Buffer.from('null')],
    ['no object', json([manifest])],
    ['a manifest of Docker 1.9', json({ schemaVersion: 1, fsLayers: [{ blobSum: config.digest }] })],
    ['a manifest without a config', json({ ...manifest, config: null })],
    ['a digest that is a path', json({ ...manifest, config: { ...config, digest: '../../x' } })],
    ['a layer that is nothing', json({ ...manifest, layers: [null] })],
    ['a size that is text', json({ ...manifest, layers: [{ ...config, size: '7' }] })],
    ['an annotation that is a number', json({ ...manifest, layers: [{ ...config, annotations: { title: 5 } }] })],
    ['annotations that are a list', json({ ...manifest, annotations: ['x'] })],
    ['a platform with a number', json({ manifests: [{ ...image, platform: { os: 7 } }] })],
    ['an index of nothing', json({ manifests: [7] })],
    ['an index in an index', index],
    ['another config', json({ ...manifest, config: { ...config, digest: digestOf(wrongConfig) } })],
  ])('that is %s is no defect of ours', async (_, top) => {
    await using registry = await startWith(top, top.includes(digestOf(wrongConfig)) ? wrongConfig : configBytes);
    registry.manifests.set(image.digest, nested);
    await expect(findImage(clientOf(registry.host), 'v1', platform, noBase('acme/base'))).rejects.toMatchObject({
      code: 'registry/failed',
      kind: 'infrastructure',
      message: expect.stringMatching(/^the (manifest|config) of acme\/base.* is not an image/) as string,
    });
  });

  it.each([
    { config: { Env: [5] } },
    { config: { Env: 'PATH=/bin' } },
    { config: { Labels: { a: 1 } } },
    { config: { Labels: [] } },
    { config: { User: 0 } },
    { config: [] },
    { history: [{ created_by: 5 }] },
    { created: 0 },
    { variant: 8 },
  ])('whose config has %j is no defect of ours', async (more) => {
    const content = json({ ...(JSON.parse(configBytes.toString()) as object), ...more });
    const descriptor = { ...config, digest: digestOf(content), size: content.length };
    await using registry = await startWith(json({ ...manifest, config: descriptor }), content);
    await expect(findImage(clientOf(registry.host), 'v1', platform, noBase('acme/base'))).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining('is not an image config') as string,
    });
  });

  it('whose config has the nulls of other programs is read', async () => {
    const nulls = { config: { Env: null, Labels: null, User: null }, history: null, created: null };
    const content = json({ ...(JSON.parse(configBytes.toString()) as object), ...nulls });
    const descriptor = { ...config, digest: digestOf(content), size: content.length };
    await using registry = await startWith(json({ ...manifest, config: descriptor }), content);
    expect((await findImage(clientOf(registry.host), 'v1', platform, noBase('x'))).config).toMatchObject(nulls);
  });

  it('is read as it is when it is right, with the nulls of other programs', async () => {
    const top = json({ ...manifest, annotations: null, layers: [{ ...config, annotations: null, platform: null }] });
    await using registry = await startWith(top);
    const found = await findImage(clientOf(registry.host), 'v1', platform, noBase('acme/base'));
    expect(found).toMatchObject({ digest: digestOf(top), config: { os: 'linux' }, manifest: { layers: [config] } });
    expect(parseManifest(json({ manifests: [] }), 'x')).toEqual({ manifests: [] });
  });
});

describe('a wrong answer', () => {
  const answer = (body: string, type: string): (() => Fault) => {
    return () => ({ status: 200, headers: { 'content-type': type }, body });
  };

  it.each([page, '{"tags": 7}', '{"tags": [null]}', '[]'])('to the tags (%s) says what it is', async (body) => {
    await using registry = await startFaultyRegistry({ fault: answer(body, 'application/json') });
    await expect(clientOf(registry.host).listTags()).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining('the list of tags of') as string,
    });
  });

  it.each([page, '{"manifests": 7}', 'null'])('to the referrers (%s) says what it is', async (body) => {
    await using registry = await startFaultyRegistry({ fault: answer(body, mediaTypes.index) });
    await expect(listReferrers(clientOf(registry.host), config.digest)).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining('the list of what is attached in') as string,
    });
  });

  it('to the referrers leads nowhere, when the next page has no address', async () => {
    const headers = { 'content-type': mediaTypes.index, link: '<http://[>; rel="next"' };
    const body = JSON.stringify({ manifests: [config] });
    await using registry = await startFaultyRegistry({ fault: () => ({ status: 200, headers, body }) });
    expect(await listReferrers(clientOf(registry.host), config.digest)).toEqual([config]);
  });

  it('among the referrers is left out', async () => {
    const body = JSON.stringify({ manifests: [null, { digest: 'x' }, config] });
    await using registry = await startFaultyRegistry({ fault: answer(body, mediaTypes.index) });
    expect(await listReferrers(clientOf(registry.host), config.digest)).toEqual([config]);
  });

  it('of a token server shows no part of a token', async () => {
    let host = '';
    await using registry = await startFaultyRegistry({
      fault: ({ path }) =>
        path === '/token'
          ? { status: 200, body: '{"token": "s3cr3t-abc' }
          : { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${host}/token"` } },
    });
    host = registry.host;
    const message = `the token of http://${host} is not a JSON object; it is something else of 21 bytes`;
    await expect(clientOf(host).hasBlob(config.digest)).rejects.toMatchObject({ code: 'registry/failed', message });
  });
});
