import { benign, dangerous, malformed, remarked, suspicious, unchecked, type CorpusCase } from './case.ts';

const config = JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'], torch_dtype: 'float32' });
const template = "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}";
const escape = "{{ ''.__class__.__mro__ }}";

/** A safetensors file with these tensors, each of one float. */
export function weights(names: readonly string[], dtype = 'F32', bytes = 4): Buffer {
  const header = Object.fromEntries(
    names.map((name, index) => [name, { dtype, shape: [1], data_offsets: [index * bytes, (index + 1) * bytes] }]),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(names.length * bytes, 1)]);
}

/** A SentencePiece vocabulary of such pieces. */
export function vocabulary(pieces: readonly string[], kind = 1): Buffer {
  const message = (piece: string) => {
    const text = Buffer.from(piece);
    return Buffer.concat([Buffer.of(0x0a, text.length), text, Buffer.of(0x15, 0, 0, 0, 0, 0x18, kind)]);
  };
  return Buffer.concat(
    pieces
      .flatMap((piece) => [Buffer.of(0x0a, message(piece).length), message(piece)])
      .concat(Buffer.of(0x12, 2, 8, 1)),
  );
}

const shard1 = 'model-00001-of-00002.safetensors';
const shard2 = 'model-00002-of-00002.safetensors';
const index = (map: object, total = 8) => JSON.stringify({ metadata: { total_size: total }, weight_map: map });
const sharded = {
  'config.json': config,
  'model.safetensors.index.json': index({ a: shard1, b: shard2 }),
  [shard1]: weights(['a']),
  [shard2]: weights(['b']),
};

