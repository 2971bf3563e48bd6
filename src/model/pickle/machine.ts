import type { RuleId } from '../rules/index.ts';
import { Malformed } from './malformed.ts';
import { Memo } from './memo.ts';
import type { Observer } from './observer.ts';
import { opcodes } from './opcodes/index.ts';
import { argument, type Opcode } from './opcodes/opcode.ts';
import { LongLine, Payload, type Consumer } from './payload.ts';
import type { Value } from './values.ts';

/** Payloads up to this size are looked at whole; longer ones stream past. Bytes. */
const wholeBytes = 4096;
/** First bytes of a long payload, by which a pickle inside is recognised. */
const headBytes = 16;
/** Longest pair of lines that name a global. Bytes. */
const nameBytes = 65_536;
/** Most values on the stack, marks, and memo entries; more is refused rather than remembered. */
const maxEntries = 8_000_000;

/** Where a machine starts; everything has a default. */
export interface MachineStart {
  /** Offset of the first byte in the file. */
  readonly offset?: number;
  /** Another machine whose state to go on from, without changing it: a second reading of what follows. */
  readonly from?: Machine;
}

/**
 * Runs one pickle stream, from its first opcode to STOP, with the semantics of CPython's C unpickler on symbolic values: nothing is
 * imported or called, the observer is told what would be. Takes the bytes in pieces of any size; memory follows the structure
 * of the pickle (stack, memo, containers), never the size of its data; each byte is looked at once.
 */
export class Machine {
  readonly observer: Observer;
  /** For opcodes: the bytes at hand. */
  buffer: Buffer = Buffer.alloc(0);
  /** Offset in the file of the opcode that runs. */
  at: number;
  stack: Value[] = [];
  readonly memo: Memo;
  marks: number[] = [];
  /** Height of the stack at the last MARK: opcodes cannot pop below it. */
  fence = 0;
  /** The last PROTO, 0 without. */
  protocol = 0;
  /** Opcodes run so far. */
  count = 0;
  state: 'running' | 'stopped' | 'failed' = 'running';
  /** Offset in the file of the end of the current FRAME; infinite outside of one. */
  frameEnd = Infinity;
  /** Takes what follows when it is not opcodes. */
  consumer: Consumer | null = null;
  private base: number;
  private carry: Buffer | null = null;
  /** Argument of the opcode that is being decoded: where it starts in the buffer, its length, where the next opcode starts. */
  private start = 0;
  private length = 0;
  private next = 0;

  constructor(observer: Observer, start: MachineStart = {}) {
    this.observer = observer;
    this.base = start.offset ?? 0;
    this.at = this.base;
    const { from } = start;
    this.memo = new Memo(from?.memo ?? null);
    if (from === undefined) return;
    this.stack = [...from.stack];
    this.marks = [...from.marks];
    this.fence = from.fence;
    this.protocol = from.protocol;
  }

  /** Takes the next bytes. Returns how many of them, at the end, were not needed because the stream has stopped or failed. */
  feed(chunk: Buffer): number {
    const buffer = this.carry === null ? chunk : Buffer.concat([this.carry, chunk]);
    this.carry = null;
    this.buffer = buffer;
    let position = 0;
    while (this.state === 'running' && position < buffer.length) {
      if (this.consumer === null) {
        const reached = this.execute(position);
        const waits = this.running && reached === position;
        position = reached;
        if (waits) break;
      } else {
        position += this.consumer.take(buffer, position);
        if (!this.consumer.done) break;
        const { consumer } = this;
        this.consumer = null;
        consumer.finish();
      }
    }
    this.base += position;
    if (this.running && position < buffer.length) {
      // A copy: the caller may reuse its chunk.
      this.carry = Buffer.from(buffer.subarray(position));
      return 0;
    }
    return buffer.length - position;
  }

  /** Says that no more bytes follow. */
  end(): void {
    if (!this.running) return;
    this.at = this.base;
    const held = this.carry?.length ?? 0;
    const what =
      this.consumer !== null
        ? `in the middle of ${this.consumer.title}`
        : held > 0
          ? `in the middle of the opcode ${opcodes[this.carry?.[0] ?? 0]?.name ?? 'with an unknown code'}`
          : 'before the opcode STOP';
    this.fail('pickle/truncated', `The pickle ends ${what}.`);
  }

  /** Ends this stream with a finding. */
  fail(rule: RuleId, message: string): void {
    this.state = 'failed';
    this.observer.problem(rule, this.at, message);
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    if (this.stack.length <= this.fence) {
      throw new Malformed('takes a value from an empty stack');
    }
    return this.stack.pop() as Value;
  }

  /** The value on top. */
  top(): Value {
    if (this.stack.length <= this.fence) {
      throw new Malformed('needs a value, but the stack is empty');
    }
    return this.stack[this.stack.length - 1] as Value;
  }

  mark(): void {
    this.fence = this.stack.length;
    this.marks.push(this.fence);
  }

