import { isAscii, isUtf8 } from 'node:buffer';
import type { Machine } from '../machine.ts';
import { Malformed } from '../malformed.ts';
import type { CallOpcode } from '../observer.ts';
import { Container, Global, Instance, isString, something, Tuple, type Value } from '../values.ts';
import { argument, type OpcodeTable } from './opcode.ts';

/** Opcodes that import, call and build. */
export const objects: OpcodeTable = {
  c: {
    name: 'GLOBAL',
    argument: argument.twoLines,
    run: (machine, start, length) => machine.push(named(machine, start, length)),
  },
  '\x93': { name: 'STACK_GLOBAL', argument: 0, run: stackGlobal },
  i: {
    name: 'INST',
    argument: argument.twoLines,
    run: (machine, start, length) => {
      // The Python unpickler imports before it looks for the MARK.
      const callee = named(machine, start, length);
      if (!isAscii(machine.buffer.subarray(start, start + length))) throw new Malformed('has a name that is not ASCII');
      call(machine, 'INST', callee, new Tuple(machine.popToMark()));
    },
  },
  o: {
    name: 'OBJ',
    argument: 0,
    run: (machine) => {
      const [callee, ...args] = machine.popToMark();
      if (callee === undefined) throw new Malformed('has nothing to call');
      call(machine, 'OBJ', callee, new Tuple(args));
    },
  },
  R: {
    name: 'REDUCE',
    argument: 0,
    run: (machine) => {
      const args = machine.pop();
      call(machine, 'REDUCE', machine.pop(), args);
    },
  },
  '\x81': {
    name: 'NEWOBJ',
    argument: 0,
    run: (machine) => {
      const args = machine.pop();
      call(machine, 'NEWOBJ', machine.pop(), args);
    },
  },
  '\x92': {
    name: 'NEWOBJ_EX',
    argument: 0,
    run: (machine) => {
      const keywords = machine.pop();
      const args = machine.pop();
      if (!(keywords instanceof Container && keywords.kind === 'dict')) {
        throw new Malformed('has keyword arguments that are not a dict');
      }
      const none = keywords.weight === 1;
      const names = keywords.entries?.filter((_, index) => index % 2 === 0) ?? [];
      if (!names.every(isString)) {
        const message = 'The names of keyword arguments are not all text.';
        machine.observer.problem('pickle/irregular', machine.at, message);
      }
      call(machine, 'NEWOBJ_EX', machine.pop(), none ? args : new Tuple([args, keywords]));
    },
  },
  b: { name: 'BUILD', argument: 0, run: build },
  '\x82': { name: 'EXT1', argument: 1, run: extension },
  '\x83': { name: 'EXT2', argument: 2, run: extension },
  '\x84': { name: 'EXT4', argument: 4, run: extension },
  P: {
    name: 'PERSID',
    argument: argument.line,
    run: (machine, start, length) => persistent(machine, machine.buffer.toString('latin1', start, start + length)),
  },
  Q: { name: 'BINPERSID', argument: 0, run: (machine) => persistent(machine, machine.pop()) },
};

/** The global named by the two lines of an argument. */
function named(machine: Machine, start: number, length: number): Global {
  const bytes = machine.buffer.subarray(start, start + length);
  if (!isUtf8(bytes)) throw new Malformed('has a name that is not UTF-8');
  const [module = '', name = ''] = bytes.toString('utf8').split('\n');
  return machine.observer.global(module, name, machine.at);
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name === 'string' && typeof module === 'string') {
    machine.push(machine.observer.global(module, name, machine.at));
    return;
  }
  if (name !== something && module !== something && !(isString(name) && isString(module))) {
    throw new Malformed('has a module or name that is not text');
  }
  machine.observer.problem(
    'pickle/unreadable-global',
    machine.at,
    'Imports something whose name is too long to be a name.',
  );
  machine.push(something);
}

function call(machine: Machine, opcode: CallOpcode, callee: Value, args: Value): void {
  if (!(args instanceof Tuple)) {
    const message =
      'The arguments of a call are not a tuple: versions of the unpickler disagree on whether it can be made.';
    machine.observer.problem('pickle/irregular', machine.at, message);
  }
  machine.made++;
  machine.push(machine.observer.call(opcode, callee, args, machine.at));
}

function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  machine.observer.build(target, state, machine.at);
  if (!(target instanceof Instance)) return;
  target.state = state;
  machine.consumer = machine.observer.built(target, machine);
  if (machine.consumer === null || machine.frameEnd === Infinity) return;
  if (machine.at + 1 < machine.frameEnd) {
    machine.observer.problem(
      'pickle/irregular',
      machine.at,
      'Array data begins inside a frame, where joblib never writes it: readers disagree on what follows.',
    );
  }
  machine.frameEnd = Infinity;
}

function extension(machine: Machine, start: number, length: number): void {
  const code = machine.buffer.readUIntLE(start, length);
  machine.observer.problem(
    'pickle/outside',
    machine.at,
    `Imports what the loading program registered under extension code ${code}; the name is not in the file.`,
  );
  machine.push(something);
}

function persistent(machine: Machine, id: Value): void {
  machine.made++;
  machine.push(machine.observer.persistent(id, machine.at));
}