/** Folders as Hugging Face's libraries write them. */
export const huggingFaceCases: readonly CorpusCase[] = [
  benign('hugging-face: a small model with its tokenizer', {
    '.gitattributes': '*.bin filter=lfs\n',
    'README.md': '# Model\n',
    'config.json': config,
    'generation_config.json': '{"do_sample": true}',
    'merges.txt': '#version: 0.2\na b\n',
    'model.safetensors': weights(['a', 'b']),
    'special_tokens_map.json': '{}',
    'tokenizer.json': '{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}}}',
    'tokenizer.model': vocabulary(['<unk>', '\u2581the']),
    'tokenizer_config.json': JSON.stringify({ chat_template: template }),
    'vocab.json': '{"a": 0}',
  }),
  benign('hugging-face: a template in its own file', { 'config.json': config, 'chat_template.jinja': template }),
  benign('hugging-face: several templates', {
    'tokenizer_config.json': JSON.stringify({ chat_template: [{ name: 'default', template }] }),
    'config.json': config,
  }),
  dangerous(
    'hugging-face: an evil template',
    ['template/escape'],
    'tokenizer_config.json',
    JSON.stringify({ chat_template: escape }),
  ),
  dangerous(
    'hugging-face: an evil template among several',
    ['template/escape'],
    'tokenizer_config.json',
    JSON.stringify({
      chat_template: [
        { name: 'default', template },
        { name: 'tool_use', template: escape },
      ],
    }),
  ),
  dangerous(
    'hugging-face: an evil template by name',
    ['template/escape'],
    'tokenizer_config.json',
    JSON.stringify({ chat_template: { default: template, rag: escape } }),
  ),
  dangerous('hugging-face: an evil template in its own file', ['template/escape'], 'chat_template.jinja', escape),
  suspicious('hugging-face: code in the folder', ['format/code', 'json/remote-code'], {
    'config.json': '{"model_type": "x", "auto_map": {"AutoModel": "modeling_x.X"}}',
    'modeling_x.py': 'import os\n',
  }),
  remarked('hugging-face: weights of another type than the configuration says', ['hugging-face/dtype'], {
    'config.json': config,
    'model.safetensors': weights(['a'], 'F16', 2),
  }),
  benign('sentence-transformers: modules', {
    'modules.json': JSON.stringify([
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
      { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
      { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
    ]),
    '1_Pooling/config.json': '{"pooling_mode_mean_tokens": true}',
    'config.json': config,
  }),
  suspicious('sentence-transformers: a module of its own', ['hugging-face/module'], {
    'modules.json': JSON.stringify([{ idx: 0, name: '0', path: '', type: 'custom.Model' }]),
    'config.json': config,
  }),
  dangerous('sentence-transformers: a path out of the folder', ['hugging-face/path'], {
    'modules.json': JSON.stringify([{ idx: 0, name: '0', path: '../x', type: 'sentence_transformers.models.Pooling' }]),
    'config.json': config,
  }),
  unchecked('sentence-transformers: a module is missing', ['hugging-face/missing'], {
    'modules.json': JSON.stringify([
      { idx: 0, name: '0', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    ]),
    'config.json': config,
  }),
  benign('hugging-face: a cache with blobs, links and refs', {
    'blobs/0123456789012345678901234567890123456789': '{"model_type": "bert"}',
    'refs/main': 'a'.repeat(40),
    'snapshots/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/config.json': {
      link: '../../blobs/0123456789012345678901234567890123456789',
    },
  }),
  unchecked('hugging-face: a blob that no snapshot names', ['format/unknown'], {
    'blobs/0123456789012345678901234567890123456789': '{"model_type": "bert"}',
    'blobs/9876543210987654321098765432109876543210': 'what is this',
    'snapshots/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/config.json': {
      link: '../../blobs/0123456789012345678901234567890123456789',
    },
  }),
  suspicious('hugging-face: a link out of the cache', ['file/link'], {
    'blobs/0123456789012345678901234567890123456789': '{"model_type": "bert"}',
    'snapshots/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/config.json': { link: '/etc/hostname' },
  }),
  benign('shards: two, with their index', sharded),
  malformed('shards: an index without a map', 'unsafe', ['shards/index'], {
    ...sharded,
    'model.safetensors.index.json': '{"weight_map": []}',
  }),
  malformed('shards: a tensor of which the shard is a number', 'unsafe', ['shards/index'], {
    ...sharded,
    'model.safetensors.index.json': '{"weight_map": {"a": 1}}',
  }),
  dangerous('shards: a shard outside the folder', ['shards/path'], {
    ...sharded,
    'model.safetensors.index.json': index({ a: '../secret.safetensors', b: shard2 }),
  }),
  malformed('shards: a shard is missing', 'inconclusive', ['shards/missing'], {
    'config.json': config,
    'model.safetensors.index.json': index({ a: shard1, b: shard2 }),
    [shard1]: weights(['a']),
  }),
  malformed('shards: a tensor in another shard', 'unsafe', ['shards/mismatch'], {
    ...sharded,
    'model.safetensors.index.json': index({ a: shard2, b: shard1 }),
  }),
  malformed('shards: a tensor that the index does not name', 'inconclusive', ['shards/extra'], {
    ...sharded,
    [shard1]: weights(['a', 'c']),
  }),
  remarked('shards: another total size', ['shards/total-size'], {
    ...sharded,
    'model.safetensors.index.json': index({ a: shard1, b: shard2 }, 9),
  }),
  malformed('shards: one more than the index names', 'inconclusive', ['shards/extra'], {
    ...sharded,
    'model-00003-of-00002.safetensors': weights(['c']),
  }),
  malformed(
    'sentencepiece: a piece with an unknown field',
    'inconclusive',
    ['sentencepiece/malformed'],
    'tokenizer.model',
    Buffer.concat([vocabulary(['<unk>']), Buffer.of(0x0a, 2, 0x20, 1)]),
  ),
  malformed(
    'sentencepiece: a piece of an unknown kind',
    'inconclusive',
    ['sentencepiece/malformed'],
    'tokenizer.model',
    vocabulary(['<unk>'], 9),
  ),
  malformed(
    'sentencepiece: cut off',
    'inconclusive',
    ['sentencepiece/malformed'],
    'tokenizer.model',
    vocabulary(['<unk>', 'a']).subarray(0, -1),
  ),
  malformed(
    'sentencepiece: an unknown field',
    'inconclusive',
    ['sentencepiece/malformed'],
    'tokenizer.model',
    Buffer.concat([vocabulary(['<unk>']), Buffer.of(0x32, 0)]),
  ),
  benign('yaml: a configuration', 'config.yaml', 'a: 1\nb: [x, 2026-01-01]\nc: &x {d: null}\ne: *x\n'),
  malformed('yaml: a key twice', 'inconclusive', ['yaml/invalid'], 'config.yaml', 'a: 1\na: 2\n'),
  malformed('yaml: not well-formed', 'inconclusive', ['yaml/invalid'], 'config.yaml', 'a: [1\n'),
  malformed('yaml: an unknown tag', 'inconclusive', ['yaml/invalid'], 'config.yaml', 'a: !thing 1\n'),
  malformed(
    'yaml: aliases that explode',
    'inconclusive',
    ['yaml/invalid'],
    'config.yaml',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${'abcdefgh'
      .split('')
      .slice(1)
      .map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]}, `.repeat(9)}x]\n`)
      .join('')}`,
  ),
  malformed('yaml: nested very deep', 'inconclusive', ['yaml/invalid'], 'config.yaml', '['.repeat(100_000)),
  malformed('yaml: commas without end', 'inconclusive', ['yaml/invalid'], 'config.yaml', `[${','.repeat(200_000)}]`),
  malformed(
    'yaml: thousands of aliases',
    'inconclusive',
    ['yaml/invalid'],
    'config.yaml',
    `- &a x\n${'- *a\n'.repeat(10_000)}`,
  ),
  dangerous('yaml: a tag that calls', ['yaml/tag'], 'config.yaml', 'a: !!python/object/apply:os.system ["id"]\n'),
  dangerous(
    'yaml: the same tag by its full name',
    ['yaml/tag'],
    'config.yaml',
    'a: !<tag:yaml.org,2002:python/name:os.system> x\n',
  ),
  dangerous(
    'yaml: the same tag by a handle',
    ['yaml/tag'],
    'config.yaml',
    '%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system ["id"]\n',
  ),
  suspicious('yaml: a Hydra target', ['yaml/remote-code'], 'config.yaml', 'model:\n  _target_: os.system\n'),
];
