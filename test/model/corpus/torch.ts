import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, suspicious, unchecked, type CorpusCase } from './case.ts';
import { field, zipFile, type ZipMember, type ZipOptions } from './zip-writer.ts';

const byte = (value: number): string => `K${String.fromCharCode(value)}`;
const none = 'N';

/** The persistent id of a storage: `('storage', type, key, 'cpu', elements)`, and BINPERSID. */
function storage(key: string, elements: number, type = 'FloatStorage'): Buffer {
  return p.bytes(
    p.mark,
    p.text('storage'),
    p.global('torch', type),
    p.text(key),
    p.text('cpu'),
    byte(elements),
    't',
    'Q',
  );
}

interface View {
  readonly offset?: number;
  readonly size?: number;
  readonly stride?: number;
}

/** `_rebuild_tensor_v2(storage, offset, (size,), (stride,), False, OrderedDict())`. */
function tensor(of: p.Part, { offset = 0, size = 3, stride = 1 }: View = {}): Buffer {
  return p.bytes(
    p.global('torch._utils', '_rebuild_tensor_v2'),
    p.mark,
    of,
    byte(offset),
    p.bytes(byte(size), p.tuple1),
    p.bytes(byte(stride), p.tuple1),
    '\x89',
    p.bytes(p.global('collections', 'OrderedDict'), p.emptyTuple, p.reduce),
    't',
    p.reduce,
  );
}

/** A state dict with one entry per tensor. */
function state(...tensors: readonly p.Part[]): Buffer {
  const entries = tensors.flatMap((value, index) => [p.text(`layer.${index}`), value]);
  return p.bytes(p.proto(2), p.emptyDict, p.mark, ...entries, 'u', p.stop);
}

const weights = Buffer.alloc(12, 0x3f);
const small = state(tensor(storage('0', 3)));

/** A file as torch.save writes it: sizes behind the data, data at multiples of 64. */
function torchFile(
  pickle: Buffer,
  more: Readonly<Record<string, Buffer | string>> = {},
  options: ZipOptions & {
    readonly folder?: string;
    readonly pickleName?: string;
    readonly first?: readonly ZipMember[];
  } = {},
): Buffer {
  const { folder = 'model', pickleName = 'data.pkl', first = [], ...rest } = options;
  const contents: Record<string, Buffer | string> = {
    [pickleName]: pickle,
    '.format_version': '1',
    '.storage_alignment': '64',
    byteorder: 'little',
    'data/0': weights,
    version: '3\n',
    '.data/serialization_id': '1234567890'.repeat(4),
    ...more,
  };
  const members = Object.entries(contents).map(([name, content]): ZipMember => {
    const extra = field(0x4246, Buffer.alloc(7, 'Z'));
    return {
      name: `${folder}/${name}`,
      content,
      descriptor: 16,
      local: { flags: 0x808, extra },
      central: { flags: 0x808 },
    };
  });
  return zipFile([...first, ...members], { zip64: true, ...rest });
}

const call = ['pickle/dangerous-call'];
const file = 'model.pt';
const hidden = p.bytes(p.proto(2), p.global('os', 'system'), p.mark, p.text('true'), 't', p.reduce, p.stop);

const valid: readonly CorpusCase[] = [
  benign('torch: a state dict', file, torchFile(small)),
  benign('torch: under the name of transformers', 'pytorch_model.bin', torchFile(small)),
  benign('torch: as a checkpoint', 'model.ckpt', torchFile(small)),
  benign(
    'torch: two tensors on one storage',
    file,
    torchFile(state(tensor(storage('0', 3)), tensor(storage('0', 3), { size: 2, offset: 1 }))),
  ),
  benign('torch: an expanded tensor', file, torchFile(state(tensor(storage('0', 3), { size: 200, stride: 0 })))),
  benign('torch: half precision', file, torchFile(state(tensor(storage('0', 6, 'HalfStorage'), { size: 6 })))),
  benign(
    'torch: a dtype without a storage type of its own',
    file,
    torchFile(
      state(
        p.bytes(
          p.global('torch._utils', '_rebuild_tensor_v3'),
          p.mark,
          p.bytes(
            p.mark,
            p.text('storage'),
            p.global('torch.storage', 'UntypedStorage'),
            p.text('0'),
            p.text('cpu'),
            byte(12),
            't',
            'Q',
          ),
          p.bytes(byte(0), byte(12), p.tuple1, byte(1), p.tuple1, '\x89'),
          p.bytes(p.global('collections', 'OrderedDict'), p.emptyTuple, p.reduce, p.global('torch', 'float8_e4m3fn')),
          't',
          p.reduce,
        ),
      ),
    ),
  ),
  benign(
    'torch: a layer of torch.nn',
    file,
    torchFile(
      p.bytes(
        p.proto(2),
        p.global('torch.nn.modules.linear', 'Identity'),
        p.emptyTuple,
        '\x81',
        p.emptyDict,
        p.build,
        '0',
        tensor(storage('0', 3)),
        p.stop,
      ),
    ),
  ),
];

