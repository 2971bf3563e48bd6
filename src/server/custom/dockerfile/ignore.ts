/**
 * What a `.dockerignore` keeps out of the build context: patterns as Go's `filepath.Match` reads them, `**` for any folders, `!` for
 * exceptions; the last pattern that matches decides, and what matches a folder matches all below it.
 * @param text of the file
 * @returns whether a path, relative to the context with `/` between folders, is kept out
 */
export function ignoreRules(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => (line.startsWith('#') ? '' : line.trim()))
    .filter((line) => line !== '' && line !== '!')
    .map((line) => {
      const exception = line.startsWith('!');
      const pattern = cleaned(exception ? line.slice(1).trim() : line);
      return { exception, matches: new RegExp(`^${patternSource(pattern)}(/|$)`, 's') };
    });
  return (path) => {
    const last = rules.findLast(({ matches }) => matches.test(path));
    return last !== undefined && !last.exception;
  };
}

/** `/a/./b/` is `a/b`. */
function cleaned(pattern: string): string {
  return pattern
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/**
 * A regular expression for a pattern with `*`, `?`, `[...]` and `**`.
 * @param pattern without leading or trailing slash
 * @returns source without anchors
 */
export function patternSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*' && pattern[at + 1] === '*') {
      at++;
      const folders = pattern[at + 1] === '/';
      if (folders) at++;
      source += folders ? '(?:.*/)?' : '.*';
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[' && pattern.indexOf(']', at + 2) > 0) {
      const end = pattern.indexOf(']', at + 2);
      source += pattern
        .slice(at, end + 1)
        .replace(/^\[!/, '[^')
        .replaceAll('\\', '\\\\');
      at = end;
    } else {
      if (character === '\\') at++;
      source += (pattern[at] ?? '').replaceAll(/[.+^${}()|[\]\\/*?]/g, '\\$&');
    }
  }
  return source;
}
