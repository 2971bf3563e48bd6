import { convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const formatRules = {
  'format/unsupported': rule('medium', 'inconclusive', 'This format is recognised but not checked yet.', convert, {
    bad: 'graph.pbtxt of TensorFlow; a compressed file of joblib before 0.10',
    good: 'a SavedModel; model.onnx',
  }),
  'format/unknown': rule('medium', 'inconclusive', 'What is not understood is never called clean.', convert, {
    bad: 'random bytes named weights.bin',
    good: 'weights.safetensors',
  }),
  'format/mismatch': rule(
    'high',
    'inconclusive',
    'The name says one thing and the bytes another; programs choose their reader by either.',
    'Give the file the extension of what it is, or find out where it comes from.',
    { cwe: [646], bad: 'a pickle named model.safetensors', good: 'a pickle named model.pkl' },
  ),
  'format/also-pickle': rule(
    'critical',
    'unsafe',
    'Whoever unpickles the file, by its name or because another file says so, runs this; the rest of the content only hides it.',
    'Do not load this file. Get the model from its source again.',
    {
      cwe: [502, 436],
      bad: 'README.md that begins with a pickle; pytorch_model.bin that is a safetensors file and a pickle',
      good: 'a file that is one thing',
    },
  ),
  'format/code': rule(
    'high',
    'inconclusive',
    'Code beside a model runs when the model is loaded or served, and is not checked here.',
    'Move the code out of the model folder; the server takes it from server.entry.',
    {
      cwe: [829],
      bad: 'modeling_custom.py beside the weights',
      good: 'inference.py outside of the model folder, named by `server.entry`',
    },
  ),
} as const satisfies Record<string, Rule>;
