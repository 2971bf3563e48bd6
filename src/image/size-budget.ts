import { MlDeployError } from '../errors.ts';
import type { LayerEvidence } from '../pipeline/evidence.ts';
import { bytes } from '../report/format.ts';

/** Layers that the error names. */
const shown = 5;

/**
 * Refuses an image that is larger than the project allows.
 * @param name of the image in the message: `the image`
 * @param layers of the image
 * @param total bytes of the image as the registry holds it
 * @param limit `image.maxSize`; null: none
 * @throws MlDeployError `build/too-large` with the largest layers
 */
export function checkSize(name: string, layers: readonly LayerEvidence[], total: number, limit: number | null): void {
  if (limit === null || total <= limit) return;
  const largest = layers.toSorted((a, b) => b.bytes - a.bytes).slice(0, shown);
  const listed = largest.map(
    (layer) => `  ${bytes(layer.bytes)} (${Math.round((100 * layer.bytes) / total)} %): ${layer.kind}, ${layer.title}`,
  );
  const kinds = Map.groupBy(layers, ({ kind }) => kind);
  const [most = 'other'] = [...kinds.keys()].toSorted((a, b) => sum(kinds.get(b)) - sum(kinds.get(a)));
  throw new MlDeployError({
    code: 'build/too-large',
    kind: 'model',
    message: `${name} has ${bytes(total)}; image.maxSize allows ${bytes(limit)}. What takes most:\n${listed.join('\n')}`,
    hint: hints[most],
  });
}

const hints: Readonly<Record<LayerEvidence['kind'], string>> = {
  base: 'Choose a smaller image.base: a slim or runtime variant instead of a full or devel one.',
  dependencies:
    'Look for what server.requirements does not need; packages for the CPU are a fraction of those for CUDA.',
  code: 'Leave out of the image what the server does not read.',
  weights: 'Look at optimize (docs/optimize.md) and at what ml-deploy validate says about size.',
  other: 'Look at the steps of your Dockerfile: multi-stage builds leave behind what only the build needs.',
};

function sum(layers: readonly LayerEvidence[] = []): number {
  return layers.reduce((total, layer) => total + layer.bytes, 0);
}
