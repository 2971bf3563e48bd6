import { again, rewrite, vetted } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const skopsRules = {
  'skops/dangerous-type': rule('critical', 'unsafe', 'skops imports it when the file is loaded as trusted.', rewrite, {
    cwe: [502],
    bad: 'a FunctionNode for os.system',
    good: 'a FunctionNode for numpy.log1p',
  }),
  'skops/loader': rule(
    'high',
    'unsafe',
    'A node that says one type and is loaded as another shows a harmless name to whoever reviews the types, and runs something else.',
    rewrite,
    {
      cwe: [351, 502],
      cve: ['CVE-2025-54412', 'CVE-2025-54413'],
      bad: 'an OperatorFuncNode that says sklearn.linear_model.LinearRegression',
      good: 'an ObjectNode that says sklearn.linear_model.LinearRegression',
    },
  ),
  'skops/unlisted-type': rule(
    'medium',
    'inconclusive',
    'Loading imports it, and nobody vetted what that does.',
    vetted,
    {
      cwe: [502],
      bad: 'an ObjectNode for my_package.Estimator',
      good: 'an ObjectNode for sklearn.svm._classes.SVC',
    },
  ),
  'skops/schema': rule(
    'medium',
    'inconclusive',
    'skops stops here with an error, or does something that is not understood.',
    again,
    {
      bad: 'a schema that names an array which is not in the file',
      good: 'a schema that names every member',
    },
  ),
} as const satisfies Record<string, Rule>;
