import { rule, type Rule } from './rule.ts';

const repair = 'Repair the YAML, or move the file out of the model folder.';

export const yamlRules = {
  'yaml/invalid': rule(
    'medium',
    'inconclusive',
    'Readers refuse such a file, or disagree on what it contains.',
    repair,
    {
      bad: 'a key twice; an alias that is no anchor',
      good: 'a: 1',
    },
  ),
  'yaml/tag': rule(
    'critical',
    'unsafe',
    'PyYAML builds objects and calls functions from such tags when it loads the file.',
    'Remove the tag. Get the file from its source again.',
    { cwe: [502], cve: ['CVE-2020-14343'], bad: '!!python/object/apply:os.system ["id"]', good: 'command: id' },
  ),
  'yaml/remote-code': rule(
    'high',
    'inconclusive',
    'Libraries import and run the code that it names when they load the model.',
    'Use a model type that is part of the library itself, and remove this key.',
    { cwe: [829], cve: ['CVE-2025-23304'], bad: '_target_: os.system', good: 'type: classifier' },
  ),
} as const satisfies Record<string, Rule>;
