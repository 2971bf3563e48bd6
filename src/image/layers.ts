import type { LayerEvidence } from '../pipeline/evidence.ts';
import type { Descriptor } from '../oci/manifest.ts';
import type { Recipe } from '../server/image-plan.ts';

/** A layer that our own writer puts on top. */
export interface OwnLayer {
  readonly kind: 'code' | 'weights';
  /** For people: the folder, the file, or how many files. */
  readonly title: string;
}

/**
 * What each layer of a built image is.
 * @param layers of the manifest, the lowest first
 * @param recipe what the builder made: its packages are the layer below ours
 * @param ours the topmost layers, which our own writer made
 * @returns evidence per layer, in the same order
 */
export function describeLayers(
  layers: readonly Descriptor[],
  recipe: Recipe,
  ours: readonly OwnLayer[],
): LayerEvidence[] {
  const firstOwn = layers.length - ours.length;
  const packages = recipe.kind === 'base' ? recipe.packages : null;
  return layers.map(({ digest, size }, index): LayerEvidence => {
    const own = ours[index - firstOwn];
    if (own !== undefined) return { digest, bytes: size, kind: own.kind, title: own.title };
    const isPackages = packages !== null && index === firstOwn - 1;
    if (isPackages) return { digest, bytes: size, kind: 'dependencies', title: packages.folder };
    return { digest, bytes: size, kind: recipe.kind === 'base' ? 'base' : 'other', title: sourceOf(recipe) };
  });
}

function sourceOf(recipe: Recipe): string {
  return recipe.kind === 'base' ? recipe.base : 'Dockerfile';
}
