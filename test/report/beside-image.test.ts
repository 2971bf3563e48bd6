import { expect, it } from 'vitest';

import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { besideImage } from '../../src/report/beside-image.ts';

it('tells what is attached to an image and what was published from its layers', () => {
  const documents = [
    { title: 'sbom.cdx.json', artifactType: 'application/vnd.cyclonedx+json', digest: 'sha256:1', signed: false },
    {
      title: 'model.sig',
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      digest: 'sha256:2',
      signed: true,
    },
  ];
  const artifacts = [{ type: 'modelpack', digest: 'sha256:3', reference: 'ghcr.io/acme/fraud@sha256:3' }];
  expect(besideImage({ image: {}, artifacts, volatile: { documents } } as unknown as BuildEvidence)).toEqual([
    'Attached to it: sbom.cdx.json, model.sig (signed).',
    'From the same layers: modelpack ghcr.io/acme/fraud@sha256:3.',
  ]);
  const platforms = [
    { platform: 'linux/amd64', digest: `sha256:${'a'.repeat(64)}`, bytes: 5_000_000 },
    { platform: 'linux/arm64', digest: `sha256:${'b'.repeat(64)}`, bytes: 4_000_000 },
  ];
  const attached = { ...documents[0], platform: 'linux/arm64' };
  const several = { image: { platform: 'linux/amd64', platforms }, volatile: { documents: [attached] } };
  expect(besideImage(several as unknown as BuildEvidence)).toEqual([
    expect.stringMatching(
      /^An index of linux\/amd64 \(5.0.MB, .*\), linux\/arm64 .*; the layers are those of linux\/amd64\.$/,
    ),
    'Attached to it: sbom.cdx.json (linux/arm64).',
  ]);
  expect(besideImage({ image: {}, volatile: {} } as unknown as BuildEvidence)).toEqual([]);
});
