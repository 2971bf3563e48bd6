import { again, convert, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

const fresh =
  'Export the model again with tf.saved_model.save or model.export in a trusted environment, and compare the checksums.';

export const savedmodelRules = {
  'savedmodel/graph': rule(
    'medium',
    'inconclusive',
    'TensorFlow refuses such a model, or a newer one may mean other things.',
    convert,
    {
      bad: 'saved_model.pb without a graph',
      good: 'one graph with the tag serve',
    },
  ),
  'savedmodel/operator': rule(
    'critical',
    'unsafe',
    'It happens as soon as the model is loaded or asked, with the rights of the server.',
    rewrite,
    {
      cwe: [94, 73, 829],
      bad: 'a WriteFile in the function of a signature',
      good: 'a MatMul',
    },
  ),
  'savedmodel/unlisted-operator': rule(
    'medium',
    'inconclusive',
    'Operators that are not listed may do anything, and some come from libraries of native code.',
    convert,
    {
      cwe: [829],
      bad: 'an operator of a custom library',
      good: 'operators of TensorFlow that compute',
    },
  ),
  'savedmodel/path': rule(
    'critical',
    'unsafe',
    'The model would choose which file of the server is read or written.',
    fresh,
    {
      cwe: [22, 73],
      bad: 'RestoreV2 of the constant /etc/passwd',
      good: 'RestoreV2 of the place that the loader gives',
    },
  ),
  'savedmodel/constant': rule(
    'high',
    'unsafe',
    'A few bytes fill the memory, or readers find other bytes than the shape promises.',
    fresh,
    {
      cwe: [400, 125],
      bad: 'a Const of shape [1000000, 1000000] with one value',
      good: 'a Const of shape [2, 2] with four values',
    },
  ),
  'savedmodel/index': rule(
    'high',
    'unsafe',
    'TensorFlow refuses such variables, or reads other bytes than they claim.',
    again,
    {
      cwe: [125],
      bad: 'an entry of 400 bytes for float32 [10]',
      good: 'an entry of 40 bytes for float32 [10]',
    },
  ),
  'savedmodel/missing': rule(
    'medium',
    'inconclusive',
    'The model cannot be loaded without it, and it cannot be checked.',
    'Validate the whole folder of the SavedModel.',
    {
      bad: 'saved_model.pb without the folder variables',
      good: 'saved_model.pb with variables/variables.index and its data files',
    },
  ),
  'savedmodel/data': rule(
    'high',
    'unsafe',
    'Variables that share bytes, or reach beyond the file, are not what TensorFlow writes.',
    again,
    {
      cwe: [119, 125],
      bad: 'two variables at offset 0',
      good: 'each variable behind the one before',
    },
  ),
  'savedmodel/unused': rule(
    'medium',
    'inconclusive',
    'Bytes that no variable uses are where other content hides.',
    again,
    {
      bad: '1 MB behind the last variable',
      good: 'data that ends with the last variable',
    },
  ),
  'savedmodel/asset': rule('critical', 'unsafe', 'The model would read a file that is not part of it.', fresh, {
    cwe: [22],
    bad: 'the asset ../../etc/passwd',
    good: 'the asset vocabulary.txt',
  }),
} as const satisfies Record<string, Rule>;
