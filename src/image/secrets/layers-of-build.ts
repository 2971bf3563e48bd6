import type { Blob } from '../../oci/blob.ts';
import type { ReadableImage } from '../../oci/image.ts';
import { mediaTypes } from '../../oci/manifest.ts';
import type { Recipe } from '../../server/image-plan.ts';
import { describeLayers, type OwnLayer } from '../layers.ts';
import type { ScannedLayer } from './scan.ts';

/**
 * The layers that steps of a build or files of the project made: all but those of the base, and of the model, whose files were there
 * before any step saw a secret.
 * @param recipe what the builder made
 * @param image as the builder left it
 * @param own layers that are put on top of it
 * @returns the layers, the lowest first
 */
export function layersOfBuild(
  recipe: Recipe,
  image: ReadableImage,
  own: readonly (OwnLayer & { readonly blob: Blob })[],
): ScannedLayer[] {
  const { layers } = image.manifest;
  const kinds = describeLayers(layers, recipe, []);
  return [
    ...layers.flatMap((descriptor, index): ScannedLayer[] => {
      const { kind = 'other', title = '' } = kinds[index] ?? {};
      return kind === 'base' ? [] : [{ descriptor, title, blob: () => image.blob(descriptor) }];
    }),
    ...own
      .filter(({ kind }) => kind !== 'weights')
      .map(({ blob, title }): ScannedLayer => {
        return { descriptor: { digest: blob.digest, mediaType: mediaTypes.layer }, title, blob: () => blob };
      }),
  ];
}
