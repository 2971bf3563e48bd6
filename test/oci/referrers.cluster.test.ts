import { expect, it } from 'vitest';

import { memoryBlob } from '../../src/oci/blob.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import { attach, listReferrers } from '../../src/oci/referrers.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { startRegistry } from './real-registry.ts';

it("attaches documents in Debian's registry, which has no referrers API", async () => {
  await using registry = await startRegistry();
  const repository = parseRepository(`${registry.host}/acme/fraud`);
  const { signal } = new AbortController();
  const credentials = (): Promise<null> => Promise.resolve(null);
  const client = new RegistryClient({ repository, insecure: false, credentials, signal });
  const config = Buffer.from('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}');
  await client.pushBlob(memoryBlob(config, digestOf(config)));
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: [],
    }),
  );
  const subject = { mediaType: mediaTypes.manifest, digest: digestOf(content), size: content.length };
  await client.putManifest('v1', content, mediaTypes.manifest);
  const document = (artifactType: string, text: string): Parameters<typeof attach>[2][number] => ({
    artifactType,
    mediaType: artifactType,
    content: Buffer.from(text),
    title: 'document.json',
  });
  const sbom = document('application/vnd.cyclonedx+json', '{"bomFormat":"CycloneDX"}');
  const [first] = await attach(client, subject, [sbom], signal);
  const [, second] = await attach(client, subject, [sbom, document('application/vnd.in-toto+json', '{}')], signal);
  expect(await listReferrers(client, subject.digest)).toEqual([first, second]);
});
