import { rule, type Rule } from './rule.ts';

export const protobufTextRules = {
  'protobuf-text/invalid': rule(
    'medium',
    'inconclusive',
    'Readers refuse such a file, or disagree on what it contains.',
    'Repair the file.',
    { bad: 'name: "a', good: 'name: "a"' },
  ),
} as const satisfies Record<string, Rule>;
