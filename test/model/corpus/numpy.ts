import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';
import { zipFile } from './zip-writer.ts';

/** A `.npy` file: signature, version, length of the header, header, data. */
function npy(
  header: string,
  data: Buffer = Buffer.alloc(12),
  version: readonly [number, number] = [1, 0],
  length?: number,
): Buffer {
  const prefix = version[0] === 1 ? 10 : 12;
  const text = Buffer.from(header, version[0] === 3 ? 'utf8' : 'latin1');
  const padded = Buffer.concat([
    text,
    Buffer.alloc((64 - ((prefix + text.length + 1) % 64)) % 64, ' '),
    Buffer.from('\n'),
  ]);
  const size = Buffer.alloc(prefix - 8);
  if (version[0] === 1) size.writeUInt16LE(length ?? padded.length);
  else size.writeUInt32LE(length ?? padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from(version), size, padded, data]);
}

const header = (descr: string, shape = '(3,)'): string =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
const plain = npy(header("'<f4'"));
const file = 'a.npy';
const bad = ['numpy/header'];
const call = ['pickle/dangerous-call'];

const arrays: readonly CorpusCase[] = [
  benign('npy: three numbers', file, plain),
  benign('npy: version 2', file, npy(header("'<f4'"), undefined, [2, 0])),
  benign('npy: version 3', file, npy(header("[('é', '<f4')]"), undefined, [3, 0])),
  benign('npy: a shape of Python 2', file, npy(header("'<f4'", '(3L,)'))),
  benign('npy: a scalar', file, npy(header("'<f4'", '()'), Buffer.alloc(4))),
  benign('npy: no elements', file, npy(header("'<f4'", '(0, 7)'), Buffer.alloc(0))),
  benign('npy: text', file, npy(header("'<U1'"))),
  benign('npy: times', file, npy(header("'<M8[ns]'"), Buffer.alloc(24))),
  benign('npy: records', file, npy(header("[('x', '<i2'), ('y', [('z', '|i1', (2,))])]"))),
  benign('npy: records with titles', file, npy(header("[(('title', 'x'), '<f4')]"))),
  dangerous('npy: evil objects', ['numpy/object-array', ...call], file, npy(header("'|O'"), evil)),
  dangerous(
    'npy: evil objects in a record',
    ['numpy/object-array', ...call],
    file,
    npy(header("[('x', '<i2'), ('y', '|O')]"), evil),
  ),
  dangerous(
    'npy: evil objects in a record in a record',
    ['numpy/object-array', ...call],
    file,
    npy(header("[('y', [('z', '<f4'), ('w', 'O')])]"), evil),
  ),
  dangerous(
    'npy: evil objects in a record, numbers behind them',
    ['numpy/object-array', ...call],
    file,
    npy(header("[('y', 'O'), ('z', '<f4')]"), evil),
  ),
  unchecked('npy: harmless objects', ['numpy/object-array'], file, npy(header("'|O'"), p.bytes(p.proto(4), 'N.'))),
  unchecked(
    'npy: strings of NumPy 2, which are saved as objects',
    ['numpy/object-array'],
    file,
    npy(header("'|T16'"), p.bytes(p.proto(4), 'N.')),
  ),
  dangerous('npy: an evil pickle instead of an array', ['format/mismatch', ...call], file, evil),
  malformed('npy: too few numbers', 'inconclusive', ['numpy/size'], file, plain.subarray(0, -4)),
  malformed('npy: too many numbers', 'inconclusive', ['numpy/size'], file, Buffer.concat([plain, Buffer.alloc(4)])),
  malformed(
    'npy: a shape that overflows',
    'inconclusive',
    ['numpy/size'],
    file,
    npy(header("'<f4'", '(4294967296, 4294967296)')),
  ),
  malformed('npy: cut off in its header', 'inconclusive', bad, file, plain.subarray(0, 40)),
  malformed('npy: cut off in its signature', 'inconclusive', bad, file, plain.subarray(0, 9)),
  malformed('npy: an unknown version', 'inconclusive', bad, file, npy(header("'<f4'"), undefined, [4, 0])),
  malformed('npy: a header of 4 GB', 'inconclusive', bad, file, npy(header("'<f4'"), undefined, [2, 0], 0xffffffff)),
  malformed(
    'npy: a key twice',
    'inconclusive',
    bad,
    file,
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (4,)}"),
  ),
  malformed(
    'npy: a key too much',
    'inconclusive',
    bad,
    file,
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}"),
  ),
  malformed('npy: a call in the header', 'inconclusive', bad, file, npy(header("__import__('os').system('true')"))),
  malformed('npy: arithmetic in the header', 'inconclusive', bad, file, npy(header("'<f4'", '(3*1,)'))),
  malformed('npy: a negative shape', 'inconclusive', bad, file, npy(header("'<f4'", '(-3,)'))),
  malformed('npy: a shape that is no tuple', 'inconclusive', bad, file, npy(header("'<f4'", '(3)'))),
  malformed('npy: an unknown dtype', 'inconclusive', bad, file, npy(header("'<Z4'"))),
  malformed(
    'npy: a header that is nested without end',
    'inconclusive',
    bad,
    file,
    npy(header(`${'('.repeat(900)}${')'.repeat(900)}`)),
  ),
  malformed('npy: an escape in a string', 'inconclusive', bad, file, npy(header("'\\x3cf4'"))),
  malformed(
    'npy: a header that is not UTF-8',
    'inconclusive',
    bad,
    file,
    npy(header("'<f4'"), undefined, [3, 0]).fill(0xff, 20, 21),
  ),
];

const archives: readonly CorpusCase[] = [
  benign(
    'npz: two arrays',
    'a.npz',
    zipFile([
      { name: 'x.npy', content: plain },
      { name: 'y.npy', content: plain, deflate: true },
    ]),
  ),
  dangerous(
    'npz: evil objects',
    ['numpy/object-array', ...call],
    'a.npz',
    zipFile([{ name: 'x.npy', content: npy(header("'|O'"), evil) }]),
  ),
  dangerous(
    'npz: a pickle named as an array',
    ['format/mismatch', ...call],
    'a.npz',
    zipFile([{ name: 'x.npy', content: evil }]),
  ),
  malformed(
    'npz: something else beside the arrays',
    'inconclusive',
    ['format/mismatch'],
    'a.npz',
    zipFile([
      { name: 'x.npy', content: plain },
      { name: 'b.md', content: 'hello' },
    ]),
  ),
  dangerous('npz: a pickle under the extension', ['format/mismatch', ...call], 'a.npz', evil),
];

/** NumPy arrays and archives of them. */
export const numpyCases: readonly CorpusCase[] = [...arrays, ...archives];
