import * as p from '../assembler.ts';
import { evil, refused, type Malicious } from './sample.ts';

const base64 = (content: Buffer): string => content.toString('base64');

/** Pickles in payloads. */
export const hidden: readonly Malicious[] = [
  refused('in bytes', 'unsafe', 'pickle/nested', p.proto(4), p.data(evil), p.stop),
  refused(
    'in large bytes',
    'unsafe',
    'pickle/nested',
    p.proto(4),
    p.data(p.bytes(p.proto(4), p.payload, '0', p.data(Buffer.alloc(9000)), p.stop)),
    p.stop,
  ),
  refused('in a bytearray', 'unsafe', 'pickle/nested', p.proto(5), '\x96', p.u64(evil.length), evil, p.stop),
  refused('of protocol 0 in text', 'unsafe', 'pickle/nested', p.proto(4), p.text('cos\nsystem\n(tR.'), p.stop),
  refused('in base64', 'unsafe', 'pickle/nested', p.proto(4), p.text(base64(evil)), p.stop),
  refused('truncated in bytes', 'unsafe', 'pickle/nested', p.proto(4), p.data(evil.subarray(0, -1)), p.stop),
  refused(
    'two levels down',
    'unsafe',
    'pickle/nested',
    p.proto(4),
    p.data(p.bytes(p.proto(4), p.data(evil), p.stop)),
    p.stop,
  ),
];
