import type { RuleId } from '../rules/index.ts';
import { Argument, headBytes, keptOfFrame } from './argument.ts';
import { Malformed } from './malformed.ts';
import { Memo } from './memo.ts';
import type { Observer } from './observer.ts';
import { opcodes } from './opcodes/index.ts';
import { argument as argumentKind, type Opcode } from './opcodes/opcode.ts';
import { LongLine, Payload, type Consumer, type FrameOfLine } from './payload.ts';
import { ValueStack } from './value-stack.ts';
import type { Room, Value } from './values.ts';

/** Payloads up to this size are looked at whole; longer ones stream past. Bytes. */
const defaultWholeBytes = 4096;
/** Most values on the stack, marks, and memo entries; more is refused rather than remembered. */
const maxEntries = 8_000_000;
/** Most objects that a pickle may make, in units of about 64 bytes of our memory. */
const maxMade = 3_000_000;
/** Items of lists that are kept, in all lists of a file. */
const keptListItems = 20_000;
/** Times that the other reading may lose the end of a frame; the file is unsafe after the first. */
const maxDrops = 64;

/** Where a machine starts; everything has a default. */
export interface MachineStart {
  /** Offset of the first byte in the file. */
  readonly offset?: number;
  /** Another machine whose state to go on from, without changing it: a second reading of what follows. */
  readonly from?: Machine;
  /** Whether to read as the C unpickler does from a file: what is left of a frame is lost to an opcode that does not fit. */
  readonly drops?: boolean;
  /** Whether lists keep all that is in them, for small pickles that are data. */
  readonly keepsItems?: boolean;
  /** For lists, shared with the machines of the same file. */
  readonly room?: Room;
  /** Longest argument that is looked at whole, bytes; at least 16. */
  readonly wholeBytes?: number;
}

/**
 * Runs one pickle stream, from its first opcode to STOP, with the semantics of CPython's C unpickler on symbolic values: nothing is
 * imported or called, the observer is told what would be. Takes the bytes in pieces of any size; memory follows the structure
 * of the pickle (stack, memo, containers), never the size of its data; each byte is looked at once.
 */
export class Machine extends ValueStack {
  readonly observer: Observer;
  /** For opcodes: the bytes at hand. */
  buffer: Buffer = Buffer.alloc(0);
  /** Offset in the file of the opcode that runs. */
  at: number;
  /** Objects that were made, in units of about 64 bytes. */
  made = 0;
  /** Parts of keys that Python has to hash. */
  hashed = 0;
  /** The last PROTO, 0 without. */
  protocol = 0;
  /** Opcodes run so far. */
  count = 0;
  state: 'running' | 'stopped' | 'failed' = 'running';
  /** What was on top at STOP. */
  result: Value = null;
  /** 1 for every opcode that has run, by byte. */
  readonly seen = new Uint8Array(256);
  readonly keepsItems: boolean;
  readonly room: Room;
  /** Offset in the file of the end of the current FRAME; infinite outside of one. */
  frameEnd = Infinity;
  /** Takes what follows when it is not opcodes. */
  consumer: Consumer | null = null;
  /** The other reading, from the first opcode on that does not fit into its frame. It gets the same bytes. */
  second: Machine | null = null;
  readonly drops: boolean;
  /** Opcode that goes on behind the end of its frame. */
  private held: Buffer | null = null;
  private base: number;
  private carry: Buffer | null = null;
  private readonly wholeBytes: number;
  private dropped = 0;
  /** Argument of the opcode that is being decoded. */
  private readonly argument = new Argument();

  constructor(observer: Observer, start: MachineStart = {}) {
    const { from } = start;
    const drops = start.drops === true;
    super(from !== undefined && drops ? from.memo.copy() : new Memo(from?.memo ?? null));
    this.observer = observer;
    this.base = start.offset ?? 0;
    this.at = this.base;
    this.drops = drops;
    this.keepsItems = start.keepsItems === true;
    this.room = start.room ?? from?.room ?? { items: keptListItems };
    this.wholeBytes = start.wholeBytes ?? defaultWholeBytes;
    if (from === undefined) return;
    if (this.drops) this.frameEnd = from.frameEnd;
    this.stack = [...from.stack];
    this.marks = [...from.marks];
    this.fence = from.fence;
    this.protocol = from.protocol;
  }

