import { convert, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const contentRules = {
  'content/depth': rule(
    'high',
    'inconclusive',
    'What is nested deeper is not looked at; no library nests so deep.',
    rewrite,
    {
      cwe: [674],
    },
  ),
  'content/memory': rule(
    'medium',
    'inconclusive',
    'Such content can be read only as a whole, and more than this is not held in memory.',
    convert,
  ),
} as const satisfies Record<string, Rule>;
