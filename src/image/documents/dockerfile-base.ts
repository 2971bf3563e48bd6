/**
 * The image that a Dockerfile builds on: that of the first `FROM` below the stage that is built.
 * @param text of the Dockerfile
 * @param target stage that is built; null: the last one
 * @returns the reference as it is written; null for `scratch`, and where a build argument chooses it
 */
export function dockerfileBase(text: string, target: string | null): string | null {
  const lines = text.replaceAll(/\\\r?\n/g, ' ').split('\n');
  const stages = lines.flatMap((line): { image: string; name: string }[] => {
    const [, image, name = ''] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/i.exec(line) ?? [];
    return image === undefined ? [] : [{ image, name: name.toLowerCase() }];
  });
  let at = target === null ? stages.length - 1 : stages.findIndex(({ name }) => name === target.toLowerCase());
  for (;;) {
    const image = stages[at]?.image;
    if (image === undefined || image === 'scratch' || image.includes('$')) return null;
    // A stage can only build on one above it.
    const below = stages.slice(0, at).findLastIndex(({ name }) => name === image.toLowerCase());
    if (below === -1) return image;
    at = below;
  }
}
