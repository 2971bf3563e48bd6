import type { Findings } from '../findings.ts';
import { Message } from './message.ts';
import { isScalar, type Field, type Scalar, type Schema } from './schema.ts';
import { countVarints, fixedWidth, readVarint, scalarOf, unpack } from './wire.ts';

/** Depth at which every protobuf library stops. */
const maxDepth = 100;
/** Messages and bytes of text that are held at a time. */
const maxMessages = 400_000;
const maxKeptBytes = 64 * 1024 * 1024;
/** Numbers and texts of one list, bytes of one data field, and bytes of one text that are kept. */
const keptNumbers = 64;
const keptTexts = 4096;
const keptData = 512;
const keptText = 16 * 1024 * 1024;
/** What a value takes beside its bytes. */
const overhead = 32;
const nothing = Buffer.alloc(0);
/** A tag and the longest number behind it. */
const headerBytes = 20;

interface Frame {
  readonly message: Message;
  readonly fields: ReadonlyMap<number, Field>;
  /** The field of the outer message that it belongs to; null for the whole file. */
  readonly field: Field | null;
  /** Where it ends; infinite for the whole file. */
  readonly end: number;
  /** What was held when it began. */
  readonly live: number;
  readonly kept: number;
}

/** A length-delimited value that is being read, piece by piece. */
interface Payload {
  /** Null when no schema knows it. */
  readonly field: Field | null;
  readonly offset: number;
  readonly length: number;
  left: number;
  readonly pieces: Buffer[];
  /** Bytes that may still be kept. */
  room: number;
  /** Numbers that ended so far. */
  varints: number;
}

/**
 * Reads a protobuf message as a stream: a tree of what a schema names, with data fields as places, so that memory follows the
 * structure and not the weights. (Libraries want the whole file in memory; a model has gigabytes.) Findings: `protobuf/malformed`,
 * `protobuf/truncated`, `protobuf/unknown-field`, `protobuf/repeated-field`, `protobuf/limit`.
 */
export class ProtobufReader {
  private readonly schema: Schema;
  private readonly findings: Findings;
  /** Messages that are looked at and dropped as soon as they end, by `Outer.field`. */
  private readonly passing: Readonly<Record<string, (message: Message) => void>>;
  private readonly frames: Frame[] = [];
  private payload: Payload | null = null;
  private carry: Buffer = nothing;
  /** Of the next byte that was not consumed. */
  private position = 0;
  private live = 0;
  private kept = 0;
  private stopped = false;

  constructor(
    schema: Schema,
    root: string,
    findings: Findings,
    passing: Readonly<Record<string, (message: Message) => void>> = {},
  ) {
    this.schema = schema;
    this.findings = findings;
    this.passing = passing;
    this.open(root, null, 0, Infinity);
  }

