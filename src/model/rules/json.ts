import { rule, type Rule } from './rule.ts';

export const jsonRules = {
  'json/invalid': rule(
    'medium',
    'inconclusive',
    'Readers refuse such a file, or disagree on what it contains.',
    'Repair the JSON, or move the file out of the model folder.',
  ),
  'json/remote-code': rule(
    'high',
    'inconclusive',
    'Libraries import and run the code that it names when they load the model.',
    'Use a model type that is part of the library itself, and remove this key.',
  ),
} as const satisfies Record<string, Rule>;
