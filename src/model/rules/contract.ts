import { rule, type Rule } from './rule.ts';

export const contractRules = {
  'contract/declared': rule(
    'high',
    'unsafe',
    'Requests that follow the declaration would fail, or mean something else.',
    'Correct model.inputs and model.outputs in mldeploy.yaml, or leave them out: they are read from the files.',
    {
      bad: '`dtype: float64` in `model.inputs` for an ONNX model that takes float32',
      good: 'no declaration, or the one of the file',
    },
  ),
  'contract/breaking': rule(
    'high',
    'unsafe',
    'Clients of the previous release would fail, or get something else, while both releases serve.',
    'Keep the contract, give the new one another name, or acknowledge the change: model.acknowledgeBreaking with `previous` (the digest above) and `reason`.',
    {
      bad: 'the input `age` became `ages`, or float32 became int64',
      good: 'a batch dimension that was 1 and is now of any size',
    },
  ),
  'contract/acknowledged': rule(
    'info',
    'clean',
    'Somebody acknowledged that clients have to change with this release.',
    'Nothing to do; the acknowledgement ends with the next release.',
    { bad: 'none: a remark', good: 'a release with the contract of the one before' },
  ),
  'contract/compatible': rule(
    'info',
    'clean',
    'Clients of the previous release can stay as they are.',
    'Nothing to do.',
    {
      bad: 'none: a remark',
      good: 'an output more than before',
    },
  ),
  'contract/unknown': rule(
    'medium',
    'inconclusive',
    'Whether clients of the previous release can stay as they are cannot be told.',
    'Declare model.inputs and model.outputs in mldeploy.yaml.',
    {
      bad: 'a pickle after an ONNX model, without a declaration',
      good: 'a pickle with `model.inputs` and `model.outputs`',
    },
  ),
} as const satisfies Record<string, Rule>;
