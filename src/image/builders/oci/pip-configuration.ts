/** What uv, which does not read pip's configuration, is told of it. */
export interface UvSettings {
  readonly environment: Readonly<Record<string, string>>;
  /** Arguments that have no variable. */
  readonly arguments: readonly string[];
  /** Keys of the file that uv has no equal for. */
  readonly unknown: readonly string[];
}

/** Keys without a meaning for what uv does here. */
const irrelevant = new Set([
  'disable-pip-version-check',
  'timeout',
  'retries',
  'progress-bar',
  'no-cache-dir',
  'no-compile',
  'quiet',
]);

/**
 * Translates pip's configuration file into uv's environment, so that secrets stay off the command line.
 * @param text of the file: INI, sections `global` and `install`
 * @returns variables and arguments for uv
 */
export function uvSettings(text: string): UvSettings {
  const values = pipValues(text);
  const environment: Record<string, string> = {};
  const flags: string[] = [];
  const unknown: string[] = [];
  for (const [key, value] of values) {
    const words = value.split(/\s+/).filter((word) => word !== '');
    if (key === 'index-url') environment['UV_DEFAULT_INDEX'] = value;
    else if (key === 'extra-index-url') {
      environment['UV_INDEX'] = words.join(' ');
      // As pip does, and so as the other builders do: the best version of all indexes.
      environment['UV_INDEX_STRATEGY'] = 'unsafe-best-match';
    } else if (key === 'find-links') environment['UV_FIND_LINKS'] = words.join(',');
    else if (key === 'trusted-host') environment['UV_INSECURE_HOST'] = words.join(' ');
    else if (key === 'cert') environment['SSL_CERT_FILE'] = value;
    else if (key === 'no-index') flags.push(...(/^(1|true|yes|on)$/i.test(value) ? ['--no-index'] : []));
    else if (!irrelevant.has(key)) unknown.push(key);
  }
  return { environment, arguments: flags, unknown };
}

/**
 * Keys of the sections that an installation reads; those of `install` count more. A value goes on in indented lines.
 * @param text of pip's configuration file
 * @returns key, as options are called without `--` -> value
 */
export function pipValues(text: string): Map<string, string> {
  const sections = { global: new Map<string, string>(), install: new Map<string, string>() };
  let values: Map<string, string> | null = null;
  let last: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[(.+)\]\s*$/.exec(line)?.[1]?.trim();
    const pair = /^([A-Za-z][\w-]*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (header !== undefined) {
      values = header === 'global' || header === 'install' ? sections[header] : null;
      last = null;
    } else if (/^\s/.test(line) && last !== null) {
      values?.set(last, `${values.get(last) ?? ''} ${line.trim()}`.trim());
    } else if (pair !== null && values !== null) {
      last = (pair[1] ?? '').toLowerCase().replaceAll('_', '-');
      values.set(last, pair[2] ?? '');
    } else {
      last = null;
    }
  }
  return new Map([...sections.global, ...sections.install]);
}
