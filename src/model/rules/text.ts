import { convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const textRules = {
  'text/not-text': rule(
    'medium',
    'inconclusive',
    'A document with other content may be something else in disguise.',
    convert,
  ),
} as const satisfies Record<string, Rule>;
