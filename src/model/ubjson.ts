import { TextDecoder } from 'node:util';
import type { Pulling, Pushed } from './pushed.ts';
import type { Json } from './strict-json.ts';

/** Thrown for bytes that are not Universal Binary JSON. */
export class UbjsonError extends Error {}

const maxDepth = 64;
/** Longest text, and longest array of numbers. Bytes. */
const maxPart = 16 * 1024 * 1024;
/** Values in lists that are not typed, and bytes that do nothing, which all cost time. */
const maxSteps = 10_000_000;
/** Numbers that are held in memory at a time. */
const maxNumbers = 4_000_000;

/** Called for each value in a list, with the key of the list: what it returns is kept in its place. */
export type OnItem = (key: string, value: Json) => Json;

/**
 * Reads one value of Universal Binary JSON (draft 12) as it comes in, big-endian. Keys are unique, nesting is at most 64 deep. With
 * `onItem` the items of long lists need not be kept. Throws UbjsonError.
 */
export function* readUbjson(pushed: Pushed, onItem: OnItem): Pulling<Json> {
  const reader = new Reader(pushed, onItem);
  return yield* reader.value(yield* reader.marker(), '', 0);
}

/** Bytes of numbers by marker. */
const sizes: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

class Reader {
  private readonly pushed: Pushed;
  private readonly onItem: OnItem;
  private steps = 0;
  private held = 0;

  constructor(pushed: Pushed, onItem: OnItem) {
    this.pushed = pushed;
    this.onItem = onItem;
  }

  /** The next marker; those that do nothing are passed over. */
  *marker(): Pulling<string> {
    for (;;) {
      this.step();
      const marker = (yield* this.bytes(1)).toString('latin1');
      if (marker !== 'N') return marker;
    }
  }

  *value(marker: string, key: string, depth: number): Pulling<Json> {
    this.step();
    if (depth > maxDepth) throw new UbjsonError(`is nested more than ${maxDepth} deep`);
    if (marker === '{') return yield* this.object(depth);
    if (marker === '[') return yield* this.array(key, depth);
    if (marker === 'Z') return null;
    if (marker === 'T') return true;
    if (marker === 'F') return false;
    if (marker === 'S' || marker === 'H') return yield* this.text(yield* this.marker());
    if (marker === 'C') return (yield* this.bytes(1)).toString('latin1');
    return yield* this.number(marker);
  }

  private step(): void {
    this.steps++;
    if (this.steps > maxSteps) throw new UbjsonError(`has more than ${maxSteps} values`);
  }

  private *object(depth: number): Pulling<Json> {
    const entries = new Map<string, Json>();
    const { type, count, next } = yield* this.header();
    let marker = next;
    for (let index = 0; count === null ? marker !== '}' : index < count; index++) {
      const key = yield* this.text(marker ?? (yield* this.marker()));
      if (entries.has(key)) throw new UbjsonError('has a key twice in one object');
      entries.set(key, yield* this.value(type ?? (yield* this.marker()), key, depth + 1));
      marker = count === null ? yield* this.marker() : null;
    }
    return entries;
  }

  private *array(key: string, depth: number): Pulling<Json> {
    const { type, count, next } = yield* this.header();
    if (type !== null && count !== null) {
      const size = sizes[type];
      if (size !== undefined) return yield* this.numbers(type, size, count);
      if (count > 0 && 'ZTF'.includes(type)) throw new UbjsonError('has a list of values without bytes');
    }
    const items: Json[] = [];
    let marker = next;
    for (let index = 0; count === null ? marker !== ']' : index < count; index++) {
      const item = type ?? marker ?? (yield* this.marker());
      const before = this.held;
      const value = yield* this.value(item, '', depth + 1);
      const kept = this.onItem(key, value);
      if (kept !== value) this.held = before;
      items.push(kept);
      marker = count === null ? yield* this.marker() : null;
    }
    return items;
  }

  /** `$` type, `#` count; else the marker that comes next. */
  private *header(): Pulling<{ type: string | null; count: number | null; next: string | null }> {
    let marker = yield* this.marker();
    let type: string | null = null;
    if (marker === '$') {
      type = (yield* this.bytes(1)).toString('latin1');
      marker = yield* this.marker();
      if (marker !== '#') throw new UbjsonError('has a type without a count');
    }
    if (marker !== '#') return { type, count: null, next: marker };
    return { type, count: yield* this.length(yield* this.marker()), next: null };
  }

  private *numbers(type: string, size: number, count: number): Pulling<Json> {
    this.held += count;
    if (this.held > maxNumbers) throw new UbjsonError(`has more than ${maxNumbers} numbers beside its trees`);
    if (count * size > maxPart) throw new UbjsonError(`claims a list of ${count} numbers`);
    const bytes = yield* this.bytes(count * size);
    const numbers: number[] = [];
    for (let at = 0; at < bytes.length; at += size) numbers.push(numberAt(bytes, at, type));
    return numbers;
  }

  private *text(marker: string): Pulling<string> {
    const length = yield* this.length(marker);
    if (length > maxPart) throw new UbjsonError(`claims a text of ${length} bytes`);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(yield* this.bytes(length));
    } catch (error) {
      if (error instanceof UbjsonError) throw error;
      throw new UbjsonError('has a text that is not UTF-8');
    }
  }

  private *length(marker: string): Pulling<number> {
    if (!'iUIlL'.includes(marker)) throw new UbjsonError('has a length that is no whole number');
    const length = yield* this.number(marker);
    if (length < 0 || !Number.isSafeInteger(length)) throw new UbjsonError(`claims a length of ${length}`);
    return length;
  }

  private *number(marker: string): Pulling<number> {
    const size = sizes[marker];
    if (size === undefined)
      throw new UbjsonError(`has the unknown marker 0x${Buffer.from(marker, 'latin1').toString('hex')}`);
    return numberAt(yield* this.bytes(size), 0, marker);
  }

  private *bytes(length: number): Pulling<Buffer> {
    if (this.pushed.available >= length) return this.pushed.now(length);
    const bytes = yield* this.pushed.take(length);
    if (bytes === null) throw new UbjsonError('ends before its value is complete');
    return bytes;
  }
}

function numberAt(bytes: Buffer, at: number, type: string): number {
  if (type === 'i') return bytes.readInt8(at);
  if (type === 'U') return bytes.readUInt8(at);
  if (type === 'I') return bytes.readInt16BE(at);
  if (type === 'l') return bytes.readInt32BE(at);
  if (type === 'L') return Number(bytes.readBigInt64BE(at));
  return type === 'd' ? bytes.readFloatBE(at) : bytes.readDoubleBE(at);
}
