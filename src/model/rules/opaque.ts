import { orSigned } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const opaqueRules = {
  'opaque/native-code': rule(
    'high',
    'inconclusive',
    'Whoever loads it runs it as a program, with all rights of the server.',
    `Ship the model as ONNX and build the engine where it is served. ${orSigned}`,
    { cwe: [829], cve: ['CVE-2026-24188'], bad: 'model.plan of TensorRT; libplugin.so', good: 'model.onnx' },
  ),
  'opaque/xml': rule(
    'medium',
    'inconclusive',
    'What its elements do is not checked.',
    `Convert it to ONNX. ${orSigned}`,
    { bad: 'model.pmml; an OpenVINO model.xml', good: 'model.onnx' },
  ),
  'opaque/xml-entities': rule(
    'high',
    'unsafe',
    'Entities read files and addresses of the machine that parses them, and expand without end.',
    'Remove the document type declaration. No model needs one.',
    { cwe: [611, 776], bad: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', good: '<PMML version="4.4">' },
  ),
  'opaque/coreml': rule(
    'medium',
    'inconclusive',
    'Its custom layers name classes of the program that loads it, and its paths may lead out of the package; neither is checked.',
    `Convert it to ONNX. ${orSigned}`,
    { cwe: [22, 829], bad: 'model.mlmodel', good: 'model.onnx' },
  ),
  'opaque/other': rule(
    'medium',
    'inconclusive',
    'What is in it is not looked into.',
    `Ship what is in it as plain files, as ONNX or as safetensors. ${orSigned}`,
    { bad: 'model.7z; the weights of an OpenVINO model', good: 'model.onnx' },
  ),
} as const satisfies Record<string, Rule>;
