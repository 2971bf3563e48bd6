import { rule, type Rule } from './rule.ts';

export const signatureRules = {
  'signature/missing': rule(
    'high',
    'unsafe',
    'This project deploys signed models only (model.requireSignature).',
    'Sign the model where it is trained (`model_signing sign`), and put the bundle beside it or name it in model.requireSignature.bundle.',
    {
      cwe: [345],
      bad: 'a model folder without model.sig',
      good: 'model.sig of OpenSSF Model Signing beside the weights',
    },
  ),
  'signature/invalid': rule(
    'critical',
    'unsafe',
    'Nobody who is trusted has signed this.',
    'Do not load this model. Get it from its source again; if the key or certificate has changed on purpose, change model.requireSignature.',
    {
      cwe: [347],
      bad: 'a bundle that another key has signed, or whose content was changed',
      good: 'a bundle that verifies with the key of the configuration',
    },
  ),
  'signature/mismatch': rule(
    'critical',
    'unsafe',
    'This is not the model that was signed.',
    'Do not load this model. Get it from its source again, or sign it again after a change that is meant.',
    {
      cwe: [354],
      bad: 'weights that were changed after signing, or a file more than was signed',
      good: 'exactly the files that were signed',
    },
  ),
  'signature/uncovered': rule(
    'medium',
    'inconclusive',
    'Whoever signed left this file out, so nobody answers for its content.',
    'Sign it with the others, or move it out of the model folder.',
    {
      cwe: [354],
      bad: 'tokenizer.json in `ignore_paths` of the signature',
      good: 'a signature without `ignore_paths`',
    },
  ),
  'signature/answers': rule(
    'info',
    'clean',
    'It is not looked into; who signed the model answers for it.',
    'Nothing to do, as long as you trust the signer with code that runs in your servers.',
    {
      bad: 'none: a remark',
      good: 'model.plan of TensorRT under a signature that model.requireSignature asks for',
    },
  ),
  'signature/verified': rule('info', 'clean', 'Every file is as it was signed.', 'Nothing to do.', {
    bad: 'none: a remark',
    good: 'a bundle that verifies with the key of the configuration',
  }),
} as const satisfies Record<string, Rule>;
