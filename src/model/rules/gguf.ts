import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

const write = 'Write the file again with a current llama.cpp or the gguf package of Python.';

export const ggufRules = {
  'gguf/header': rule('high', 'unsafe', 'Readers refuse such a file, or read beyond their memory.', again, {
    cwe: [1284, 190],
    cve: ['CVE-2026-33298'],
    bad: 'a tensor count of 2^64 - 1',
    good: 'version 3, with as many entries and tensors as the header says',
  }),
  'gguf/endian': rule(
    'medium',
    'inconclusive',
    'Readers on ordinary machines refuse it.',
    'Write the file again with little-endian numbers.',
    { bad: 'version 00 00 00 03', good: 'version 03 00 00 00' },
  ),
  'gguf/metadata': rule('high', 'unsafe', 'Readers refuse such an entry, or disagree on what it says.', write, {
    cwe: [1284, 674],
    bad: 'the key general.name twice; an array of arrays',
    good: 'each key once, with a value of one of the 12 types',
  }),
  'gguf/key-form': rule('info', 'clean', 'Keys are lower_snake_case words with full stops between them.', write, {
    bad: 'General.Name',
    good: 'general.name',
  }),
  'gguf/tensor': rule('high', 'unsafe', 'Readers refuse such a tensor, or read beyond it.', write, {
    cwe: [190, 787],
    cve: ['CVE-2026-33298'],
    bad: 'five dimensions; a row of 31 elements in Q4_0, whose blocks have 32',
    good: 'at most four dimensions, the first a multiple of the block',
  }),
  'gguf/unknown-type': rule(
    'medium',
    'inconclusive',
    'The size of its data cannot be told.',
    'Quantize the model again with a type that llama.cpp still knows.',
    { bad: 'type 4 (Q4_2, removed)', good: 'type 12 (Q4_K)' },
  ),
  'gguf/layout': rule(
    'high',
    'unsafe',
    'Bytes that belong to no tensor, or to several, are where other content hides.',
    write,
    {
      cwe: [125],
      bad: 'a tensor that begins inside the one before it; text behind the last one',
      good: 'each tensor at the next multiple of the alignment, zeros between',
    },
  ),
  'gguf/truncated': rule('high', 'unsafe', 'Readers refuse such a file.', again, {
    cwe: [125],
    bad: 'the last tensor ends behind the end of the file',
    good: 'the file ends with its last tensor, or its padding',
  }),
} as const satisfies Record<string, Rule>;
