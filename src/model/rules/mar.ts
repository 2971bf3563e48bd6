import { regular } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const marRules = {
  'mar/manifest': rule('medium', 'inconclusive', 'What the server would load is not what is in the archive.', regular, {
    cwe: [22],
    bad: 'a handler ../handler.py',
    good: 'a handler image_classifier, or one that is a member of the archive',
  }),
} as const satisfies Record<string, Rule>;
