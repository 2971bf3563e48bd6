import type { Machine } from '../machine.ts';
import type { TextCheck } from '../text-checks.ts';

/** Kinds of arguments that have no fixed size; a number from 0 on is a fixed size in bytes. */
export const argument = {
  line: -1,
  twoLines: -2,
  counted1: -3,
  counted4: -4,
  counted8: -5,
  /** 4 bytes, signed: a negative length is an error. */
  signed4: -6,
} as const;

/** One opcode: how long its argument is, and what it does. */
export interface Opcode {
  readonly name: string;
  readonly argument: number;
  /** `start` and `length` delimit the argument in `machine.buffer`, without length prefix and last line end. */
  run(machine: Machine, start: number, length: number): void;
  /** Instead of `run` for arguments that stream past. */
  long?(machine: Machine, length: number): void;
  /** What has to hold for such an argument. */
  check?(): TextCheck;
}

/** Opcodes by their byte, written as the character that CPython uses. */
export type OpcodeTable = Readonly<Record<string, Opcode>>;
