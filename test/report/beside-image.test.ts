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
  expect(besideImage({ artifacts, volatile: { documents } } as unknown as BuildEvidence)).toEqual([
    'Attached to it: sbom.cdx.json, model.sig (signed).',
    'From the same layers: modelpack ghcr.io/acme/fraud@sha256:3.',
  ]);
  expect(besideImage({ volatile: {} } as unknown as BuildEvidence)).toEqual([]);
});
