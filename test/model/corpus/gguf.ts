import { benign, dangerous, malformed, remarked, suspicious, unchecked, type CorpusCase } from './case.ts';
import { architecture, array, entry, gguf, text, u32, u64, type Built } from './gguf-builder.ts';

const chatml =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

function broken(name: string, rule: string, built: Built | Buffer): CorpusCase {
  return malformed(
    `gguf: ${name}`,
    'unsafe',
    [`gguf/${rule}`],
    'model.gguf',
    Buffer.isBuffer(built) ? built : gguf(built),
  );
}

function template(value: string): Buffer {
  return gguf({ entries: [architecture, entry('tokenizer.chat_template', 8, text(value))] });
}

function fine(name: string, built: Built): CorpusCase {
  return benign(`gguf: ${name}`, 'model.gguf', gguf(built));
}

const q4 = { type: 2, shape: [32, 2], data: Buffer.alloc(36, 7) };

/** GGUF: each rule of llama.cpp's reader broken once, with valid siblings. */
export const ggufCases: readonly CorpusCase[] = [
  fine('version 3, one tensor', {}),
  fine('version 2', { version: 2 }),
  fine('no tensor, as for a vocabulary', { tensors: [] }),
  fine('values of every type', {
    entries: [
      architecture,
      ...[1, 1, 2, 2, 4, 4, 4, 1].map((size, type) => entry(`llama.value_${type}`, type, Buffer.alloc(size))),
      ...[10, 11, 12].map((type) => entry(`llama.value_${type}`, type, Buffer.alloc(8))),
      array('tokenizer.ggml.tokens', 8, 2, Buffer.concat([text('a'), text(Buffer.from([0xff]))])),
      array('tokenizer.ggml.scores', 6, 2, Buffer.alloc(8)),
      array('tokenizer.ggml.merges', 8, 0, Buffer.alloc(0)),
    ],
  }),
  fine('alignment 64', { alignment: 64, entries: [architecture, entry('general.alignment', 4, u32(64))] }),
  fine('quantized, three tensors', { tensors: [q4, {}, { ...q4, name: 'output.weight' }] }),
  fine('a scalar, and a tensor without elements', {
    tensors: [
      { shape: [], data: Buffer.alloc(4) },
      { shape: [0], data: Buffer.alloc(0) },
    ],
  }),
  benign(
    'gguf: the padding behind the last tensor is missing',
    'model.gguf',
    gguf({ tensors: [{ shape: [2], data: Buffer.alloc(8) }] }).subarray(0, -24),
  ),
  benign('gguf: a ChatML template', 'model.gguf', template(chatml)),
  remarked(
    'gguf: a key in capitals',
    ['gguf/key-form'],
    'model.gguf',
    gguf({ entries: [entry('A', 0, Buffer.of(1))] }),
  ),
  broken('ends inside the header', 'truncated', gguf().subarray(0, 12)),
  broken('ends inside a key', 'truncated', gguf().subarray(0, 40)),
  broken('ends inside the tensor table', 'truncated', gguf().subarray(0, 80)),
  broken('ends inside the last tensor', 'truncated', gguf().subarray(0, -1)),
  broken('version 1', 'header', { version: 1 }),
  broken('version 4', 'header', { version: 4 }),
  broken('version 0', 'header', { version: 0 }),
  broken('-1 tensors', 'header', { counts: [-1, 1] }),
  broken('-1 metadata entries', 'header', { counts: [1, -1] }),
  broken('one more entry than there is', 'layout', { counts: [1, 2] }),
  malformed('gguf: big-endian', 'inconclusive', ['gguf/endian'], 'model.gguf', gguf({ version: 0x03000000 })),
  broken('a key twice', 'metadata', { entries: [architecture, architecture] }),
  broken('an empty key', 'metadata', { entries: [entry('', 0, Buffer.of(1))] }),
  broken('a key of 65,536 bytes', 'metadata', { entries: [entry('a'.repeat(65_536), 0, Buffer.of(1))] }),
  broken('a key with a line break', 'metadata', { entries: [entry('a\nb', 0, Buffer.of(1))] }),
  broken('a key that is not UTF-8', 'metadata', { entries: [entry(Buffer.of(0xff), 0, Buffer.of(1))] }),
  broken('a value of type 13', 'metadata', { entries: [entry('a', 13, Buffer.alloc(8))] }),
  broken('a boolean 2', 'metadata', { entries: [entry('a', 7, Buffer.of(2))] }),
  broken('a string of 2^60 bytes', 'metadata', { entries: [entry('a', 8, u64(2n ** 60n))] }),
  broken('an array of 2^60 numbers', 'metadata', { entries: [array('a', 4, 2n ** 60n, Buffer.alloc(8))] }),
  broken('an array of arrays', 'metadata', { entries: [array('a', 9, 1, Buffer.alloc(12))] }),
  broken('an array of an unknown type', 'metadata', { entries: [array('a', 99, 1, Buffer.alloc(8))] }),
  broken('a string of 2^60 bytes in an array', 'metadata', { entries: [array('a', 8, 1, u64(2n ** 60n))] }),
  broken('an array longer than the file', 'truncated', { entries: [array('a', 4, 1_000_000, Buffer.alloc(8))] }),
  broken('alignment 48', 'metadata', { entries: [entry('general.alignment', 4, u32(48))] }),
  broken('alignment 0', 'metadata', { entries: [entry('general.alignment', 4, u32(0))] }),
  broken('alignment as a 64-bit number', 'metadata', { entries: [entry('general.alignment', 10, u64(32))] }),
  broken('a tensor name of 64 bytes', 'tensor', { tensors: [{ name: 'a'.repeat(64) }] }),
  fine('a tensor name of 63 bytes', { tensors: [{ name: 'a'.repeat(63) }] }),
  broken('a tensor name with a zero byte', 'tensor', { tensors: [{ name: 'a\0b' }] }),
  broken('a tensor twice', 'tensor', { tensors: [{ name: 'a' }, { name: 'a' }] }),
  broken('five dimensions', 'tensor', { tensors: [{ shape: [8, 1, 1, 1, 1] }] }),
  fine('four dimensions', { tensors: [{ shape: [2, 2, 2, 1] }] }),
  broken('a negative dimension', 'tensor', { tensors: [{ shape: [-8] }] }),
  broken('dimensions whose product overflows', 'tensor', { tensors: [{ shape: [2n ** 32n, 2n ** 32n] }] }),
  broken('a size that overflows to a small one', 'tensor', { tensors: [{ shape: [2n ** 62n + 8n] }] }),
  broken('a row that is no multiple of the block', 'tensor', { tensors: [{ ...q4, shape: [31, 2] }] }),
  unchecked('gguf: a removed type', ['gguf/unknown-type'], 'model.gguf', gguf({ tensors: [{ type: 4 }] })),
  unchecked('gguf: a type of the future', ['gguf/unknown-type'], 'model.gguf', gguf({ tensors: [{ type: 99 }] })),
  broken('two tensors at one offset', 'layout', { tensors: [{}, { offset: 0 }] }),
  broken('a hole before a tensor', 'layout', { tensors: [{ offset: 32 }] }),
  broken('an offset that is not aligned', 'layout', { tensors: [{}, { offset: 33 }] }),
  broken('text in the padding', 'layout', { fill: 0x41 }),
  broken('text behind the last tensor', 'layout', Buffer.concat([gguf(), Buffer.from('#!/bin/sh\n')])),
  dangerous(
    'gguf: a template that runs a program',
    ['template/escape'],
    'model.gguf',
    template("{{ cycler.__init__.__globals__.os.popen('id').read() }}"),
  ),
];

