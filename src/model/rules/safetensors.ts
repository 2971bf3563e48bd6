import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const safetensorsRules = {
  'safetensors/header': rule('high', 'unsafe', 'Readers refuse such a file, or disagree on what it contains.', again),
  'safetensors/layout': rule(
    'high',
    'unsafe',
    'Bytes that belong to no tensor, or to several, are where other content hides.',
    'Write the file again with the safetensors library.',
  ),
  'safetensors/truncated': rule('high', 'unsafe', 'Readers refuse such a file.', again),
} as const satisfies Record<string, Rule>;
