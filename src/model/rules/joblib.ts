import { regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const joblibRules = {
  'joblib/array': rule('medium', 'inconclusive', 'The bytes of the array cannot be told from opcodes.', regular),
  'joblib/second-reading': rule(
    'high',
    'unsafe',
    'joblib.load and pickle.load would do different things with this file.',
    rewrite,
  ),
} as const satisfies Record<string, Rule>;