const escapes: readonly (readonly [string, string])[] = [
  ['subclasses', "{% for x in [].__class__.__base__.__subclasses__() %}{{ x['load_module']('os') }}{% endfor %}"],
  ['a key', "{{ ''['__class__'] }}"],
  ['a key with escaped underscores', "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}"],
  ['the attribute of an attribute for groupby', "{{ messages|groupby('content.__class__')|list }}"],
  ['the second attribute of sort', "{{ messages|sort(attribute='role,content.__class__')|list }}"],
  ['a text that a filter gets later', "{% set k = 'a.__class__' %}{{ messages|sort(attribute=k)|list }}"],
  ['the attribute of map', "{{ messages|map(attribute='__class__')|list }}"],
  ['the filter attr', "{{ messages|attr('__class__') }}"],
  ['a template that does not parse', '{{ ().__class__.__bases__[0] }}'],
  ['hidden between generation tags', '{ {%- generation %}# {{ cycler.__init__ }} #}{% endgeneration %}'],
];
const unlisted: readonly (readonly [string, string])[] = [
  ['a key put together', "{{ ''['__cla' ~ 'ss__'] }}"],
  ['a key put together elsewhere', "{% set a = ['__cl', 'ass__']|join %}{{ ''[a] }}"],
  ['a key put together in a macro', "{% macro f(k) %}{{ ''[k] }}{% endmacro %}{{ f('__cl' ~ 'ass__') }}"],
  ['a key put together in a namespace', "{% set ns = namespace() %}{% set ns.a = '_' * 2 %}{{ ''[ns.a] }}"],
  ['an unlisted function', "{{ joiner('x') }}"],
  ['an unlisted filter', '{{ messages|pprint }}'],
  ['an unlisted filter by name', "{{ messages|map('attr', 'x') }}"],
  ['an unlisted test', '{{ messages is callable }}'],
  ['an unlisted method', "{{ '{0.x}'.format(messages) }}"],
  ['a call of a value', "{{ messages[0]('x') }}"],
  ['another range', '{% set range = messages[0].run %}{{ range(1) }}'],
  ['a method that is a value', '{{ namespace(split=messages).split(1) }}'],
];
const endless = [
  "{{ 'a' * 10**12 }}",
  "{{ 'a' * 1000000000000 }}",
  '{% for i in range(10**12) %}x{% endfor %}',
  '{{ range(1000000000000)|list }}',
  '{% for i in range(1000) %}{% for j in range(1000) %}x{% endfor %}{% endfor %}',
  "{% set a = 'a' %}{% for m in messages %}{% set a = a ~ a %}{% endfor %}",
];
const invalid: readonly (readonly [string, string])[] = [
  ['include', "{% include 'secrets' %}"],
  ['import', "{% import 'x' as y %}"],
  ['raw', '{% raw %}{{ x }}{% endraw %}'],
  ['not closed', '{% for message in messages %}'],
  ['nested very deep', `{{ ${'('.repeat(50_000)} }}`],
  ['white space without end', `{{ ${' '.repeat(100_000)} }}`],
];
const ordinary: readonly (readonly [string, string])[] = [
  [
    'Llama 3',
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + " +
      "'<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}" +
      '{% endif %}{{ content }}{% endfor %}',
  ],
  [
    'Mistral',
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}" +
      "{{ raise_exception('roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}" +
      "{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}",
  ],
  [
    'tools, as Qwen has them',
    '{%- if tools %}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{%- endif %}{%- set ns = namespace(last=messages|length - 1) %}' +
      "{%- for m in messages[::-1] %}{%- if m.role == 'user' and not m.content.startswith('<tool>') %}{%- set ns.last = loop.index0 %}{%- endif %}" +
      '{%- endfor %}{{- messages[ns.last].content.split("</think>")[-1].lstrip("\\n") }}',
  ],
  [
    'macros and keys of a schema, as Qwen Coder has them',
    '{% macro render(d, handled) %}{% if d is mapping %}{% for k in d %}{% if k not in handled %}{{ k ~ ": " ~ (d[k]|string) }}{% endif %}' +
      "{% endfor %}{% endif %}{% endmacro %}{{ render(tools[0].function, ['name']) }}",
  ],
  ['generation tags', '{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}'],
];

/** Chat templates, in GGUF files. */
export const templateCases: readonly CorpusCase[] = [
  ...endless.map((value) => suspicious(`template: ${value}`, ['template/size'], 'model.gguf', template(value))),
  benign(
    'template: small numbers',
    'model.gguf',
    template("{{ '=' * 20 }}{% for i in range(100) %}{{ i * 2 }}{% endfor %}"),
  ),
  ...ordinary.map(([name, value]) => benign(`template: ${name}`, 'model.gguf', template(value))),
  ...escapes.map(([name, value]) =>
    dangerous(`template: internals by ${name}`, ['template/escape'], 'model.gguf', template(value)),
  ),
  ...unlisted.map(([name, value]) =>
    suspicious(`template: ${name}`, ['template/unlisted'], 'model.gguf', template(value)),
  ),
  ...invalid.map(([name, value]) =>
    malformed(`template: ${name}`, 'inconclusive', ['template/invalid'], 'model.gguf', template(value)),
  ),
];
