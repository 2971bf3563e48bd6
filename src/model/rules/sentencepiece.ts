import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const sentencepieceRules = {
  'sentencepiece/malformed': rule(
    'medium',
    'inconclusive',
    'What is not part of the vocabulary is not understood.',
    again,
    {
      cwe: [20],
      bad: 'a piece that is longer than the file',
      good: 'pieces with text, score and kind, then the trainer and normalizer settings',
    },
  ),
} as const satisfies Record<string, Rule>;
