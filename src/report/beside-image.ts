import type { BuildEvidence } from '../pipeline/evidence.ts';
import { bytes, shortDigest } from './format.ts';

/**
 * What was published beside an image, in sentences.
 * @param evidence of the build
 * @returns one sentence for the platforms, one for the documents and one for the artifacts, where there are any
 */
export function besideImage(evidence: BuildEvidence): string[] {
  const { artifacts = [], image, weights } = evidence;
  const { documents = [] } = evidence.volatile;
  const names = documents.map(({ title, signed, platform }) => {
    const facts = [...(platform === undefined ? [] : [platform]), ...(signed ? ['signed'] : [])];
    return facts.length === 0 ? title : `${title} (${facts.join(', ')})`;
  });
  const platforms = (image.platforms ?? []).map(({ platform, digest, bytes: size }) => {
    return `${platform} (${bytes(size)}, ${shortDigest(digest)})`;
  });
  return [
    ...(platforms.length === 0
      ? []
      : [`An index of ${platforms.join(', ')}; the layers are those of ${image.platform}.`]),
    ...(names.length === 0 ? [] : [`Attached to it: ${names.join(', ')}.`]),
    ...(weights === undefined
      ? []
      : [`The model is beside it: ${weights.reference}, ${bytes(weights.bytes)}; pods have it at ${weights.path}.`]),
    ...artifacts.map(({ type, reference }) => `From the same layers: ${type} ${reference}.`),
  ];
}