const attacks: readonly CorpusCase[] = [
  dangerous('torch: evil data.pkl', call, file, torchFile(hidden, { 'data/0': '' })),
  dangerous('torch: evil data.pkl as .bin (CVE-2025-10155)', call, 'model.bin', torchFile(hidden)),
  dangerous('torch: evil data.pkl under another extension (CVE-2025-1889)', call, 'config.json', torchFile(hidden)),
  dangerous(
    'torch: data.pkl twice, evil first',
    ['zip/duplicate', ...call],
    file,
    torchFile(small, {}, { first: [{ name: 'model/data.pkl', content: hidden }] }),
  ),
  dangerous(
    'torch: data.pkl in two folders',
    ['torch/members', ...call],
    file,
    torchFile(small, {}, { first: [{ name: 'other/data.pkl', content: hidden }] }),
  ),
  dangerous(
    'torch: DATA.PKL instead of data.pkl',
    ['torch/members', ...call],
    file,
    torchFile(hidden, {}, { pickleName: 'DATA.PKL' }),
  ),
  dangerous(
    'torch: DATA.PKL beside data.pkl',
    ['torch/members', ...call],
    file,
    torchFile(small, { 'DATA.PKL': hidden }),
  ),
  dangerous('torch: an evil pickle behind the first', call, file, torchFile(p.bytes(small, hidden))),
  dangerous(
    'torch: flag bits on data.pkl (CVE-2025-1945)',
    ['zip/flags', ...call],
    file,
    torchFile(
      small,
      {},
      { first: [{ name: 'model/data.pkl', content: hidden, local: { flags: 0x20 }, central: { flags: 0x20 } }] },
    ),
  ),
  dangerous(
    'torch: a zip in the zip',
    call,
    file,
    torchFile(small, { 'extra.zip': zipFile([{ name: 'x', content: evil }]) }),
  ),
  dangerous(
    'torch: a prefix of another archive',
    ['zip/hidden-member', ...call],
    file,
    torchFile(small, {}, { prefix: torchFile(hidden) }),
  ),
  dangerous(
    'torch: 100 KiB behind the end (EOCD out of reach)',
    ['zip/directory', ...call],
    file,
    torchFile(hidden, {}, { suffix: Buffer.alloc(100_000) }),
  ),
  dangerous('torch: an extra member that is evil', call, file, torchFile(small, { 'notes.txt': evil })),
  dangerous(
    'torch: a tensor beyond its storage',
    ['torch/storage'],
    file,
    torchFile(state(tensor(storage('0', 3), { size: 4 }))),
  ),
  dangerous(
    'torch: an offset beyond the storage',
    ['torch/storage'],
    file,
    torchFile(state(tensor(storage('0', 3), { size: 1, offset: 3 }))),
  ),
  dangerous(
    'torch: strides beyond the storage',
    ['torch/storage'],
    file,
    torchFile(state(tensor(storage('0', 3), { size: 2, stride: 3 }))),
  ),
  dangerous(
    'torch: a storage that is shorter than its tensors',
    ['torch/storage'],
    file,
    torchFile(small, { 'data/0': Buffer.alloc(8) }),
  ),
  dangerous('torch: a storage that is missing', ['torch/storage'], file, torchFile(state(tensor(storage('1', 3))))),
  dangerous(
    'torch: one storage with two sizes',
    ['torch/storage'],
    file,
    torchFile(state(tensor(storage('0', 3)), tensor(storage('0', 2), { size: 2 }))),
  ),
  suspicious(
    "torch: a persistent id with source code ('module')",
    ['torch/persistent-id'],
    file,
    torchFile(
      p.bytes(
        p.proto(2),
        p.mark,
        p.text('module'),
        p.global('torch.nn.modules.linear', 'Linear'),
        p.text('a.py'),
        p.text('import os'),
        't',
        'Q',
        p.stop,
      ),
    ),
  ),
  suspicious(
    'torch: a storage type that is none',
    ['torch/persistent-id'],
    file,
    torchFile(state(tensor(storage('0', 3, 'Size')))),
  ),
  suspicious(
    'torch: a storage key that leads up',
    ['torch/persistent-id'],
    file,
    torchFile(state(tensor(storage('../0', 3)))),
  ),
  suspicious(
    'torch: a class of a package',
    ['pickle/unlisted-global'],
    file,
    torchFile(p.bytes(p.proto(2), p.global('__main__', 'Net'), p.emptyTuple, '\x81', p.stop)),
  ),
  suspicious(
    'torch: a rebuild that calls something else',
    ['pickle/unlisted-call'],
    file,
    torchFile(
      p.bytes(
        p.proto(2),
        p.global('torch._tensor', '_rebuild_from_type_v2'),
        p.mark,
        p.global('torch', 'device'),
        p.global('torch', 'Tensor'),
        p.emptyTuple,
        none,
        't',
        p.reduce,
        p.stop,
      ),
    ),
  ),
];

