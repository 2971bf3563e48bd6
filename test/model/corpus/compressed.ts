import { deflateSync, gzipSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, malformed, type CorpusCase } from './case.ts';

const clean = p.bytes(p.proto(4), 'N.');

/** Compressed files, as joblib and MLflow write them. */
export const compressedCases: readonly CorpusCase[] = [
  benign('gzip: a pickle', 'model.pkl.gz', gzipSync(clean)),
  benign('zlib: a pickle, as joblib writes it', 'model.joblib', deflateSync(clean)),
  dangerous('gzip: an evil pickle', ['pickle/dangerous-call'], 'model.pkl.gz', gzipSync(evil)),
  dangerous('zlib: an evil pickle', ['pickle/dangerous-call'], 'model.joblib', deflateSync(evil)),
  malformed(
    'gzip: truncated',
    'inconclusive',
    ['compression/corrupt'],
    'model.pkl.gz',
    gzipSync(clean).subarray(0, -3),
  ),
  malformed(
    'zlib: bytes behind the end',
    'inconclusive',
    ['compression/trailing-bytes'],
    'model.joblib',
    Buffer.concat([deflateSync(clean), evil]),
  ),
];
