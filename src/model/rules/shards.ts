import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const shardsRules = {
  'shards/index': rule('high', 'unsafe', 'Loaders refuse such an index, or read what it does not mean.', again, {
    cwe: [20],
    bad: 'weight_map is a list',
    good: '{"metadata": {"total_size": 8}, "weight_map": {"w": "model-00001-of-00001.safetensors"}}',
  }),
  'shards/path': rule(
    'high',
    'unsafe',
    'A path out of the folder reads files of the machine that loads the model.',
    'Name the shards without folders.',
    { cwe: [22], bad: '"w": "../../other.safetensors"', good: '"w": "model-00001-of-00002.safetensors"' },
  ),
  'shards/missing': rule('medium', 'inconclusive', 'Without it the model cannot be loaded.', again, {
    bad: 'the index names a shard that is not in the folder',
    good: 'every shard of the index is there',
  }),
  'shards/mismatch': rule('high', 'unsafe', 'The index and the shards are not of the same model.', again, {
    bad: 'the index says that "w" is in shard 1, but it is in shard 2',
    good: 'every tensor is in the shard that the index says, and in no other',
  }),
  'shards/extra': rule(
    'medium',
    'inconclusive',
    'Weights that no index names belong to another model, or are there by mistake.',
    'Remove the shard, or the tensors, or write the index again.',
    { bad: 'model-00003-of-00002.safetensors beside an index of two shards', good: 'only the shards of the index' },
  ),
  'shards/total-size': rule(
    'low',
    'clean',
    'Tools plan memory with this number.',
    'Write the index again with the library that wrote the shards.',
    { bad: 'total_size 100, tensors of 8 bytes', good: 'total_size is the sum of all tensors' },
  ),
} as const satisfies Record<string, Rule>;
