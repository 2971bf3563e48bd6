import type { Findings } from '../findings.ts';
import { Message } from './message.ts';
import type { Field, Schema } from './schema.ts';
import { countVarints, fixed, readVarint, unpack, varintValue, type Varint } from './wire.ts';

/** Depth at which every protobuf library stops. */
const maxDepth = 100;
/** Messages and bytes of text that are held at a time. */
const maxMessages = 300_000;
const maxKeptBytes = 64 * 1024 * 1024;
/** Numbers and texts of one list, bytes of one data field, and bytes of one text that are kept. */
const keptNumbers = 64;
const keptTexts = 4096;
const keptData = 1024;
const keptText = 16 * 1024 * 1024;
/** What a value takes beside its bytes, and what the place of a data field takes. */
const overhead = 64;
const spanOverhead = 160;
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
  last: number;
}

/**
 * Reads a protobuf message as a stream: a tree of what a schema names, with data fields as places, so that memory follows the
 * structure and not the weights. (Libraries want the whole file in memory; a model has gigabytes.) Findings: `protobuf/malformed`,
 * `protobuf/truncated`, `protobuf/unknown-field`, `protobuf/repeated-field`, `protobuf/limit`.
 */
export class ProtobufReader {
  private readonly schema: Schema;
  private readonly findings: Findings;
  /** Messages that are looked at and dropped as soon as they end. */
  private readonly passing = new Map<Field, (message: Message) => void>();
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
    /** By `Outer.field`. */
    passing: Readonly<Record<string, (message: Message) => void>> = {},
  ) {
    this.schema = schema;
    this.findings = findings;
    for (const [path, look] of Object.entries(passing)) {
      const [type = '', name] = path.split(/\.(?=[^.]*$)/);
      const field = [...(schema.get(type)?.values() ?? [])].find((each) => each.name === name);
      if (field === undefined) throw new Error(`no field ${path}`);
      this.passing.set(field, look);
    }
    this.push(root, null, 0, Infinity);
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

  /** Reads nothing more: whoever looks at passing messages has found that there are too many. */
  abandon(): void {
    this.stopped = true;
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

  /** The innermost message; the outermost is never closed. */
  private frame(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Error('no message is open');
    return frame;
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
    const frame = this.frame();
    const room = Math.min(bytes.length - at, frame.end - this.position);
    if (!last && room < headerBytes && frame.end - this.position > room) return null;
    const limit = at + room;
    const tag = readVarint(bytes, at, limit);
    if (tag === null) return this.short(frame, room, limit - at, last);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number < 1 || number > 536_870_911) {
      return this.stop('protobuf/malformed', this.position, `Field number ${number} does not exist.`);
    }
    const field = frame.fields.get(number) ?? null;
    if (wire === 1 || wire === 5) {
      const width = wire === 1 ? 8 : 4;
      if (tag.next + width > limit) return this.short(frame, room, 0, last);
      if (field?.wire === width) this.put(frame, field, fixed(field.type, bytes, tag.next));
      else this.unknown(frame, number, wire);
      return tag.next + width - at;
    }
    if (wire !== 0 && wire !== 2) {
      return this.stop('protobuf/malformed', this.position, `Wire type ${wire} is not used by any library.`);
    }
    const value = readVarint(bytes, tag.next, limit);
    if (value === null) return this.short(frame, room, limit - tag.next, last);
    if (wire === 2) return this.delimited(frame, field, number, value, bytes, at);
    if (field?.wire === 'varint') this.put(frame, field, varintValue(field.type, value, bytes, tag.next));
    else this.unknown(frame, number, wire);
    return value.next - at;
  }

  /** What it means that a value does not end in the bytes at hand, of which `digits` are for a number. */
  private short(frame: Frame, room: number, digits: number, last: boolean): null {
    if (digits >= 10) return this.stop('protobuf/malformed', this.position, 'A number has more than 10 bytes.');
    if (this.position + room >= frame.end) {
      return this.stop('protobuf/malformed', this.position, 'A value goes beyond the end of its message.');
    }
    return last ? this.stop('protobuf/truncated', this.position, 'It ends in the middle of a value.') : null;
  }

  /** What has a length: a message, or a payload that is read next. */
  private delimited(
    frame: Frame,
    field: Field | null,
    number: number,
    { value: length, next }: Varint,
    bytes: Buffer,
    at: number,
  ): number | null {
    const offset = this.position + next - at;
    if (offset + length > frame.end || !Number.isSafeInteger(length)) {
      const what = `Field ${number} has ${length} bytes, more than its message.`;
      return this.stop('protobuf/malformed', this.position, what);
    }
    if (field?.wire === 'message') {
      this.open(field, offset, length);
      return next - at;
    }
    if (field?.wire === 'string' && length <= keptText && next + length <= bytes.length) {
      // A short text in one piece needs no payload.
      this.kept += length;
      this.put(frame, field, bytes.toString('utf8', next, next + length));
      return next + length - at;
    }
    // Lists of numbers may be packed; single numbers may not.
    const fits = field !== null && (field.wire === 'string' || field.wire === 'bytes' || field.many);
    if (!fits) this.unknown(frame, number, 2);
    const room = field?.wire === 'string' ? keptText : fits ? keptData : 0;
    const state = { left: length, pieces: [], room, varints: 0, last: 0 };
    this.payload = { field: fits ? field : null, offset, length, ...state };
    if (length === 0) this.finish(frame, this.payload, offset);
    return next - at;
  }

  private open(field: Field, offset: number, length: number): void {
    if (this.frames.length > maxDepth) {
      this.stop('protobuf/limit', offset, `Messages are nested more than ${maxDepth} deep.`);
      return;
    }
    this.push(field.type, field, offset, offset + length);
    this.live++;
    if (this.live > maxMessages) this.stop('protobuf/limit', offset, `There are more than ${maxMessages} messages.`);
  }

  private push(type: string, field: Field | null, offset: number, end: number): void {
    const fields = this.schema.get(type);
    if (fields === undefined) throw new Error(`no message ${type}`);
    const { live, kept } = this;
    this.frames.push({ message: new Message(type, offset), fields, field, end, live, kept });
  }

  /** Takes bytes of the payload, returns how many. */
  private consume(payload: Payload, bytes: Buffer, at: number): number {
    const taken = Math.min(payload.left, bytes.length - at);
    const piece = bytes.subarray(at, at + taken);
    if (payload.field?.wire === 'varint') payload.varints += countVarints(piece);
    payload.last = piece.at(-1) ?? 0;
    if (payload.room > 0) {
      const copy = Buffer.from(piece.subarray(0, payload.room));
      payload.room -= copy.length;
      payload.pieces.push(copy);
      this.kept += copy.length;
    }
    payload.left -= taken;
    this.position += taken;
    if (payload.left === 0) {
      this.finish(this.frame(), payload, this.position);
      this.settle();
    }
    return taken;
  }

  private finish(frame: Frame, payload: Payload, offset: number): void {
    this.payload = null;
    const { field, length } = payload;
    if (field === null) return;
    const kept = payload.pieces.length === 1 ? (payload.pieces[0] ?? nothing) : Buffer.concat(payload.pieces);
    if (field.wire === 'string') {
      if (kept.length < length)
        this.stop('protobuf/limit', payload.offset, `"${field.name}" has ${length} bytes of text.`);
      this.put(frame, field, kept.toString('utf8'));
    } else if (field.wire === 'bytes') {
      this.kept += spanOverhead;
      this.put(frame, field, { offset: payload.offset, length, kept });
    } else {
      this.packed(frame, field, payload, kept, offset);
    }
  }

  private packed(frame: Frame, field: Field, payload: Payload, kept: Buffer, offset: number): void {
    this.kept -= kept.length;
    const values = unpack(field, kept, keptNumbers);
    const whole = typeof field.wire === 'number' ? payload.length % field.wire === 0 : payload.last < 0x80;
    if (!whole || values === null) {
      this.stop('protobuf/malformed', offset, `The list "${field.name}" ends in the middle of a number.`);
      return;
    }
    const list = frame.message.values(field.name);
    list.count += typeof field.wire === 'number' ? payload.length / field.wire : payload.varints;
    for (const value of values) if (list.kept < keptNumbers) list.keep(value);
    this.kept += overhead + 8 * values.length;
  }

  /** One more value of a field; undefined for one that is not kept. */
  private put(frame: Frame, field: Field, value: unknown): void {
    const list = frame.message.values(field.name);
    if (list.count > 0 && !field.many) {
      const what = `"${field.name}" of ${frame.message.type} stands there ${list.count + 1} times`;
      this.findings.add('protobuf/repeated-field', this.position, `${what}.`);
    }
    list.count++;
    const most = typeof value === 'number' ? keptNumbers : field.wire === 'message' ? Infinity : keptTexts;
    if (value === undefined || list.kept >= most) return;
    list.keep(value);
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
    for (let frame = this.frame(); frame.end <= this.position; frame = this.frame()) {
      if (this.payload !== null || this.stopped || frame.field === null) return;
      this.frames.pop();
      const outer = this.frame();
      const pass = this.passing.get(frame.field);
      if (pass === undefined) {
        this.put(outer, frame.field, frame.message);
      } else {
        pass(frame.message);
        this.live = frame.live;
        this.kept = frame.kept;
        this.put(outer, frame.field, undefined);
      }
    }
  }
}
