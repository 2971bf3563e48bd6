import type { Machine } from '../machine.ts';
import { plainNumber } from '../digits.ts';
import { Malformed } from '../malformed.ts';
import type { MemoIndex } from '../memo.ts';
import { argument, type OpcodeTable } from './opcode.ts';

/** Opcodes that move values between stack and memo. */
export const stack: OpcodeTable = {
  '(': { name: 'MARK', argument: 0, run: (machine) => machine.mark() },
  '0': {
    name: 'POP',
    argument: 0,
    run: (machine) => {
      // Directly behind a MARK, POP takes the MARK away.
      if (machine.marks.length > 0 && machine.stack.length === machine.fence) machine.popMark();
      else machine.pop();
    },
  },
  '1': { name: 'POP_MARK', argument: 0, run: (machine) => void machine.popToMark() },
  '2': { name: 'DUP', argument: 0, run: (machine) => machine.push(machine.top()) },
  g: {
    name: 'GET',
    argument: argument.line,
    run: (machine, start, length) => machine.push(machine.recall(index(machine, start, length))),
  },
  h: {
    name: 'BINGET',
    argument: 1,
    run: (machine, start) => machine.push(machine.recall(machine.buffer[start] as number)),
  },
  j: {
    name: 'LONG_BINGET',
    argument: 4,
    run: (machine, start) => machine.push(machine.recall(machine.buffer.readUInt32LE(start))),
  },
  p: {
    name: 'PUT',
    argument: argument.line,
    run: (machine, start, length) => {
      remember(machine, index(machine, start, length));
    },
  },
  q: {
    name: 'BINPUT',
    argument: 1,
    run: (machine, start) => {
      remember(machine, machine.buffer[start] as number);
    },
  },
  r: {
    name: 'LONG_BINPUT',
    argument: 4,
    run: (machine, start) => {
      remember(machine, machine.buffer.readUInt32LE(start));
    },
  },
  '\x94': {
    name: 'MEMOIZE',
    argument: 0,
    run: (machine) => {
      machine.memo.put(machine.memo.size, machine.top());
    },
  },
};

/** Picklers number what they write; Python allocates a memo of twice the largest number. */
function remember(machine: Machine, at: MemoIndex): void {
  if (typeof at === 'string' || at > 1_000_000 + 4 * machine.count) {
    const message = `A memo index of ${at} makes Python allocate 16 bytes for each number below it; no pickler writes it.`;
    machine.observer.problem('pickle/irregular', machine.at, message);
  }
  machine.memo.put(at, machine.top());
}

/** A memo index in decimal digits; what only some versions of Python read is reported and read as they do. */
function index(machine: Machine, start: number, length: number): MemoIndex {
  const value = plainNumber(machine.buffer, start, length);
  if (value >= 0) return value;
  const text = machine.buffer.toString('latin1', start, start + length);
  machine.observer.problem('pickle/irregular', machine.at, 'A memo index is not written in plain decimal digits.');
  // The C unpickler reads up to a NUL.
  const digits = (text.split('\0')[0] ?? '').trim().replaceAll('_', '');
  if (!/^[-+]?\d+$/.test(digits)) throw new Malformed('has an index that is not a number');
  if (digits.startsWith('-') && /[1-9]/.test(digits)) throw new Malformed('has a negative index');
  const plain = digits.replace(/^[-+]?0*(?=\d)/, '');
  // Only the Python unpickler takes larger ones.
  return plain.length <= 15 ? Number(plain) : plain;
}
