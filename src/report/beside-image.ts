import { bytes } from './format.ts';
import type { BuildEvidence } from '../pipeline/evidence.ts';

/**
 * What was published beside an image, in sentences.
 * @param evidence of the build
 * @returns one sentence for the documents and one for the artifacts, where there are any
 */
export function besideImage(evidence: BuildEvidence): string[] {
  const { artifacts = [], weights } = evidence;
  const { documents = [] } = evidence.volatile;
  const names = documents.map(({ title, signed }) => (signed ? `${title} (signed)` : title));
  return [
    ...(names.length === 0 ? [] : [`Attached to it: ${names.join(', ')}.`]),
    ...(weights === undefined
      ? []
      : [`The model is beside it: ${weights.reference}, ${bytes(weights.bytes)}; pods have it at ${weights.path}.`]),
    ...artifacts.map(({ type, reference }) => `From the same layers: ${type} ${reference}.`),
  ];
}
