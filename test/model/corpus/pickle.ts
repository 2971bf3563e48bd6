import { malicious } from '../pickle/malicious/index.ts';
import type { CorpusCase } from './case.ts';

/** Kinds of harm that are only a broken file. */
const broken = new Set([
  'pickle/malformed',
  'pickle/irregular',
  'pickle/truncated',
  'pickle/trailing-bytes',
  'pickle/unknown-opcode',
]);

/** The pickles of the machine's own tests, as files. */
export const pickleCases: readonly CorpusCase[] = malicious.map(({ name, content, verdict, rule }) => ({
  name: `pickle: ${name}`,
  nature: broken.has(rule) ? 'malformed' : 'dangerous',
  files: { 'model.pkl': content },
  expect: { verdict, rules: [rule] },
}));
