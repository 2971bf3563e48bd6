/**
 * Loads a part of a format when the first file needs it, and keeps it: to ask for the module again for each of thousands of files takes a
 * tenth of the time of a small one.
 */
export function loaded<Arguments extends readonly unknown[], Result>(
  load: () => Promise<(...given: Arguments) => Result | Promise<Result>>,
): (...given: Arguments) => Result | Promise<Result> {
  let found: ((...given: Arguments) => Result | Promise<Result>) | null = null;
  return (...given) => {
    if (found !== null) return found(...given);
    return load().then((here) => {
      found = here;
      return here(...given);
    });
  };
}
