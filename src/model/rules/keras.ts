import { convert, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

const layers =
  'Replace it by a layer of Keras (keras.layers, keras.ops), save the model again and compare the checksums.';

export const kerasRules = {
  'keras/config': rule('medium', 'inconclusive', 'Nothing can be said about the layers of the model.', convert, {
    bad: 'a config.json with a key twice',
    good: 'a config.json as Keras writes it',
  }),
  'keras/lambda': rule(
    'critical',
    'unsafe',
    'The code runs when the model is loaded or used; HDF5 files ignore safe_mode.',
    layers,
    {
      cwe: [94, 502],
      cve: ['CVE-2024-3660', 'CVE-2025-9905'],
      bad: 'a Lambda inside a TimeDistributed',
      good: 'a Rescaling',
    },
  ),
  'keras/loader': rule('critical', 'unsafe', 'What it loads is not part of the model, or is a pickle.', layers, {
    cwe: [502, 73],
    cve: ['CVE-2025-49655', 'CVE-2026-1462'],
    bad: 'a TFSMLayer with the filepath /tmp/other',
    good: 'the layers themselves',
  }),
  'keras/module': rule(
    'critical',
    'unsafe',
    'Loading the model imports it and calls it with arguments from the file.',
    rewrite,
    {
      cwe: [94, 470],
      cve: ['CVE-2025-1550', 'CVE-2025-8747', 'CVE-2025-9906'],
      bad: 'module keras.utils, function get_file',
      good: 'module keras.layers, class Dense',
    },
  ),
  'keras/custom-object': rule(
    'medium',
    'inconclusive',
    'Loading runs code of another package, and nobody vetted what that does.',
    'Use layers of Keras only. If you know this class and trust it, add it to model.allow in mldeploy.yaml with a reason, an owner and an ' +
      'expiry date.',
    { cwe: [829], bad: 'module my_package.layers, class Ratio', good: 'module keras.layers, class Dense' },
  ),
  'keras/path': rule(
    'critical',
    'unsafe',
    'The model would read a file, or an address, that is not part of it.',
    layers,
    {
      cwe: [22, 73, 918],
      cve: ['CVE-2025-12058'],
      bad: 'a StringLookup with the vocabulary /etc/passwd',
      good: 'a StringLookup with the vocabulary ["a", "b"]',
    },
  ),
  'keras/safe-mode': rule(
    'critical',
    'unsafe',
    'Only a program that loads models may decide this, never a model.',
    rewrite,
    {
      cwe: [693],
      cve: ['CVE-2025-9906'],
      bad: '"safe_mode": false',
      good: 'no such key',
    },
  ),
} as const satisfies Record<string, Rule>;
