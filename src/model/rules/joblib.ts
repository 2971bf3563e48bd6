import { regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const joblibRules = {
  'joblib/array': rule('medium', 'inconclusive', 'The bytes of the array cannot be told from opcodes.', regular, {
    bad: 'an array whose type is not a NumPy dtype that joblib writes',
    good: 'joblib.dump(estimator, "model.joblib")',
  }),
  'joblib/second-reading': rule(
    'high',
    'unsafe',
    'joblib.load and pickle.load would do different things with this file.',
    rewrite,
    {
      cwe: [436, 502],
      bad: 'array bytes that are opcodes for pickle.load',
      good: 'array bytes that no opcode reaches',
    },
  ),
} as const satisfies Record<string, Rule>;
