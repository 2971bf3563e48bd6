import type { Recipe } from '../recipe.ts';

/** Verifies what is attached to images. */
export const cosign: Recipe = {
  name: 'cosign',
  version: 'v3.1.3',
  module: 'github.com/sigstore/cosign/v3',
  packages: { cosign: 'github.com/sigstore/cosign/v3/cmd/cosign' },
  seconds: 900,
};
