import type { RuleId } from '../rules/index.ts';
import type { Machine } from './machine.ts';
import type { Consumer, Sink } from './payload.ts';
import type { Global, Instance, Value } from './values.ts';

/** How something was called. */
export type CallOpcode = 'REDUCE' | 'NEWOBJ' | 'NEWOBJ_EX' | 'OBJ' | 'INST';

/** How a payload is written: `utf8` is text, in which picklers also write bytes, as Latin-1 characters. */
export type PayloadEncoding = 'raw' | 'utf8';

/** What a machine tells while it runs. Offsets are bytes in the file. */
export interface Observer {
  /** `module.name` would be imported. Returns the one value that stands for it. */
  global(module: string, name: string, offset: number): Global;
  /** `callee(*args)` would be called; returns what stands for the result. */
  call(opcode: CallOpcode, callee: Value, args: Value, offset: number): Value;
  /** The loader would be asked for the object with this id; returns what stands for it. */
  persistent(id: Value, offset: number): Value;
  /** BUILD: `__setstate__` would be called, or attributes written. */
  build(target: Value, state: Value, offset: number): void;
  /** A method of an object that is not a plain container would be called (`append`, `__setitem__`, ...). */
  change(target: Value, opcode: string, offset: number): void;
  /** The state of an instance is complete; returns who takes the bytes that follow when they are not opcodes. */
  built(target: Instance, machine: Machine): Consumer | null;
  /** A bytes or text payload begins; returns who wants to see it. `head` has its first bytes. */
  payload(head: Buffer, length: number, offset: number, encoding?: PayloadEncoding): Sink | null;
  /** A finding that the bytes alone prove. */
  problem(rule: RuleId, offset: number, message: string): void;
}
