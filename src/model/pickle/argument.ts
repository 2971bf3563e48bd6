import { Malformed } from './malformed.ts';
import { argument, type Opcode } from './opcodes/opcode.ts';

/** First bytes of a long payload, by which a pickle inside is recognised. */
export const headBytes = 16;
/** Longest pair of lines that name a global, and longest line of a kind that is never long. Bytes. */
const nameBytes = 65_536;

/** Where the argument of an opcode is: where it starts in the buffer, its length, where the next opcode starts. */
export class Argument {
  start = 0;
  length = 0;
  next = 0;

  /** Finds the argument of an opcode; false when its bytes are not all here yet. */
  measure(buffer: Buffer, opcode: Opcode, start: number, wholeBytes: number): boolean {
    const kind = opcode.argument;
    this.start = start;
    if (kind >= 0) {
      this.length = kind;
      this.next = start + kind;
      return this.next <= buffer.length;
    }
    if (kind === argument.line)
      return this.measureLine(buffer, start, opcode.long === undefined ? nameBytes : wholeBytes);
    if (kind === argument.twoLines) return this.measureNames(buffer, start);
    const prefix = prefixBytes(kind);
    if (start + prefix > buffer.length) return false;
    this.start = start + prefix;
    this.length = counted(buffer, kind, start);
    if (this.length > wholeBytes && opcode.long !== undefined) {
      // Streams past; only its first bytes have to be here.
      this.next = this.start;
      return this.start + headBytes <= buffer.length;
    }
    this.next = this.start + this.length;
    return this.next <= buffer.length;
  }

  private measureLine(buffer: Buffer, start: number, limit: number): boolean {
    const end = buffer.indexOf(10, start);
    const length = (end < 0 ? buffer.length : end) - start;
    if (length > limit) {
      if (limit === nameBytes) throw new Malformed(`has an argument of more than ${nameBytes} bytes`);
      this.length = length;
      this.next = start;
      return true;
    }
    this.length = length;
    this.next = end + 1;
    return end >= 0;
  }

  private measureNames(buffer: Buffer, start: number): boolean {
    const middle = buffer.indexOf(10, start);
    const end = middle < 0 ? -1 : buffer.indexOf(10, middle + 1);
    if ((end < 0 ? buffer.length : end) - start > nameBytes) throw new Malformed('has a name of more than 64 KiB');
    this.length = end - start;
    this.next = end + 1;
    return end >= 0;
  }
}

function counted(buffer: Buffer, kind: number, start: number): number {
  if (kind === argument.counted1) return buffer[start] as number;
  if (kind === argument.counted4) return buffer.readUInt32LE(start);
  if (kind === argument.counted8) return Number(buffer.readBigUInt64LE(start));
  const length = buffer.readInt32LE(start);
  if (length < 0) throw new Malformed('has a negative length');
  return length;
}

/** How much of an opcode the C unpickler takes from the end of a frame that it does not fit into. */
export function keptOfFrame(opcode: Opcode, left: Buffer): number {
  if (opcode.argument === argument.twoLines) {
    const end = left.indexOf(10);
    return end < 0 ? 1 : end + 1;
  }
  const prefix = prefixBytes(opcode.argument);
  if (prefix === 0 || left.length < 1 + prefix) return 1;
  return opcode.name.includes('BYTE') ? Infinity : 1 + prefix;
}

/** Bytes of the length before an argument. */
function prefixBytes(kind: number): number {
  if (kind === argument.counted1) return 1;
  if (kind === argument.counted8) return 8;
  return kind === argument.counted4 || kind === argument.signed4 ? 4 : 0;
}
