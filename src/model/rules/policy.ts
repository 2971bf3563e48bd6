import { rule, type Rule } from './rule.ts';

export const policyRules = {
  'policy/allowed': rule('info', 'clean', 'Allowed by this project.', 'Nothing to do until the entry expires.', {
    bad: 'none: a remark that an entry of `model.allow` was used',
    good: 'a pickle that names nothing outside the profile',
  }),
  'policy/expired': rule(
    'high',
    'inconclusive',
    'An allow entry counts until its date.',
    'Look at the name again; then renew the date of the entry in model.allow, or remove the entry and the need for it.',
    {
      bad: '`expires: 2024-01-01` in an entry of `model.allow` that is still needed',
      good: 'the same entry with a date to come',
    },
  ),
  'policy/waiver': rule(
    'high',
    'inconclusive',
    'A waiver counts for exactly the content that somebody looked at, until its date.',
    'Look at the finding again; then renew the waiver with the new sha256 and date, or remove what it waives.',
    {
      bad: 'a waiver with yesterday as `expires`, or with the sha256 of an older file',
      good: 'a waiver with the sha256 of this file and a date to come',
    },
  ),
  'policy/format': rule(
    'high',
    'unsafe',
    'This project deploys models in the listed formats only.',
    'Convert the model to a format of model.formats, move the file out of the model folder, or add the format to the list.',
    { bad: 'a pickle while `model.formats` is `[safetensors, onnx]`', good: 'model.safetensors with config.json' },
  ),
  'policy/growth': rule(
    'high',
    'unsafe',
    'The limit model.maxGrowth finds what got into the model by mistake.',
    'Look at which files are new or larger; then take them out, or raise model.maxGrowth.',
    {
      bad: 'optimizer.pt beside the weights, 200 % more than the release before',
      good: 'weights of the same architecture',
    },
  ),
  'policy/size': rule(
    'high',
    'unsafe',
    'The limit model.maxSize protects cluster and start times.',
    'Make the model smaller, or raise model.maxSize.',
    { cwe: [400], bad: '3 GiB of weights while `model.maxSize` is `2Gi`', good: '1 GiB of weights' },
  ),
} as const satisfies Record<string, Rule>;
