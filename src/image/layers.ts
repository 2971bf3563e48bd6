import type { LayerEvidence } from '../pipeline/evidence.ts';
import type { Descriptor, ImageConfigFile } from '../oci/manifest.ts';

/** A layer that our own writer puts on top. */
export interface OwnLayer {
  readonly kind: 'code' | 'weights';
  /** For people: the folder, the file, or how many files. */
  readonly title: string;
}

/**
 * What each layer of a built image is, told by the image's own history.
 * @param layers of the manifest, the lowest first
 * @param history of the config
 * @param packages folder that the recipe's packages are copied to, or null
 * @param ours the topmost layers, which our own writer made
 * @returns evidence per layer, in the same order
 */
export function describeLayers(
  layers: readonly Descriptor[],
  history: ImageConfigFile['history'],
  packages: string | null,
  ours: readonly OwnLayer[],
): LayerEvidence[] {
  const steps = (history ?? []).filter((entry) => entry.empty_layer !== true).map((entry) => entry.created_by ?? '');
  const firstOwn = layers.length - ours.length;
  let copied = false;
  return layers.map(({ digest, size }, index): LayerEvidence => {
    const own = ours[index - firstOwn];
    if (own !== undefined) return { digest, bytes: size, kind: own.kind, title: own.title };
    const step = steps[index] ?? '';
    const isPackages = packages !== null && step.startsWith('COPY ') && step.includes(` ${packages} #`);
    copied ||= isPackages;
    if (isPackages) return { digest, bytes: size, kind: 'dependencies', title: packages };
    return { digest, bytes: size, kind: copied ? 'other' : 'base', title: shorten(step) };
  });
}

function shorten(step: string): string {
  return step === '' ? 'base' : step.slice(0, 80);
}
