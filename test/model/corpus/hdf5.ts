import { benign, dangerous, malformed, unchecked, type CorpusCase } from './case.ts';
import * as h from './hdf5-builder.ts';

const data = Buffer.alloc(16, 1);
const weights = (more: Partial<h.Hdf5Object> = {}, dims: readonly number[] = [2, 2], kind = 1) =>
  h.hdf5File({ messages: [], children: { kernel: h.floats(dims, data, more, kind) } });
const whole = weights();

/** HDF5 files: weights alone. */
export const hdf5Cases: readonly CorpusCase[] = [
  benign('hdf5: weights', 'model.weights.h5', whole),
  benign('hdf5: under another name', 'model.bin', whole),
  benign(
    'hdf5: groups in groups',
    'model.h5',
    h.hdf5File({ messages: [], children: { a: { messages: [], children: { b: h.floats([4], data) } } } }),
  ),
  benign('hdf5: a filter of its own', 'model.h5', weights({ messages: [h.filter(2)] })),
  malformed('hdf5: less data than the shape needs', 'unsafe', ['hdf5/structure'], 'model.h5', weights({}, [2, 3])),
  malformed('hdf5: data behind the end', 'unsafe', ['hdf5/structure'], 'model.h5', weights({ claimed: { at: 1e6 } })),
  malformed(
    'hdf5: two datasets at one place',
    'unsafe',
    ['hdf5/shared'],
    'model.h5',
    h.hdf5File({ messages: [], children: { a: h.floats([4], data), b: h.floats([4], data, { claimed: { at: 48 } }) } }),
  ),
  malformed('hdf5: truncated', 'unsafe', ['hdf5/structure'], 'model.h5', whole.subarray(0, -20)),
  malformed(
    'hdf5: a root outside',
    'unsafe',
    ['hdf5/structure'],
    'model.h5',
    whole.map((byte, at) => (at === 37 ? 0xff : byte)) as Buffer,
  ),
  unchecked(
    'hdf5: bytes behind the end',
    ['hdf5/trailing-bytes'],
    'model.h5',
    Buffer.concat([whole, Buffer.from('PK')]),
  ),
  dangerous(
    'hdf5: a shape that fills the memory',
    ['hdf5/expansion'],
    'model.h5',
    h.hdf5File({ messages: [], children: { a: h.floats([2 ** 20, 2 ** 20], Buffer.alloc(0)) } }),
  ),
  dangerous(
    'hdf5: a shape that overflows',
    ['hdf5/expansion'],
    'model.h5',
    h.hdf5File({ messages: [], children: { a: h.floats([2 ** 40, 2 ** 40], Buffer.alloc(0)) } }),
  ),
  dangerous(
    'hdf5: a link to another file',
    ['hdf5/external'],
    'model.h5',
    h.hdf5File({ messages: [h.otherLink('x', 64, '\0/etc/passwd\0/\0')] }),
  ),
  dangerous('hdf5: data in another file', ['hdf5/external'], 'model.h5', weights({ messages: [h.externalFiles] })),
  unchecked('hdf5: a soft link', ['hdf5/link'], 'model.h5', h.hdf5File({ messages: [h.otherLink('x', 1, '/y')] })),
  unchecked(
    'hdf5: an object with two names',
    ['hdf5/link'],
    'model.h5',
    h.hdf5File({ messages: [h.linkTo('again', h.firstObject)], children: { a: { messages: [] } } }),
  ),
  malformed(
    'hdf5: an object in the middle of nowhere',
    'unsafe',
    ['hdf5/structure'],
    'model.h5',
    h.hdf5File({ messages: [h.linkTo('x', 50)] }),
  ),
  unchecked('hdf5: a filter of a library', ['hdf5/filter'], 'model.h5', weights({ messages: [h.filter(32001)] })),
  unchecked('hdf5: opaque elements', ['hdf5/type'], 'model.h5', weights({}, [2, 2], 5)),
  unchecked(
    'hdf5: a message of the future',
    ['hdf5/unsupported'],
    'model.h5',
    h.hdf5File({ messages: [[0x40, Buffer.alloc(8)]] }),
  ),
  unchecked(
    'hdf5: a file of PyTables',
    ['hdf5/pytables'],
    'model.h5',
    h.hdf5File({ messages: [h.text('PYTABLES_FORMAT_VERSION', '2.1')] }),
  ),
  unchecked(
    'hdf5: a configuration that is none',
    ['keras/config'],
    'model.h5',
    h.hdf5File({ messages: [h.text('model_config', 'none')] }),
  ),
];