  /** Takes the next bytes. Returns how many of them, at the end, were not needed because the stream has stopped or failed. */
  feed(chunk: Buffer): number {
    this.second?.feed(chunk);
    let buffer = this.carry === null ? chunk : Buffer.concat([this.carry, chunk]);
    this.carry = null;
    this.buffer = buffer;
    let position = 0;
    while (this.state === 'running' && position < buffer.length) {
      if (this.consumer === null) {
        const reached = this.execute(position);
        const waits = this.running && reached === position && !this.reads;
        position = reached;
        if (waits) break;
      } else {
        position += this.consumer.take(buffer, position);
        if (!this.consumer.done) break;
        const { consumer } = this;
        this.consumer = null;
        consumer.finish();
        if (this.held === null) continue;
        buffer = Buffer.concat([this.held, buffer.subarray(position)]);
        this.base += position - this.held.length;
        position = 0;
        this.buffer = buffer;
        this.held = null;
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
    if (this.consumer === null && this.carry !== null) this.lastName(this.carry);
    const held = this.carry?.length ?? 0;
    const what =
      this.consumer !== null
        ? `in the middle of ${this.consumer.title}`
        : held > 0
          ? `in the middle of the opcode ${opcodes[this.carry?.[0] ?? 0]?.name ?? 'with an unknown code'}`
          : 'before the opcode STOP';
    this.fail('pickle/truncated', `The pickle ends ${what}.`);
  }

  /** The Python unpickler takes a line that ends with the file, without its last character: GLOBAL and INST import by it. */
  private lastName(rest: Buffer): void {
    const opcode = opcodes[rest[0] as number];
    if (opcode?.argument !== argumentKind.twoLines) return;
    const lines = rest.subarray(1, -1);
    this.buffer = rest.includes(10, 1) ? lines : Buffer.concat([lines, Buffer.from('\n')]);
    try {
      opcode.run(this, 0, this.buffer.length);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }

  /** Ends this stream with a finding. */
  fail(rule: RuleId, message: string): void {
    this.state = 'failed';
    if (!this.drops) this.observer.problem(rule, this.at, message);
  }

  /** Whether the stream goes on; a getter, because handlers change the state behind the back of the type checker. */
  private get running(): boolean {
    return this.state === 'running';
  }

  /** Whether the next bytes are no opcodes; a getter for the same reason. */
  private get reads(): boolean {
    return this.consumer !== null;
  }

  /** Runs opcodes from `position` until the bytes, the stream, or the opcodes end. Returns where it got to. */
  private execute(position: number): number {
    const { argument, buffer, seen, wholeBytes } = this;
    let at = position;
    try {
      while (at < buffer.length && this.consumer === null && this.running) {
        const opcode = opcodes[buffer[at] as number];
        this.at = this.base + at;
        if (opcode === undefined) {
          this.fail('pickle/unknown-opcode', `The byte 0x${hex(buffer[at])} is not an opcode of protocols 0 to 5.`);
          return at;
        }
        if (!argument.measure(buffer, opcode, at + 1, wholeBytes)) {
          // The whole frame is here and the argument is not: it goes on behind the frame, and may seem longer than the file.
          if (this.frameEnd - this.base <= buffer.length) this.leaveFrame(opcode);
          break;
        }
        if (this.base + argument.next > this.frameEnd) {
          this.leaveFrame(opcode);
          if (this.reads) break;
        }
        this.count++;
        seen[buffer[at] as number] = 1;
        at = argument.next;
        if (argument.length > wholeBytes && opcode.long !== undefined) this.consumer = this.stream(opcode);
        else opcode.run(this, argument.start, argument.length);
      }
      if (this.stack.length + this.marks.length > maxEntries || this.memo.cost > maxEntries) {
        this.fail('pickle/limit', `The pickle holds more than ${maxEntries} values at a time.`);
      } else if (this.made > maxMade) {
        this.fail('pickle/limit', `The pickle makes more than ${maxMade} lists, dicts, tuples, objects and texts.`);
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const name = opcodes[buffer[this.at - this.base] as number]?.name ?? '';
      this.fail('pickle/malformed', `The opcode ${name} ${error.message}.`);
    }
    return at;
  }

  /** The consumer for an argument that is too long to be looked at whole. */
  private stream(opcode: Opcode): Consumer {
    const check = opcode.check?.() ?? null;
    const done = (length: number) => {
      const problem = check?.end() ?? null;
      if (problem === null) opcode.long?.(this, length);
      else this.fail('pickle/malformed', `The opcode ${opcode.name} ${problem}.`);
    };
    if (opcode.argument === argumentKind.line) return new LongLine(check, this.frameOfLine(opcode), done);
    const { length, next } = this.argument;
    const offset = this.base + next;
    if (offset + length > this.frameEnd) {
      this.leaveFrame(opcode);
      if (this.consumer !== null) return this.consumer;
    }
    const head = this.buffer.subarray(next, next + headBytes);
    const sinks = [check, this.observer.payload(head, length, offset, check === null ? 'raw' : 'utf8')].filter(
      (sink) => sink !== null,
    );
    return new Payload(length, sinks, () => {
      done(length);
    });
  }

  /** What happens to a line, not looked at whole, when its frame ends before it does; null outside of frames. */
  private frameOfLine(opcode: Opcode): FrameOfLine | null {
    const { at, frameEnd } = this;
    if (frameEnd === Infinity) return null;
    const code = this.buffer.subarray(at - this.base, at - this.base + 1);
    const crossed = (rest: Buffer) => {
      this.frameEnd = Infinity;
      if (this.drops) {
        this.dropped++;
        if (this.dropped > maxDrops) this.state = 'failed';
        this.held = Buffer.from(code);
        return true;
      }
      const message = `An opcode (${opcode.name}) lies across the end of its frame at byte ${frameEnd}`;
      this.observer.problem('pickle/frame-straddle', at, `${message}: readers disagree on what follows.`);
      if (this.second !== null) return false;
      this.second = new Machine(this.observer, { offset: frameEnd - 1, from: this, drops: true });
      this.second.feed(code);
      this.second.feed(rest);
      return false;
    };
    return { left: frameEnd - at - 1, crossed };
  }

  /** An opcode ends behind the end of the frame: either the frame was over before it, or it lies across the end. */
  private leaveFrame(opcode: Opcode): void {
    const { at, frameEnd } = this;
    if (at !== frameEnd) {
      this.straddle(`An opcode (${opcode.name}) lies across the end of its frame at byte ${frameEnd}`);
      if (at < frameEnd && this.drops) {
        const left = this.buffer.subarray(at - this.base, frameEnd - this.base);
        this.skip(keptOfFrame(opcode, left), at);
      }
    }
    this.frameEnd = Infinity;
  }

  /** Readers disagree from here on: the Python unpickler stops, the C unpickler goes on, or loses what is left of the frame. */
  straddle(message: string): void {
    if (this.drops) return;
    this.observer.problem('pickle/frame-straddle', this.at, `${message}: readers disagree on what follows.`);
    if (this.second !== null || this.at >= this.frameEnd) return;
    this.second = new Machine(this.observer, { offset: this.at, from: this, drops: true });
    this.second.feed(this.buffer.subarray(this.at - this.base));
  }

  /** Goes on behind the frame with an opcode of which `kept` bytes, from `from` on, are taken from the frame. */
  skip(kept: number, from: number): void {
    this.dropped++;
    if (this.dropped > maxDrops) this.state = 'failed';
    const start = from - this.base;
    // Kept is everything: the data of bytes objects is put together correctly.
    if (kept > this.frameEnd - from) return;
    this.held = Buffer.from(this.buffer.subarray(start, start + kept));
    this.consumer = new Payload(this.frameEnd - from, [], () => undefined);
  }
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, '0');
}
