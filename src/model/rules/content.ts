import { convert, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const contentRules = {
  'content/depth': rule(
    'high',
    'inconclusive',
    'What is nested deeper is not looked at; no library nests so deep.',
    rewrite,
    { cwe: [674], bad: 'a gzip in a gzip, nine times', good: 'a pickle in a gzip' },
  ),
  'content/memory': rule(
    'medium',
    'inconclusive',
    'Such content can be read only as a whole, and more than this is not held in memory.',
    convert,
    {
      cwe: [770],
      bad: 'a compressed content of 1 GiB of a format that has no reading order',
      good: 'the same content, not compressed',
    },
  ),
  'content/members': rule(
    'high',
    'inconclusive',
    'More than this is not looked at; no model has so many parts.',
    rewrite,
    { cwe: [770], bad: 'an archive of 200,000 empty members', good: 'an archive of 1,000 arrays' },
  ),
  'content/reference': rule(
    'medium',
    'inconclusive',
    'References between the members of an archive are not followed.',
    'Unpack the archive and validate the folder.',
    { bad: 'a zip file with model.onnx and its model.onnx.data', good: 'the two files in a folder' },
  ),
} as const satisfies Record<string, Rule>;
