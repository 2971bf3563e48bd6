import type { LayerEvidence } from '../pipeline/evidence.ts';
import type { Descriptor, ImageConfigFile } from '../oci/manifest.ts';
import type { ImagePlan } from '../server/image-plan.ts';

/**
 * What each layer of a built image is, told by the image's own history.
 * @param layers of the manifest, the lowest first
 * @param history of the config
 * @param planned destinations of the Dockerfile's copies
 * @param weights titles of the topmost layers, which are ours
 * @returns evidence per layer, in the same order
 */
export function describeLayers(
  layers: readonly Descriptor[],
  history: ImageConfigFile['history'],
  planned: ImagePlan['layers'],
  weights: readonly string[],
): LayerEvidence[] {
  const steps = (history ?? []).filter((entry) => entry.empty_layer !== true).map((entry) => entry.created_by ?? '');
  const firstWeight = layers.length - weights.length;
  let copied = false;
  return layers.map(({ digest, size }, index): LayerEvidence => {
    const title = weights[index - firstWeight];
    if (title !== undefined) return { digest, bytes: size, kind: 'weights', title };
    const step = steps[index] ?? '';
    const match = planned.find(({ path }) => step.startsWith('COPY ') && step.includes(` ${path} #`));
    copied ||= match !== undefined;
    return {
      digest,
      bytes: size,
      kind: match?.kind ?? (copied ? 'other' : 'base'),
      title: match?.path ?? shorten(step),
    };
  });
}

function shorten(step: string): string {
  return step === '' ? 'base' : step.slice(0, 80);
}
