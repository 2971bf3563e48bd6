import { again, convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

const fresh = 'Export the model again with the current library, and compare the checksums.';
const beside = 'Put the data into one ordinary file beside the model and write the model again with onnx.save_model.';

export const onnxRules = {
  'onnx/version': rule('medium', 'inconclusive', 'A newer version may mean things that are not checked.', convert, {
    bad: 'opset 99',
    good: 'opset 21',
  }),
  'onnx/graph': rule(
    'medium',
    'inconclusive',
    'Runtimes refuse such a graph, or disagree on what it computes.',
    fresh,
    {
      bad: 'a node that uses a value which nothing makes',
      good: 'nodes in the order in which they run, every name once',
    },
  ),
  'onnx/training': rule('medium', 'inconclusive', 'Training graphs are not checked, and serving needs none.', fresh, {
    bad: 'training_info in the model',
    good: 'the inference graph alone',
  }),
  'onnx/tensor': rule(
    'high',
    'unsafe',
    'Readers allocate or read by the shape, and find other bytes than it promises.',
    fresh,
    {
      cwe: [125, 131, 190],
      bad: 'float32 [2, 2] with 12 bytes of raw_data',
      good: 'float32 [2, 2] with 16 bytes of raw_data',
    },
  ),
  'onnx/expansion': rule('high', 'unsafe', 'A file of a few bytes fills the memory of whoever runs it.', fresh, {
    cwe: [400, 409],
    bad: 'Tile with the constant repeats [1000000, 1000000]',
    good: 'Tile with the constant repeats [2, 1]',
  }),
  'onnx/custom-operator': rule(
    'medium',
    'inconclusive',
    'Such operators come from a library of their own, which is loaded as native code.',
    'Export the model with standard operators, or with the operator as a function inside the model.',
    { cwe: [829], bad: 'a node of the domain my.company', good: 'a node of the domain ai.onnx.ml' },
  ),
  'onnx/python-operator': rule('critical', 'unsafe', 'It calls a Python function by name when the model runs.', fresh, {
    cwe: [94],
    bad: 'a node com.microsoft.PythonOp',
    good: 'a node com.microsoft.FusedMatMul',
  }),
  'onnx/compiled': rule(
    'high',
    'inconclusive',
    'It holds, or names, machine code for one device, which cannot be checked.',
    fresh,
    {
      cwe: [829],
      bad: 'a node com.microsoft.EPContext',
      good: 'the graph before it was compiled',
    },
  ),
  'onnx/external-path': rule(
    'critical',
    'unsafe',
    'Loading the model would read a file that is not part of it.',
    beside,
    {
      cwe: [22, 23, 36],
      cve: ['CVE-2022-25882', 'CVE-2024-27318', 'CVE-2024-5187'],
      bad: 'location ../../etc/passwd',
      good: 'location weights.bin',
    },
  ),
  'onnx/external-data': rule('high', 'unsafe', 'Readers find other bytes than the shape promises.', beside, {
    cwe: [125],
    bad: 'a tensor of 16 bytes with length 8',
    good: 'a tensor of 16 bytes with length 16',
  }),
  'onnx/external-link': rule(
    'high',
    'unsafe',
    'A link under this name makes the model read, or change, another file.',
    beside,
    {
      cwe: [59, 61, 62],
      cve: ['CVE-2026-27489', 'CVE-2026-34447', 'CVE-2026-34446'],
      bad: 'weights.bin is a link to /etc/shadow, or a second name of a file elsewhere',
      good: 'weights.bin is a file with one name',
    },
  ),
  'onnx/external-missing': rule(
    'medium',
    'inconclusive',
    'The weights are not there to be checked.',
    'Validate the folder that holds the model together with its data files.',
    {
      bad: 'model.onnx alone',
      good: 'the folder with model.onnx and weights.bin',
    },
  ),
  'onnx/external-range': rule('high', 'unsafe', 'Readers go beyond the end of the data file.', again, {
    cwe: [125],
    bad: 'offset 4096 in a file of 100 bytes',
    good: 'offset 4096 in a file of 8192 bytes',
  }),
  'onnx/external-alias': rule(
    'high',
    'unsafe',
    'Tensors that share bytes are not what a library writes; one of them is not what it seems.',
    beside,
    {
      cwe: [119],
      bad: 'two tensors at offset 0',
      good: 'each tensor behind the one before',
    },
  ),
  'onnx/external-unused': rule(
    'medium',
    'inconclusive',
    'Bytes that no tensor uses are where other content hides.',
    beside,
    {
      bad: '1 MB behind the last tensor',
      good: 'zeros up to the next page boundary',
    },
  ),
} as const satisfies Record<string, Rule>;
