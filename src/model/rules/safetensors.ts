import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const safetensorsRules = {
  'safetensors/header': rule('high', 'unsafe', 'Readers refuse such a file, or disagree on what it contains.', again, {
    cwe: [1284],
    bad: '`{"a": {...}, "a": {...}}`, a dtype `F7`, or a header length of 2^60',
    good: 'the header that safetensors.torch.save_file writes',
  }),
  'safetensors/layout': rule(
    'high',
    'unsafe',
    'Bytes that belong to no tensor, or to several, are where other content hides.',
    'Write the file again with the safetensors library.',
    {
      cwe: [506],
      bad: '40 bytes behind the last tensor, or two tensors that share bytes',
      good: 'tensors one after the other to the end of the file',
    },
  ),
  'safetensors/truncated': rule('high', 'unsafe', 'Readers refuse such a file.', again, {
    cwe: [1284],
    bad: 'a file cut in the last tensor',
    good: 'a file as long as its header says',
  }),
} as const satisfies Record<string, Rule>;
