import { convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const textRules = {
  'text/not-text': rule(
    'medium',
    'inconclusive',
    'A document with other content may be something else in disguise.',
    convert,
    { bad: 'README.md with zero bytes in it', good: 'README.md in UTF-8' },
  ),
} as const satisfies Record<string, Rule>;
