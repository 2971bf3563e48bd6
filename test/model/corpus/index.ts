import type { CorpusCase } from './case.ts';
import { compressedCases } from './compressed.ts';

/** Every model of the corpus, by family: one file of this folder each. */
export const corpus: readonly CorpusCase[] = [...compressedCases];
