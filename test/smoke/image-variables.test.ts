import { expect, test } from 'vitest';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { memoryBlob } from '../../src/oci/blob.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { imageVariables } from '../../src/smoke/image-variables.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { derived } from '../gpu/nvidia/documents.ts';
import { client } from '../image/builders/oci/small-base.ts';
import { startReferringRegistry } from '../oci/referring-registry.ts';
import { project } from './fixture/project.ts';
import { gpuHost, hostProject } from './simulated/gpu-host.ts';

test('an engine of another TensorRT than the image has is refused before anything is pulled', async () => {
  await using registry = await startReferringRegistry({ lists: true });
  const name = `${registry.host}/acme/engine`;
  const target = client(name);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Env: ['PATH=/bin', 'TRT_VERSION=10.3.0.26+cuda12.6'] },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const stored = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
  await target.pushBlob(memoryBlob(config, stored.digest));
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: stored, layers: [] }),
  );
  const image = `${name}@${await target.putManifest(digestOf(manifest), manifest, mediaTypes.manifest)}`;
  expect(await imageVariables(image, project({}))).toMatchObject({ TRT_VERSION: '10.3.0.26+cuda12.6' });
  expect(await imageVariables(`${name}@sha256:${'0'.repeat(64)}`, project({}))).toBeNull();

  const host = gpuHost(derived['h100-535']?.() ?? '');
  host.forget('image');
  const facts = { tensorrt: '10.9.0.34', computeCapability: '9.0' };
  const files = [{ path: 'model.plan', format: 'tensorrt', bytes: 1, facts }];
  const validate = { model: { bytes: 1, files } } as unknown as ValidateEvidence;
  const context = hostProject(host, { image, insecure: true, evidence: { validate } });
  await expect(smokeStage.run(context)).rejects.toMatchObject({
    code: 'smoke/gpu-unsuitable',
    message: expect.stringContaining(
      'model.plan was built with TensorRT 10.9.0.34, the image has 10.3.0.26 (TRT_VERSION of the image): no engine runs with an older version',
    ) as string,
  });
  expect(host.commands().some(([, command]) => command === 'pull')).toBe(false);
});

test('of an index the platform that is deployed decides', async () => {
  await using registry = await startReferringRegistry({ lists: true });
  const name = `${registry.host}/acme/engine`;
  const target = client(name);
  const put = async (document: object, mediaType: string): Promise<{ digest: string; size: number }> => {
    const content = Buffer.from(JSON.stringify(document));
    return { digest: await target.putManifest(digestOf(content), content, mediaType), size: content.length };
  };
  const manifests = [];
  for (const architecture of ['arm64', 'amd64']) {
    const settings = { Env: [`TRT_VERSION=of ${architecture}`] };
    const rootfs = { type: 'layers', diff_ids: [] };
    const config = Buffer.from(JSON.stringify({ architecture, os: 'linux', config: settings, rootfs }));
    const stored = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
    await target.pushBlob(memoryBlob(config, stored.digest));
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: stored, layers: [] };
    const entry = await put(manifest, mediaTypes.manifest);
    manifests.push({ mediaType: mediaTypes.manifest, ...entry, platform: { os: 'linux', architecture } });
  }
  const { digest } = await put({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index);
  expect(await imageVariables(`${name}@${digest}`, project({}))).toEqual({ TRT_VERSION: 'of amd64' });
});
