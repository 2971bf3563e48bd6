import { isAscii } from 'node:buffer';
import type { Machine } from '../machine.ts';
import type { PayloadEncoding } from '../observer.ts';
import { mayHide } from '../encodings.ts';
import { Malformed } from '../malformed.ts';
import { Instance, Opaque, something, type OpaqueKind } from '../values.ts';
import { EscapeCheck, isPythonUtf8, Utf8Check } from '../text-checks.ts';
import { escapedBytes, rawUnicode } from '../text-literals.ts';
import { argument, type Opcode, type OpcodeTable } from './opcode.ts';

/** Longest text that is kept; names, dtypes and other small facts are shorter. Bytes. */
const keptBytes = 1024;
/** Text that is looked at byte by byte. */
const shortBytes = 64;

/** Opcodes for text and bytes. */
export const strings: OpcodeTable = {
  S: {
    name: 'STRING',
    argument: argument.line,
    run: quotedString,
    long: pushLong('string'),
    check: () => new EscapeCheck(true),
  },
  T: { name: 'BINSTRING', argument: argument.signed4, run: oldString, long: pushLong('string') },
  U: { name: 'SHORT_BINSTRING', argument: argument.counted1, run: oldString },
  V: {
    name: 'UNICODE',
    argument: argument.line,
    run: escapedUnicode,
    long: pushLong('string'),
    check: () => new EscapeCheck(false),
  },
  '\x8c': { name: 'SHORT_BINUNICODE', argument: argument.counted1, run: text },
  X: {
    name: 'BINUNICODE',
    argument: argument.counted4,
    run: text,
    long: pushLong('string'),
    check: () => new Utf8Check(),
  },
  '\x8d': {
    name: 'BINUNICODE8',
    argument: argument.counted8,
    run: text,
    long: pushLong('string'),
    check: () => new Utf8Check(),
  },
  C: bytes('SHORT_BINBYTES', argument.counted1, 'bytes'),
  B: bytes('BINBYTES', argument.counted4, 'bytes'),
  '\x8e': bytes('BINBYTES8', argument.counted8, 'bytes'),
  '\x96': bytes('BYTEARRAY8', argument.counted8, 'bytearray'),
  '\x97': {
    name: 'NEXT_BUFFER',
    argument: 0,
    run: (machine) => {
      machine.observer.problem(
        'pickle/outside',
        machine.at,
        'The pickle asks its loader for a buffer that is not in the file.',
      );
      machine.push(new Opaque('buffer', 0));
    },
  },
  '\x98': { name: 'READONLY_BUFFER', argument: 0, run: readOnly },
};

function pushLong(type: OpaqueKind): (machine: Machine, length: number) => void {
  return (machine, length) => machine.push(new Opaque(type, length));
}

function bytes(name: string, kind: number, type: OpaqueKind): Opcode {
  return {
    name,
    argument: kind,
    run: (machine, start, length) => {
      look(machine, start, length);
      const kept = length <= keptBytes ? machine.buffer.toString('latin1', start, start + length) : null;
      machine.made += kept === null ? 1 : 2 + (length >> 6);
      machine.push(new Opaque(type, length, kept));
    },
    long: pushLong(type),
  };
}

/** UTF-8 with lone surrogates allowed, as Python's `surrogatepass` reads it. */
function text(machine: Machine, start: number, length: number): void {
  const { buffer } = machine;
  look(machine, start, length, 'utf8');
  if (length <= shortBytes && isShortAscii(buffer, start, start + length)) {
    if (length > 16) machine.made++;
    machine.push(buffer.toString('latin1', start, start + length));
    return;
  }
  const slice = buffer.subarray(start, start + length);
  if (!isAscii(slice) && !isPythonUtf8(slice)) throw new Malformed('has text that is not UTF-8');
  machine.made += 1 + (length <= keptBytes ? length >> 5 : 0);
  machine.push(length <= keptBytes ? slice.toString('utf8') : new Opaque('string', length));
}

/** Like `isAscii`, without a view of the bytes, which costs more than the loop. */
function isShortAscii(buffer: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((buffer[at] as number) >= 0x80) return false;
  return true;
}

/** Python 2 text: ASCII unless the loader names another encoding. */
function oldString(machine: Machine, start: number, length: number): void {
  look(machine, start, length);
  machine.made += 1 + (length >> 6);
  if (length <= keptBytes) machine.push(machine.buffer.toString('latin1', start, start + length));
  else machine.push(new Opaque('string', length));
}

function quotedString(machine: Machine, start: number, length: number): void {
  const first = machine.buffer[start];
  if (length < 2 || first !== machine.buffer[start + length - 1] || (first !== 0x27 && first !== 0x22)) {
    throw new Malformed('has text without quotes around it');
  }
  const decoded = escapedBytes(machine.buffer.toString('latin1', start + 1, start + length - 1));
  if (decoded === null) throw new Malformed('has an escape sequence that is not complete');
  lookAtText(machine, decoded);
  machine.made += 1 + (decoded.length >> 6);
  machine.push(decoded.length <= keptBytes ? decoded : new Opaque('string', decoded.length));
}

function escapedUnicode(machine: Machine, start: number, length: number): void {
  const decoded = rawUnicode(machine.buffer.toString('latin1', start, start + length));
  if (decoded === null) throw new Malformed('has an escape sequence that is not complete');
  lookAtText(machine, decoded);
  machine.made += 1 + (decoded.length >> 6);
  machine.push(decoded.length <= keptBytes ? decoded : new Opaque('string', decoded.length));
}

/** Shows a whole payload to the observer. */
function look(machine: Machine, start: number, length: number, encoding: PayloadEncoding = 'raw'): void {
  if (length >= 6 && mayHide(machine.buffer[start] as number))
    lookAt(machine, machine.buffer.subarray(start, start + length), machine.at, encoding);
}

/** Bytes that are written as characters. */
function lookAtText(machine: Machine, characters: string): void {
  if (characters.length >= 6 && mayHide(characters.charCodeAt(0)))
    lookAt(machine, Buffer.from(characters, 'latin1'), machine.at);
}

function lookAt(machine: Machine, content: Buffer, offset: number, encoding: PayloadEncoding = 'raw'): void {
  const sink = machine.observer.payload(content, content.length, offset, encoding);
  if (sink === null) return;
  sink.write(content);
  sink.end();
}

function readOnly(machine: Machine): void {
  const value = machine.top();
  if (value === something || (value instanceof Opaque && ['bytes', 'bytearray', 'buffer'].includes(value.type))) return;
  if (!(value instanceof Instance)) throw new Malformed('needs a buffer');
  machine.observer.problem('pickle/irregular', machine.at, 'An object is made a read-only buffer.');
}
