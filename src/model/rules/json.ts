import { rule, type Rule } from './rule.ts';

export const jsonRules = {
  'json/invalid': rule(
    'medium',
    'inconclusive',
    'Readers refuse such a file, or disagree on what it contains.',
    'Repair the JSON, or move the file out of the model folder.',
    { cwe: [436], bad: '`{"a": 1, "a": 2}`', good: '`{"a": 1}`' },
  ),
  'json/remote-code': rule(
    'high',
    'inconclusive',
    'Libraries import and run the code that it names when they load the model.',
    'Use a model type that is part of the library itself, and remove this key.',
    {
      cwe: [829, 94],
      cve: ['CVE-2025-23304'],
      bad: '`{"auto_map": {"AutoModel": "modeling_custom.Model"}}`',
      good: '`{"model_type": "bert"}`',
    },
  ),
} as const satisfies Record<string, Rule>;
