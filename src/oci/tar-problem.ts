/** A tar stream that cannot be read, or that unpackers read in different ways; the message is a clause. */
export class TarProblem extends Error {
  override readonly name = 'TarProblem';
}

/** Of a path, what is shown. Characters. */
const shownCharacters = 200;

/**
 * A path as messages show it: in quotes, and no longer than people read.
 * @param path of an entry
 */
export function shown(path: string): string {
  return JSON.stringify(path.length > shownCharacters ? `${path.slice(0, shownCharacters)}...` : path);
}
