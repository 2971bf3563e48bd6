import type { Verdict } from '../../../src/pipeline/evidence.ts';

/** What a file of a case holds; text is written as UTF-8. A function is called only when the case runs: for large content. */
export type CaseContent = Buffer | string | (() => Buffer) | { readonly link: string };

/**
 * What is true about a case, whatever a scanner says: `benign` is what an ordinary library writes, `dangerous` does harm when it is
 * loaded, `malformed` breaks its format, `unchecked` is harmless as far as one can tell, but of a kind that nobody can vouch for.
 */
export type Nature = 'benign' | 'dangerous' | 'malformed' | 'unchecked';

/** One model of the regression corpus, built byte by byte. */
export interface CorpusCase {
  /** Unique; what is special about it. */
  readonly name: string;
  readonly nature: Nature;
  /** Files by their path. A case of one file is judged as this file, others as a folder. */
  readonly files: Readonly<Record<string, CaseContent>>;
  readonly expect: {
    readonly verdict: Verdict;
    /** Rules that must be among the findings; a clean case has no others. */
    readonly rules: readonly string[];
    /** Format of the only file, when the case is about it. */
    readonly format?: string;
  };
}

/** A file name with its content, or several of them as one folder. */
type Files = readonly [file: string, content: CaseContent] | readonly [files: Readonly<Record<string, CaseContent>>];

function filesOf(files: Files): CorpusCase['files'] {
  return files.length === 1 ? files[0] : { [files[0]]: files[1] };
}

/** An ordinary model: clean without any finding. */
export function benign(name: string, ...files: Files): CorpusCase {
  return { name, nature: 'benign', files: filesOf(files), expect: { verdict: 'clean', rules: [] } };
}

/** An ordinary model about which something is worth saying: clean with these remarks. */
export function remarked(name: string, rules: readonly string[], ...files: Files): CorpusCase {
  return { name, nature: 'benign', files: filesOf(files), expect: { verdict: 'clean', rules } };
}

/** An attack: unsafe, for these reasons. */
export function dangerous(name: string, rules: readonly string[], ...files: Files): CorpusCase {
  return { name, nature: 'dangerous', files: filesOf(files), expect: { verdict: 'unsafe', rules } };
}

/** An attack of which the bytes prove only that they are not understood: inconclusive, for these reasons. */
export function suspicious(name: string, rules: readonly string[], ...files: Files): CorpusCase {
  return { name, nature: 'dangerous', files: filesOf(files), expect: { verdict: 'inconclusive', rules } };
}

/** A file that breaks a rule of its format. */
export function malformed(
  name: string,
  verdict: 'unsafe' | 'inconclusive',
  rules: readonly string[],
  ...files: Files
): CorpusCase {
  return { name, nature: 'malformed', files: filesOf(files), expect: { verdict, rules } };
}

/** Something that nobody can vouch for: inconclusive. */
export function unchecked(name: string, rules: readonly string[], ...files: Files): CorpusCase {
  return { name, nature: 'unchecked', files: filesOf(files), expect: { verdict: 'inconclusive', rules } };
}
