import type { Machine } from '../machine.ts';
import { plainNumber } from '../digits.ts';
import { someFloat, someInteger, type Value } from '../values.ts';
import { argument, type OpcodeTable } from './opcode.ts';

/** Opcodes for numbers, None and booleans. */
export const numbers: OpcodeTable = {
  N: { name: 'NONE', argument: 0, run: (machine) => machine.push(null) },
  '\x88': { name: 'NEWTRUE', argument: 0, run: (machine) => machine.push(true) },
  '\x89': { name: 'NEWFALSE', argument: 0, run: (machine) => machine.push(false) },
  J: { name: 'BININT', argument: 4, run: (machine, start) => machine.push(machine.buffer.readInt32LE(start)) },
  K: { name: 'BININT1', argument: 1, run: (machine, start) => machine.push(machine.buffer[start] as number) },
  M: { name: 'BININT2', argument: 2, run: (machine, start) => machine.push(machine.buffer.readUInt16LE(start)) },
  G: { name: 'BINFLOAT', argument: 8, run: (machine) => machine.push(someFloat) },
  I: { name: 'INT', argument: argument.line, run: integerLine, long: longInteger },
  L: { name: 'LONG', argument: argument.line, run: longLine, long: longInteger },
  F: { name: 'FLOAT', argument: argument.line, run: floatLine, long: longFloat },
  '\x8a': { name: 'LONG1', argument: argument.counted1, run: binaryInteger },
  '\x8b': {
    name: 'LONG4',
    argument: argument.signed4,
    run: binaryInteger,
    long: (machine) => machine.push(someInteger),
  },
};

/** Little-endian two's complement. */
function binaryInteger(machine: Machine, start: number, length: number): void {
  if (length === 0) machine.push(0);
  else machine.push(length <= 6 ? machine.buffer.readIntLE(start, length) : someInteger);
}

/** INT, which also writes the booleans of protocols 0 and 1. */
function integerLine(machine: Machine, start: number, length: number): void {
  const value = plainNumber(machine.buffer, start, length);
  if (value >= 0 && (machine.buffer[start] !== 0x30 || length === 1)) {
    machine.push(value);
    return;
  }
  const text = machine.buffer.toString('latin1', start, start + length);
  if (text === '00') machine.push(false);
  else if (text === '01') machine.push(true);
  else machine.push(integer(machine, text));
}

/** LONG, with or without its L. */
function longLine(machine: Machine, start: number, length: number): void {
  const text = machine.buffer.toString('latin1', start, start + length);
  machine.push(integer(machine, text.endsWith('L') ? text.slice(0, -1) : text));
}

/** Versions of CPython read this in base 10, or in base 0 (`0x10`, `0o7`), with or without underscores; picklers write base 10. */
function integer(machine: Machine, text: string): Value {
  if (/^-?(0|[1-9]\d*)$/.test(text)) return text.length <= 15 ? Number.parseInt(text, 10) : someInteger;
  machine.observer.problem(
    'pickle/irregular',
    machine.at,
    'An integer is not written in plain decimal digits: versions of Python disagree on whether it can be read.',
  );
  return someInteger;
}

function longInteger(machine: Machine, length: number): void {
  const message = `An integer has ${length} digits: versions of Python disagree on whether it can be read.`;
  machine.observer.problem('pickle/irregular', machine.at, message);
  machine.push(someInteger);
}

function longFloat(machine: Machine, length: number): void {
  machine.observer.problem('pickle/irregular', machine.at, `A floating-point number has ${length} characters.`);
  machine.push(someFloat);
}

function floatLine(machine: Machine, start: number, length: number): void {
  const text = machine.buffer.toString('latin1', start, start + length);
  // Too large a number is infinite to the Python unpickler and an error to the other.
  const whole = /^[-+]?\d+\.?\d*(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
  if (!whole && !/^[-+]?(inf|nan)$/i.test(text)) {
    machine.observer.problem('pickle/irregular', machine.at, 'A floating-point number is not written in plain digits.');
  }
  machine.push(someFloat);
}