const broken: readonly CorpusCase[] = [
  malformed(
    'torch: a member that no tensor uses',
    'inconclusive',
    ['torch/member'],
    file,
    torchFile(small, { 'data/7': 'hello' }),
  ),
  malformed(
    'torch: an unknown byte order',
    'inconclusive',
    ['torch/member'],
    file,
    torchFile(small, { byteorder: 'middle' }),
  ),
  malformed(
    'torch: a version that is no number',
    'inconclusive',
    ['torch/member'],
    file,
    torchFile(small, { version: 'three' }),
  ),
  malformed(
    'torch: an unknown member',
    'inconclusive',
    ['format/unknown'],
    file,
    torchFile(small, { surprise: Buffer.from([1, 2, 3]) }),
  ),
  malformed(
    'torch: members without a folder',
    'unsafe',
    ['torch/members'],
    file,
    zipFile([
      { name: 'data.pkl', content: small },
      { name: 'data/0', content: weights },
    ]),
  ),
  malformed(
    'torch: a Keras-like archive named .pt',
    'inconclusive',
    ['format/mismatch'],
    file,
    zipFile([{ name: 'notes.md', content: 'hello' }]),
  ),
  unchecked(
    'torch: a TorchScript program',
    ['torch/program'],
    file,
    torchFile(p.bytes(p.proto(2), p.global('__torch__', 'Net'), p.emptyTuple, '\x81', p.emptyDict, p.build, p.stop), {
      'constants.pkl': p.bytes(p.proto(2), p.emptyTuple, p.stop),
      'code/__torch__.py': 'class Net(Module):\n',
    }),
  ),
  dangerous(
    'torch: a TorchScript program with an evil data.pkl',
    ['torch/program', ...call],
    file,
    torchFile(hidden, { 'constants.pkl': p.bytes(p.proto(2), p.emptyTuple, p.stop) }),
  ),
  unchecked(
    'torch: an exported program',
    ['torch/program'],
    'model.pt2',
    zipFile([
      { name: 'm/archive_format', content: 'pt2' },
      { name: 'm/data/weights/weight_0', content: weights },
      { name: 'm/models/model.json', content: '{}' },
    ]),
  ),
  dangerous(
    'torch: an exported program with pickled weights',
    ['torch/program', ...call],
    'model.pt2',
    zipFile([
      { name: 'm/archive_format', content: 'pt2' },
      { name: 'm/data/sample_inputs/model.pt', content: torchFile(hidden) },
    ]),
  ),
  unchecked(
    'torch: an exported program with native code',
    ['torch/program', 'opaque/native-code'],
    'model.pt2',
    zipFile([
      { name: 'm/archive_format', content: 'pt2' },
      { name: 'm/data/aotinductor/model.so', content: '\x7fELF' },
    ]),
  ),
  unchecked(
    'torch: a torch.package archive',
    ['torch/program'],
    file,
    zipFile([
      { name: 'm/.data/extern_modules', content: 'torch' },
      { name: 'm/model/code.py', content: 'x = 1\n' },
    ]),
  ),
];

/** PyTorch files. */
export const torchCases: readonly CorpusCase[] = [...valid, ...attacks, ...broken];
