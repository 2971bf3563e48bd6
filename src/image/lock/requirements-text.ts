import { normalName, requirementLines } from '../../server/requirements-text.ts';

/** A requirements file without its digests, and the digests. */
export interface Unhashed {
  readonly text: string;
  /** By `name==version`, names as packages indexes compare them. */
  readonly hashes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Takes the digests out of a requirements file: pip refuses files in which some requirements have them and others not.
 * @param text of the file
 * @returns both parts
 */
export function withoutHashes(text: string): Unhashed {
  const hashes = new Map<string, string[]>();
  const lines = requirementLines(text).map(({ text: line }) => {
    const found = [...line.matchAll(/\s--hash[= ](\S+)/g)].map(([, hash]) => hash ?? '');
    const rest = line.replaceAll(/\s--hash[= ]\S+/g, '').trim();
    const key = pinOf(rest);
    if (found.length > 0 && key !== null) hashes.set(key, [...(hashes.get(key) ?? []), ...found]);
    return rest;
  });
  return { text: `${lines.filter((line) => line !== '').join('\n')}\n`, hashes };
}

/**
 * Options of a requirements file that say where packages come from, such as `--extra-index-url`.
 * @param text of the file
 * @returns whole lines
 */
export function indexOptions(text: string): string[] {
  return requirementLines(text)
    .map((line) => line.text)
    .filter((line) => /^(-i|-f|--(index-url|extra-index-url|find-links|no-index|trusted-host))\b/.test(line));
}

/**
 * The key under which a pinned requirement is compared.
 * @param requirement such as `Scikit_Learn[all]==1.9.1 ; python_version < "3.13"`
 * @returns `scikit-learn==1.9.1`, or null when it has no exact version
 */
export function pinOf(requirement: string): string | null {
  const [, name, version] = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([^\s;,]+)/.exec(requirement) ?? [];
  if (name === undefined || version === undefined) return null;
  return `${normalName(name)}==${version}`;
}