  /** Forgets the last MARK; returns the height of the stack at it. */
  popMark(): number {
    const mark = this.marks.pop();
    if (mark === undefined) {
      throw new Malformed('needs a MARK, but there is none');
    }
    this.fence = this.marks[this.marks.length - 1] ?? 0;
    return mark;
  }

  /** Takes all values above the last MARK. */
  popToMark(): Value[] {
    return this.stack.splice(this.popMark());
  }

  recall(index: number): Value {
    const value = this.memo.get(index);
    if (value !== undefined) return value;
    throw new Malformed(`reads entry ${index} of the memo, which was never written`);
  }

  /** Whether the stream goes on; a getter, because handlers change the state behind the back of the type checker. */
  private get running(): boolean {
    return this.state === 'running';
  }

  /** Runs opcodes from `position` until the bytes, the stream, or the opcodes end. Returns where it got to. */
  private execute(position: number): number {
    const { buffer } = this;
    let at = position;
    try {
      while (at < buffer.length && this.consumer === null && this.running) {
        const opcode = opcodes[buffer[at] as number];
        this.at = this.base + at;
        if (opcode === undefined) {
          this.fail('pickle/unknown-opcode', `The byte 0x${hex(buffer[at])} is not an opcode of protocols 0 to 5.`);
          return at;
        }
        if (!this.measure(opcode.argument, at + 1)) return at;
        if (this.base + this.next > this.frameEnd) this.leaveFrame(opcode.name);
        this.count++;
        at = this.next;
        if (this.length > wholeBytes && opcode.argument !== argument.twoLines) this.consumer = this.stream(opcode);
        else opcode.run(this, this.start, this.length);
      }
      if (this.stack.length + this.marks.length > maxEntries || this.memo.size > maxEntries) {
        this.fail('pickle/limit', `The pickle holds more than ${maxEntries} values at a time.`);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const name = opcodes[buffer[this.at - this.base] as number]?.name ?? '';
      this.fail('pickle/malformed', `The opcode ${name} ${error.message}.`);
    }
    return at;
  }

  /** Finds the argument of an opcode; false when its bytes are not all here yet. */
  private measure(kind: number, start: number): boolean {
    this.start = start;
    if (kind >= 0) {
      this.length = kind;
      this.next = start + kind;
      return this.next <= this.buffer.length;
    }
    if (kind === argument.line) return this.measureLine(start);
    if (kind === argument.twoLines) return this.measureNames(start);
    const prefix = kind === argument.counted1 ? 1 : kind === argument.counted8 ? 8 : 4;
    if (start + prefix > this.buffer.length) return false;
    this.start = start + prefix;
    this.length = this.counted(kind, start);
    if (this.length > wholeBytes) {
      // Streams past; only its first bytes have to be here.
      this.next = this.start;
      return this.start + headBytes <= this.buffer.length;
    }
    this.next = this.start + this.length;
    return this.next <= this.buffer.length;
  }

  private counted(kind: number, start: number): number {
    if (kind === argument.counted1) return this.buffer[start] as number;
    if (kind === argument.counted4) return this.buffer.readUInt32LE(start);
    if (kind === argument.counted8) return Number(this.buffer.readBigUInt64LE(start));
    const length = this.buffer.readInt32LE(start);
    if (length < 0) throw new Malformed('has a negative length');
    return length;
  }

  private measureLine(start: number): boolean {
    const end = this.buffer.indexOf(10, start);
    const length = (end < 0 ? this.buffer.length : end) - start;
    if (length > wholeBytes) {
      this.length = length;
      this.next = start;
      return true;
    }
    this.length = length;
    this.next = end + 1;
    return end >= 0;
  }

  private measureNames(start: number): boolean {
    const middle = this.buffer.indexOf(10, start);
    const end = middle < 0 ? -1 : this.buffer.indexOf(10, middle + 1);
    if ((end < 0 ? this.buffer.length : end) - start > nameBytes) throw new Malformed('has a name of more than 64 KiB');
    this.length = end - start;
    this.next = end + 1;
    return end >= 0;
  }

  /** The consumer for an argument that is too long to be looked at whole. */
  private stream(opcode: Opcode): Consumer {
    const long = opcode.long?.bind(opcode);
    if (long === undefined) throw new Malformed(`has an argument of more than ${wholeBytes} bytes`);
    if (opcode.argument === argument.line) {
      return new LongLine((length) => {
        long(this, length);
      });
    }
    const { length, next } = this;
    const offset = this.base + next;
    if (offset + length > this.frameEnd) this.leaveFrame(opcode.name);
    const head = this.buffer.subarray(next, next + headBytes);
    return new Payload(length, this.observer.payload(head, length, offset), () => {
      long(this, length);
    });
  }

  /** An opcode ends behind the end of the frame: either the frame was over before it, or it lies across the end. */
  private leaveFrame(name: string): void {
    if (this.at !== this.frameEnd) {
      this.observer.problem(
        'pickle/frame-straddle',
        this.at,
        `An opcode (${name}) lies across the end of its frame at byte ${this.frameEnd}: readers disagree on what follows.`,
      );
    }
    this.frameEnd = Infinity;
  }
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