  /** Takes the next bytes, which may be reused afterwards. */
  write(chunk: Buffer): void {
    if (!this.stopped) this.advance(this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]), false);
  }

  /** The whole message when every byte of it could be read, else null with a finding. */
  end(): Message | null {
    if (!this.stopped) this.advance(this.carry, true);
    if (this.stopped) return null;
    if (this.payload !== null || this.frames.length > 1) {
      return this.stop('protobuf/truncated', this.position, 'It ends in the middle of a value.');
    }
    return this.frames[0]?.message ?? null;
  }

  private advance(bytes: Buffer, last: boolean): void {
    this.carry = nothing;
    let at = 0;
    while (at < bytes.length && !this.isStopped()) {
      if (this.payload !== null) {
        at += this.consume(this.payload, bytes, at);
        continue;
      }
      const used = this.header(bytes, at, last);
      if (used === null) {
        this.carry = Buffer.from(bytes.subarray(at));
        return;
      }
      at += used;
      this.position += used;
      this.settle();
    }
  }

  /** A method, because the compiler would take the field for constant across calls. */
  private isStopped(): boolean {
    return this.stopped;
  }

  private stop(
    rule: 'protobuf/malformed' | 'protobuf/truncated' | 'protobuf/limit',
    offset: number,
    what: string,
  ): null {
    this.stopped = true;
    this.findings.add(rule, offset, what);
    return null;
  }

  /** Reads a tag and what follows it, up to the beginning of a payload; null when it needs more bytes or stopped. */
  private header(bytes: Buffer, at: number, last: boolean): number | null {
    const frame = this.frames.at(-1);
    if (frame === undefined) return null;
    const room = Math.min(bytes.length - at, frame.end - this.position);
    if (!last && room < headerBytes && frame.end - this.position > room) return null;
    const limit = at + room;
    const tag = readVarint(bytes, at, limit);
    if (tag === null) return this.short(frame, room, last);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number < 1 || number > 536_870_911) {
      return this.stop('protobuf/malformed', this.position, `Field number ${number} does not exist.`);
    }
    const field = frame.fields.get(number) ?? null;
    if (wire === 1 || wire === 5) {
      const width = wire === 1 ? 8 : 4;
      if (tag.next + width > limit) return this.short(frame, room, last);
      this.scalar(frame, field, number, wire, bytes.subarray(tag.next, tag.next + width));
      return tag.next + width - at;
    }
    if (wire !== 0 && wire !== 2) {
      return this.stop('protobuf/malformed', this.position, `Wire type ${wire} is not used by any library.`);
    }
    const value = readVarint(bytes, tag.next, limit);
    if (value === null) return this.short(frame, room, last);
    if (wire === 0) this.scalar(frame, field, number, wire, bytes.subarray(tag.next, value.next));
    else this.delimited(frame, field, number, value.value, this.position + value.next - at);
    return value.next - at;
  }

  private short(frame: Frame, room: number, last: boolean): null {
    // The room may end because the message does, or because the bytes at hand do.
    if (this.position + room >= frame.end) {
      return this.stop('protobuf/malformed', this.position, 'A value goes beyond the end of its message.');
    }
    if (room >= headerBytes) return this.stop('protobuf/malformed', this.position, 'A number has more than 10 bytes.');
    return last ? this.stop('protobuf/truncated', this.position, `It ends in the middle of a value.`) : null;
  }

  private scalar(frame: Frame, field: Field | null, number: number, wire: number, bytes: Buffer): void {
    const value = field === null || !isScalar(field.type) ? undefined : scalarOf(field.type, wire, bytes);
    if (field === null || value === undefined) this.unknown(frame, number, wire);
    else this.put(frame, field, 1, value);
  }

  private delimited(frame: Frame, field: Field | null, number: number, length: number, offset: number): void {
    if (offset + length > frame.end || !Number.isSafeInteger(length)) {
      this.stop('protobuf/malformed', this.position, `Field ${number} has ${length} bytes, more than its message.`);
      return;
    }
    if (field !== null && !isScalar(field.type)) {
      this.open(field.type, field, offset, offset + length);
      return;
    }
    // Lists of numbers may be packed; single numbers may not.
    const fits = field !== null && (field.type === 'string' || field.type === 'bytes' || field.many);
    if (!fits) this.unknown(frame, number, 2);
    const room = field?.type === 'string' ? keptText : fits ? keptData : 0;
    this.payload = { field: fits ? field : null, offset, length, left: length, pieces: [], room, varints: 0 };
    if (length === 0) this.finish(frame, this.payload, offset);
  }

  private open(type: string, field: Field | null, offset: number, end: number): void {
    const fields = this.schema.get(type);
    if (fields === undefined) throw new Error(`no message ${type}`);
    if (this.frames.length > maxDepth) {
      this.stop('protobuf/limit', offset, `Messages are nested more than ${maxDepth} deep.`);
      return;
    }
    const { live, kept } = this;
    this.frames.push({ message: new Message(type, offset), fields, field, end, live, kept });
    this.live++;
    if (this.live > maxMessages) this.stop('protobuf/limit', offset, `There are more than ${maxMessages} messages.`);
  }

  /** Takes bytes of the payload, returns how many. */
  private consume(payload: Payload, bytes: Buffer, at: number): number {
    const taken = Math.min(payload.left, bytes.length - at);
    const piece = bytes.subarray(at, at + taken);
    const type = payload.field?.type;
    if (type === 'int' || type === 'bool' || type === 'sint') payload.varints += countVarints(piece);
    if (payload.room > 0) {
      const copy = Buffer.from(piece.subarray(0, payload.room));
      payload.room -= copy.length;
      payload.pieces.push(copy);
      this.kept += copy.length;
    }
    payload.left -= taken;
    this.position += taken;
    const frame = this.frames.at(-1);
    if (payload.left === 0 && frame !== undefined) {
      this.finish(frame, payload, this.position);
      this.settle();
    }
    return taken;
  }

  private finish(frame: Frame, payload: Payload, offset: number): void {
    this.payload = null;
    const { field, length } = payload;
    if (field === null) return;
    const kept = payload.pieces.length === 1 ? (payload.pieces[0] ?? nothing) : Buffer.concat(payload.pieces);
    if (field.type === 'string') {
      if (kept.length < length)
        this.stop('protobuf/limit', payload.offset, `"${field.name}" has ${length} bytes of text.`);
      this.put(frame, field, 1, kept.toString('utf8'));
    } else if (field.type === 'bytes') {
      this.put(frame, field, 1, { offset: payload.offset, length, kept });
    } else {
      this.packed(frame, field, payload, kept, offset);
    }
  }

  private packed(frame: Frame, field: Field, payload: Payload, kept: Buffer, offset: number): void {
    this.kept -= kept.length;
    const width = fixedWidth(field.type as Scalar);
    const count = width === null ? payload.varints : payload.length / width;
    const values = unpack(field.type as Scalar, kept, keptNumbers);
    if (!Number.isInteger(count) || values === null || (width === null && payload.length > 0 && count === 0)) {
      this.stop('protobuf/malformed', offset, `The list "${field.name}" ends in the middle of a number.`);
      return;
    }
    const room = Math.max(0, keptNumbers - frame.message.numbers(field.name).length);
    frame.message.put(field.name, count, undefined);
    for (const value of values.slice(0, room)) frame.message.put(field.name, 0, value);
  }

  private put(frame: Frame, field: Field, count: number, value: unknown): void {
    const { message } = frame;
    const before = message.count(field.name);
    if (before > 0 && !field.many) {
      const what = `"${field.name}" of ${message.type} stands there ${before + 1} times`;
      this.findings.add('protobuf/repeated-field', this.position, `${what}.`);
    }
    const most = field.type === 'string' || field.type === 'bytes' ? keptTexts : keptNumbers;
    const drop = field.many && isScalar(field.type) && before >= most;
    message.put(field.name, count, drop ? undefined : value);
    if (drop) return;
    this.kept += overhead;
    if (this.kept > maxKeptBytes)
      this.stop('protobuf/limit', this.position, `Texts have more than ${maxKeptBytes} bytes.`);
  }

  private unknown(frame: Frame, number: number, wire: number): void {
    const what = `Field ${number} (wire type ${wire}) of ${frame.message.type} is not known`;
    this.findings.add('protobuf/unknown-field', this.position, `${what}.`);
  }

  /** Closes the messages that end here. */
  private settle(): void {
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      if (this.payload !== null || this.stopped || frame.end > this.position) return;
      this.frames.pop();
      const outer = this.frames.at(-1);
      if (outer === undefined || frame.field === null) return;
      const pass = this.passing[`${outer.message.type}.${frame.field.name}`];
      if (pass === undefined) {
        this.put(outer, frame.field, 1, frame.message);
      } else {
        pass(frame.message);
        this.live = frame.live;
        this.kept = frame.kept;
        this.put(outer, frame.field, 1, undefined);
      }
    }
  }
}
