import { readDockerfile, words } from '../../server/custom/dockerfile/read.ts';
import { expandArguments } from '../../server/custom/dockerfile/rules.ts';

/**
 * The image that a Dockerfile builds on: that of the first `FROM` below the stage that is built.
 * @param text of the Dockerfile
 * @param target stage that is built; null: the last one
 * @param args build arguments that are given from outside
 * @returns the reference with build arguments put in; null for `scratch`, and where an argument without a value chooses it
 */
export function dockerfileBase(
  text: string,
  target: string | null,
  args: Readonly<Record<string, string>>,
): string | null {
  const instructions = readDockerfile(text);
  const first = instructions.findIndex(({ name }) => name === 'FROM');
  const stages = instructions
    .filter(({ name }) => name === 'FROM')
    .map((stage): { image: string; name: string } => {
      const [image = '', , name = ''] = words(stage.text);
      return { image: expandArguments(image, instructions.slice(0, first), args), name: name.toLowerCase() };
    });
  let at = target === null ? stages.length - 1 : stages.findIndex(({ name }) => name === target.toLowerCase());
  for (;;) {
    const image = stages[at]?.image;
    if (image === undefined || image === '' || image === 'scratch' || image.includes('$')) return null;
    // A stage can only build on one above it.
    const below = stages.slice(0, at).findLastIndex(({ name }) => name === image.toLowerCase());
    if (below === -1) return image;
    at = below;
  }
}
