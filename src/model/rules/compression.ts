import { again, regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const compressionRules = {
  'compression/corrupt': rule('medium', 'inconclusive', 'What cannot be unpacked cannot be checked.', again, {
    bad: 'model.pkl.gz with a wrong checksum or cut in the middle',
    good: 'the same file, complete',
  }),
  'compression/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the data are not part of the model; they may be something else.',
    regular,
    { cwe: [506], bad: 'model.joblib: a zlib stream, then 40 more bytes', good: 'the zlib stream alone' },
  ),
  'compression/ratio': rule('high', 'unsafe', 'Unpacking it fills the memory of whoever loads it.', rewrite, {
    cwe: [409],
    bad: 'a 5 MB gzip of 20 GB of zeros',
    good: 'a gzip of real weights: less than 200 bytes out of one',
  }),
} as const satisfies Record<string, Rule>;
