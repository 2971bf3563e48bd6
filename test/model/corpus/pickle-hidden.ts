import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { evil } from '../pickle/malicious/sample.ts';
import { benign, dangerous, type CorpusCase } from './case.ts';

const old = Buffer.from("cos\nsystem\n(S'true'\ntR.");
const harmless = p.bytes(p.proto(4), p.text('nothing to see here'), p.stop);

function hidden(name: string, ...parts: readonly p.Part[]): CorpusCase {
  return dangerous(
    `pickle in a pickle: ${name}`,
    ['pickle/nested'],
    'model.pkl',
    p.bytes(p.proto(4), ...parts, p.stop),
  );
}

function innocent(name: string, ...parts: readonly p.Part[]): CorpusCase {
  return benign(`pickle in a pickle: ${name}`, 'model.pkl', p.bytes(p.proto(4), ...parts, p.stop));
}

const large = p.bytes(p.proto(4), p.data(Buffer.alloc(9000, 65)), '0', p.payload, p.stop);

/** Pickles in the byte strings and texts of pickles: harmless until something loads them, which is what they are there for. */
export const pickleHiddenCases: readonly CorpusCase[] = [
  hidden('base64 of protocol 0', p.longText(old.toString('base64'))),
  hidden('base64 with line breaks', p.longText(evil.toString('base64').replaceAll(/.{16}/g, '$&\n'))),
  hidden('base64 in bytes', p.data(Buffer.from(evil.toString('base64')))),
  hidden('base64 for addresses', p.longText(evil.toString('base64url'))),
  hidden('long base64', p.longText(large.toString('base64'))),
  hidden('hexadecimal text', p.longText(evil.toString('hex'))),
  hidden('hexadecimal text in capitals', p.longText(evil.toString('hex').toUpperCase())),
  hidden('hexadecimal text of protocol 0', p.longText(old.toString('hex'))),
  hidden('zlib', p.data(deflateSync(evil))),
  hidden('zlib without compression', p.data(deflateSync(evil, { level: 0 }))),
  hidden('zlib of protocol 0', p.data(deflateSync(old))),
  hidden('zlib, large', p.data(deflateSync(large, { level: 0 }))),
  hidden('zlib, cut off', p.data(deflateSync(p.bytes(evil, Buffer.alloc(100)), { level: 0 }).subarray(0, -20))),
  hidden('gzip', p.data(gzipSync(evil))),
  hidden('zstd', p.data(zstdCompressSync(evil))),
  hidden('in a bytearray of protocol 5', '\x96', p.u64(old.length), old),
  hidden('in BINBYTES8', '\x8e', p.u64(evil.length), evil),
  hidden('in Python 2 text', 'T', p.u32(evil.length), evil),
  hidden('protocol 1', p.data(p.bytes('(', p.global('os', 'system'), 'U\x04trueo.'))),
  innocent('a harmless one', p.data(harmless)),
  innocent('base64 of a harmless one', p.longText(harmless.toString('base64'))),
  innocent('base64 of something else', p.longText(Buffer.alloc(300, 'gA').toString('base64'))),
  innocent('hexadecimal digits', p.longText('8004deadbeef'.repeat(9))),
  innocent('zlib of text', p.data(deflateSync(Buffer.from('ordinary text. '.repeat(20))))),
  innocent('zlib of zeros, packed a thousand to one', p.data(deflateSync(Buffer.alloc(8 * 1024 * 1024)))),
  innocent('a sentence in base64', p.longText(Buffer.from('code is a word.').toString('base64'))),
];
