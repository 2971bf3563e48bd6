import { again, convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const protobufRules = {
  'protobuf/malformed': rule('medium', 'inconclusive', 'Readers refuse such a file.', again, {
    cwe: [20],
    bad: 'a field that claims more bytes than the message around it has',
    good: 'a file as the library wrote it',
  }),
  'protobuf/truncated': rule('medium', 'inconclusive', 'Readers refuse such a file.', again, {
    bad: 'a download that stopped early',
    good: 'the whole file',
  }),
  'protobuf/unknown-field': rule(
    'medium',
    'inconclusive',
    'Nothing says what these bytes are; other programs may read them.',
    convert,
    { bad: 'an ONNX model with a field 99', good: 'fields 1 to 26 of onnx.proto' },
  ),
  'protobuf/repeated-field': rule(
    'high',
    'inconclusive',
    'Some readers merge the values, some take the last: they see different models. No library writes this.',
    again,
    { cwe: [436], bad: 'a model with two graphs', good: 'a model with one graph' },
  ),
  'protobuf/limit': rule('medium', 'inconclusive', 'More than this is not followed.', convert, {
    cwe: [400, 674],
    bad: 'graphs nested 200 deep',
    good: 'graphs nested 10 deep',
  }),
} as const satisfies Record<string, Rule>;
