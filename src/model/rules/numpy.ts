import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const numpyRules = {
  'numpy/header': rule('medium', 'inconclusive', 'NumPy stops here with an error, or reads something else.', again, {
    cwe: [1286],
    bad: "a header {'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (4,)}",
    good: "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
  }),
  'numpy/size': rule('medium', 'inconclusive', 'Bytes are missing, or belong to no array.', again, {
    cwe: [130],
    bad: 'a header for 4 numbers, followed by 3',
    good: 'a header for 3 numbers, followed by 3',
  }),
  'numpy/object-array': rule(
    'high',
    'inconclusive',
    'numpy.load runs it when allow_pickle is set.',
    'Save numbers or fixed-width text (dtype U) instead of objects.',
    { cwe: [502], cve: ['CVE-2019-6446'], bad: 'a dtype O, also as a field of a record', good: 'a dtype <U10' },
  ),
} as const satisfies Record<string, Rule>;
