import { again, convert } from './advice.ts';
import { rule, type Rule } from './rule.ts';

const fresh = 'Save the model again with the current Keras (model.save), and compare the checksums.';

export const hdf5Rules = {
  'hdf5/structure': rule('high', 'unsafe', 'Readers refuse such a file, or read other bytes than it promises.', again, {
    cwe: [125],
    bad: 'a dataset of shape [2, 2] with 12 bytes',
    good: 'a dataset of shape [2, 2] with 16 bytes',
  }),
  'hdf5/unsupported': rule('medium', 'inconclusive', 'What is not understood is never called clean.', fresh, {
    bad: 'a group whose links stand in a fractal heap',
    good: 'a file as Keras writes it',
  }),
  'hdf5/external': rule('critical', 'unsafe', 'Loading the model would read a file that is not part of it.', fresh, {
    cwe: [22, 73],
    bad: 'an external link to /etc/passwd',
    good: 'data in the file itself',
  }),
  'hdf5/link': rule(
    'medium',
    'inconclusive',
    'Keras writes every object once; a second name may lead in a circle.',
    fresh,
    {
      cwe: [674],
      bad: 'a group that is its own child',
      good: 'every object once',
    },
  ),
  'hdf5/expansion': rule('high', 'unsafe', 'A file of a few bytes fills the memory of whoever loads it.', fresh, {
    cwe: [400, 409, 789],
    cve: ['CVE-2026-0897'],
    bad: 'a dataset of shape [1000000, 1000000] without data',
    good: 'a dataset of shape [100, 100] with 40000 bytes',
  }),
  'hdf5/shared': rule(
    'high',
    'unsafe',
    'Datasets that share bytes are not what a library writes; one of them is not what it seems.',
    fresh,
    {
      cwe: [119],
      bad: 'two datasets at byte 800',
      good: 'each dataset at bytes of its own',
    },
  ),
  'hdf5/filter': rule(
    'medium',
    'inconclusive',
    'Such a filter is a library of its own, which is loaded as native code.',
    fresh,
    {
      cwe: [829],
      bad: 'the filter 32001 (Blosc)',
      good: 'the filter deflate',
    },
  ),
  'hdf5/type': rule(
    'medium',
    'inconclusive',
    'Weights are numbers; other types may hold pickles or references.',
    convert,
    {
      bad: 'opaque elements',
      good: 'float32',
    },
  ),
  'hdf5/pytables': rule(
    'medium',
    'inconclusive',
    'PyTables and pandas keep pickles in attributes, and load them when they read.',
    convert,
    {
      cwe: [502],
      bad: 'a file of pandas.HDFStore',
      good: 'a file of Keras',
    },
  ),
  'hdf5/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the data are not part of the model; they may be something else.',
    again,
    {
      bad: 'an archive behind the file',
      good: 'a file that ends with its data',
    },
  ),
} as const satisfies Record<string, Rule>;
