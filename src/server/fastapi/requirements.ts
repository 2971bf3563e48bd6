import { isPlace, movingReferences, normalName, requirementLines, type RequirementLine } from '../requirements-text.ts';

/** What the build has to know about a requirements file. */
export interface RequirementsFacts {
  /** Every requirement names the digests of its files. */
  readonly hashed: boolean;
  /** Requirements without an exact version: another build may get other files. */
  readonly unpinned: readonly RequirementLine[];
}

/**
 * Reads a requirements file as far as its reproducibility goes.
 * @param text of the file
 * @returns whether it is hashed, and which lines are not pinned
 */
export function requirementsFacts(text: string): RequirementsFacts {
  const requirements = parse(text);
  const moving = new Set(movingReferences(text).map(({ line }) => line));
  return {
    hashed: requirements.length > 0 && requirements.every(({ text: requirement }) => requirement.includes('--hash=')),
    unpinned: requirementLines(text).filter((line) => {
      return moving.has(line.line) || (!line.text.startsWith('-') && !isPlace(line.text) && !isPinned(line.text));
    }),
  };
}

/**
 * The versions of a requirements file as constraints: whatever is installed later must agree with them.
 * @param text of the file
 * @returns text of a constraints file, without digests, so that they do not force digests on other files
 */
export function constraintsOf(text: string): string {
  return parse(text)
    .map(({ text: requirement }) => `${requirement.replaceAll(/\s*--hash=\S+/g, '').trim()}\n`)
    .join('');
}

/**
 * Versions that a requirements file pins for one package; several when markers tell them apart.
 * @param text of the file
 * @param name of the package, in any of the spellings that pip takes for equal
 */
export function pinnedVersions(text: string, name: string): string[] {
  return parse(text).flatMap((requirement) => {
    const [, found = '', version] = /^([\w.-]+)(?:\[[^\]]*\])?\s*===?\s*([^\s;*]+)/.exec(requirement.text) ?? [];
    return version !== undefined && normalName(found) === normalName(name) ? [version] : [];
  });
}

/** `name==1.2`; wildcards, ranges and markers that merely contain `==` do not count. */
function isPinned(requirement: string): boolean {
  const specifier = (requirement.split(/\s--hash=/)[0] ?? '').replace(/;.*$/, '').trim();
  return /^[^=<>!~,@]+={2,3}\s*[^\s*,=]+$/.test(specifier);
}

/** Lines such as `--index-url` are options of pip. */
function parse(text: string): RequirementLine[] {
  return requirementLines(text).filter((entry) => !entry.text.startsWith('-'));
}
