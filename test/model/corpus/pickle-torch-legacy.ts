import * as p from '../pickle/assembler.ts';
import { benign, dangerous, malformed, suspicious, type CorpusCase } from './case.ts';

const magic = p.bytes(p.proto(2), '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.');
const protocol = p.bytes(p.proto(2), 'M\xe9\x03.');
const entry = (key: string, value: p.Part): Buffer => p.bytes(p.longText(key), value);
const system = (little: p.Part): Buffer =>
  p.bytes(
    p.proto(2),
    '}(',
    entry('protocol_version', 'M\xe9\x03'),
    entry('little_endian', little),
    entry('type_sizes', '}'),
    'u.',
  );

/** `('storage', type, key, 'cpu', elements, None)`, and BINPERSID. */
const storage = (key: string, elements: number, type = 'FloatStorage'): Buffer =>
  p.bytes(
    '(',
    p.longText('storage'),
    p.global('torch', type),
    p.longText(key),
    p.longText('cpu'),
    'K',
    Buffer.from([elements]),
    'Nt',
    'Q',
  );
const tensor = (of: p.Part, size: number): Buffer =>
  p.bytes(
    p.global('torch._utils', '_rebuild_tensor_v2'),
    '(',
    of,
    'K\0',
    'K',
    Buffer.from([size]),
    '\x85K\x01\x85\x89',
    p.global('collections', 'OrderedDict'),
    ')Rt',
    'R',
  );
const object = (...entries: readonly p.Part[]): Buffer => p.bytes(p.proto(2), '}(', ...entries, 'u.');
const keys = (...names: readonly string[]): Buffer => p.bytes(p.proto(2), '](', ...names.map(p.longText), 'e.');
const data = (elements: number, bytes = 4 * elements): Buffer => p.bytes(p.u64(elements), Buffer.alloc(bytes, 0x3f));

interface Parts {
  readonly magic?: Buffer;
  readonly protocol?: Buffer;
  readonly system?: Buffer;
  readonly object?: Buffer;
  readonly keys?: Buffer;
  readonly data?: Buffer;
}

/** A state dict with one tensor of three elements, and what is different. */
function file(parts: Parts = {}): Buffer {
  return p.bytes(
    parts.magic ?? magic,
    parts.protocol ?? protocol,
    parts.system ?? system('\x88'),
    parts.object ?? object(entry('w', tensor(storage('7', 3), 3))),
    parts.keys ?? keys('7'),
    parts.data ?? data(3),
  );
}

const clean = (name: string, parts: Parts): CorpusCase => benign(`torch before 1.6: ${name}`, 'model.pt', file(parts));
const wrong = (name: string, rule: string, parts: Parts): CorpusCase =>
  malformed(`torch before 1.6: ${name}`, 'inconclusive', [rule], 'model.pt', file(parts));

/** PyTorch files of five pickles and the storages behind them. */
export const torchLegacyCases: readonly CorpusCase[] = [
  clean('a state dict', {}),
  clean('two storages in the order of their keys', {
    object: object(entry('a', tensor(storage('7', 3), 3)), entry('b', tensor(storage('12', 2, 'LongStorage'), 2))),
    keys: keys('12', '7'),
    data: p.bytes(data(2, 16), data(3)),
  }),
  clean('a storage that two tensors share', {
    object: object(entry('a', tensor(storage('7', 3), 3)), entry('b', tensor(storage('7', 3), 1))),
  }),
  clean('an empty storage', { object: object(entry('w', tensor(storage('7', 0), 0))), data: data(0) }),
  clean('no tensor at all', { object: object(entry('epoch', 'K\x03')), keys: keys(), data: Buffer.alloc(0) }),
  wrong('a storage with another number of elements', 'pickle/storage', { data: data(4) }),
  wrong('a storage that is cut off', 'pickle/truncated', { data: data(3).subarray(0, -1) }),
  wrong('no storage behind the keys', 'pickle/truncated', { data: Buffer.alloc(0) }),
  wrong('bytes behind the last storage', 'pickle/trailing-bytes', { data: p.bytes(data(3), 'x') }),
  wrong('a storage that no tensor uses', 'pickle/storage', { keys: keys('7', '8'), data: p.bytes(data(3), data(3)) }),
  wrong('a storage that is not listed', 'pickle/storage', { keys: keys(), data: Buffer.alloc(0) }),
  wrong('a key twice', 'pickle/storage', { keys: keys('7', '7'), data: p.bytes(data(3), data(3)) }),
  wrong('keys that are no list', 'pickle/storage', { keys: p.bytes(p.proto(2), '}.') }),
  wrong('another protocol', 'pickle/storage', { protocol: p.bytes(p.proto(2), 'M\xea\x03.') }),
  wrong('a big-endian machine', 'pickle/storage', { system: system('\x89') }),
  wrong('only four pickles', 'pickle/truncated', { keys: Buffer.alloc(0), data: Buffer.alloc(0) }),
  malformed(
    'torch before 1.6: a tensor beyond its storage',
    'unsafe',
    ['torch/storage'],
    'model.pt',
    file({ object: object(entry('w', tensor(storage('7', 3), 9))) }),
  ),
  suspicious(
    'torch before 1.6: a module with its source code',
    ['torch/persistent-id'],
    'model.pt',
    file({
      object: p.bytes(
        p.proto(2),
        '(',
        p.longText('module'),
        p.global('torch.nn.modules.linear', 'Linear'),
        p.longText('linear.py'),
        p.longText('import os'),
        'tQ.',
      ),
    }),
  ),
  ...(['protocol', 'system', 'object', 'keys'] as const).map((part) =>
    dangerous(
      `torch before 1.6: an attack in the pickle of the ${part}`,
      ['pickle/dangerous-global', 'pickle/dangerous-call'],
      'model.pt',
      file({ [part]: p.bytes(p.proto(2), p.global('os', 'system'), p.longText('true'), '\x85R.') }),
    ),
  ),
  dangerous(
    'torch before 1.6: the magic number made by a call',
    ['pickle/dangerous-global'],
    'model.pt',
    file({ magic: p.bytes(p.proto(2), p.global('builtins', 'eval'), p.longText('0x1950a86a20f9469cfc6c'), '\x85R.') }),
  ),
];
