import { rule, type Rule } from './rule.ts';

const halve =
  'Write the weights again in the smaller type, for instance with `tensor.to(torch.bfloat16)` before saving.';

export const sizeRules = {
  'size/bfloat16': rule(
    'info',
    'clean',
    'The smaller type holds exactly the same values: half of the bytes for nothing.',
    halve,
    {
      bad: 'weights that were trained in bfloat16 and saved as float32',
      good: 'the same weights saved as BF16',
    },
  ),
  'size/float32': rule(
    'info',
    'clean',
    'Most models answer the same in 16 bits, in half of the memory.',
    `${halve} Compare the answers of both with golden requests.`,
    {
      bad: '14 GB of float32 for a model that serves in bfloat16',
      good: '7 GB of bfloat16',
    },
  ),
  'size/duplicate-tensors': rule(
    'info',
    'clean',
    'The same bytes are stored, pulled and loaded more than once.',
    'Store one of them and tie the others to it when loading.',
    {
      bad: '`lm_head.weight` with the same bytes as `embed_tokens.weight`',
      good: 'tied embeddings, stored once',
    },
  ),
  'size/constant-tensors': rule(
    'info',
    'clean',
    'One number would say the same; weights that were never trained look like that, too.',
    'Find out whether the layer was trained; leave out buffers that the code makes anew.',
    {
      bad: 'a matrix of a million zeros',
      good: 'a trained matrix',
    },
  ),
  'size/not-finite': rule(
    'low',
    'clean',
    'Every answer that such a number takes part in is not a number either.',
    'Look for the training step that diverged, and take a checkpoint from before it.',
    {
      cwe: [682],
      bad: 'a bias with NaN in it',
      good: 'finite weights',
    },
  ),
  'size/optimizer-state': rule(
    'low',
    'clean',
    'Only training needs it; it is pulled and stored with every replica.',
    'Save the weights alone (`model.state_dict()`, `save_pretrained`), without optimizer, scheduler and training arguments.',
    {
      bad: '`exp_avg` and `exp_avg_sq` of Adam, twice the size of the weights; optimizer.pt',
      good: 'model.safetensors alone',
    },
  ),
  'size/duplicate-formats': rule(
    'low',
    'clean',
    'A server loads one of them; the others are pulled and stored for nothing.',
    'Keep the one that the server loads.',
    {
      bad: 'model.safetensors beside pytorch_model.bin and tf_model.h5',
      good: 'model.safetensors alone',
    },
  ),
  'size/device-type': rule(
    'low',
    'clean',
    'The GPU has no arithmetic for this type: it is converted at every use, or refused.',
    'Write the weights in a type that the GPU computes with, or ask for a newer one.',
    {
      bad: 'bfloat16 on a T4 (7.5), float8 on an A100 (8.0)',
      good: 'float16 on a T4, bfloat16 on an A100',
    },
  ),
  'size/gpu-memory': rule(
    'high',
    'unsafe',
    'The weights alone do not fit into the memory that is asked for.',
    'Ask for more in resources.gpu (memory or count), or make the weights smaller: 16 bits, quantisation.',
    {
      cwe: [789],
      bad: '14 GB of weights with `gpu: {count: 1, memory: 8Gi}`',
      good: '14 GB of weights with `gpu: {count: 1, memory: 24Gi}`',
    },
  ),
  'size/gpu-tight': rule(
    'low',
    'clean',
    'Loading may work, and serving run out of memory.',
    'Ask for more in resources.gpu, or limit batch and context of the server.',
    {
      bad: '14 GB of weights with 16Gi of memory',
      good: '14 GB of weights with 24Gi of memory',
    },
  ),
  'size/growth': rule(
    'info',
    'clean',
    'Start times and registries follow the size.',
    'Nothing to do; set model.maxGrowth to be stopped by such a change.',
    {
      bad: 'none: a remark',
      good: 'a release as large as the one before',
    },
  ),
} as const satisfies Record<string, Rule>;
