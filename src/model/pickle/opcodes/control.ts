import type { Machine } from '../machine.ts';
import { Malformed } from '../malformed.ts';
import type { OpcodeTable } from './opcode.ts';

/** Opcodes that steer the reading. */
export const control: OpcodeTable = {
  '\x80': {
    name: 'PROTO',
    argument: 1,
    run: (machine, start) => {
      const protocol = machine.buffer[start] as number;
      if (protocol > 5) throw new Malformed(`asks for protocol ${protocol}; the highest is 5`);
      if (machine.count > 1) {
        machine.observer.problem(
          'pickle/irregular',
          machine.at,
          'The opcode PROTO stands in the middle of the stream, where no pickler writes it.',
        );
      }
      machine.protocol = protocol;
    },
  },
  '\x95': {
    name: 'FRAME',
    argument: 8,
    run: frame,
  },
  '.': {
    name: 'STOP',
    argument: 0,
    run: (machine) => {
      machine.result = machine.pop();
      if (machine.stack.length > 0 || machine.marks.length > 0) {
        machine.observer.problem(
          'pickle/irregular',
          machine.at,
          `The stream stops with ${machine.stack.length} values left on the stack, which no pickler does.`,
        );
      }
      if (machine.frameEnd !== Infinity && machine.at + 1 < machine.frameEnd) {
        machine.observer.problem(
          'pickle/irregular',
          machine.at,
          `The stream stops before the end of its frame (byte ${machine.frameEnd}).`,
        );
      }
      machine.state = 'stopped';
    },
  },
};

/** A new frame begins where the last one ends, or there is none. */
function frame(machine: Machine, start: number): void {
  const length = Number(machine.buffer.readBigUInt64LE(start));
  const from = machine.at + 9;
  const { frameEnd } = machine;
  if (frameEnd === Infinity || from >= frameEnd) {
    machine.frameEnd = from + length;
  } else if (from + length > frameEnd) {
    machine.straddle(`A frame begins inside another frame and ends behind it, which ends at byte ${frameEnd}`);
    if (machine.drops) machine.skip(0, from);
    machine.frameEnd = (machine.drops ? frameEnd : from) + length;
  } else {
    const message = 'A frame begins inside another frame: the Python unpickler stops there with an error.';
    machine.observer.problem('pickle/irregular', machine.at, message);
  }
}
