import { again, convert, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const tfliteRules = {
  'tflite/structure': rule(
    'high',
    'unsafe',
    'Interpreters read the file without checks and follow such an offset out of it.',
    again,
    {
      cwe: [125, 787],
      bad: 'a list of 4 billion elements',
      good: 'lists that end inside the file',
    },
  ),
  'tflite/reference': rule('high', 'unsafe', 'Interpreters use the number as an index without checks.', again, {
    cwe: [125, 129],
    bad: 'an operator with tensor 99 of 3',
    good: 'an operator with tensor 2 of 3',
  }),
  'tflite/tensor': rule(
    'high',
    'unsafe',
    'Interpreters read by the shape, and find other bytes than it promises.',
    again,
    {
      cwe: [125, 131],
      bad: 'float32 [2, 2] with a buffer of 12 bytes',
      good: 'float32 [2, 2] with a buffer of 16 bytes',
    },
  ),
  'tflite/version': rule('medium', 'inconclusive', 'Another version may mean things that are not checked.', convert, {
    bad: 'version 4',
    good: 'version 3',
  }),
  'tflite/custom-operator': rule(
    'medium',
    'inconclusive',
    'Such operators come from a library of their own, which is loaded as native code.',
    convert,
    {
      cwe: [829],
      bad: 'the custom operator MyCompanyOp',
      good: 'operators of the interpreter itself',
    },
  ),
  'tflite/tensorflow-operator': rule(
    'medium',
    'inconclusive',
    'It needs the Flex delegate, which is TensorFlow itself, and runs what is written in its options.',
    'Convert the model with operators of TensorFlow Lite alone (TFLITE_BUILTINS), or deploy the SavedModel.',
    { cwe: [829], bad: 'FlexStringSplitV2', good: 'operators of the interpreter itself' },
  ),
  'tflite/flex-operator': rule(
    'critical',
    'unsafe',
    'It happens when the model runs, with the rights of the program that runs it.',
    rewrite,
    {
      cwe: [94, 73],
      bad: 'FlexWriteFile',
      good: 'operators of the interpreter itself',
    },
  ),
  'tflite/unused': rule(
    'medium',
    'inconclusive',
    'Bytes that no part of the model uses are where other content hides.',
    convert,
    {
      bad: 'an archive behind the model',
      good: 'a file that ends with its last buffer',
    },
  ),
} as const satisfies Record<string, Rule>;
