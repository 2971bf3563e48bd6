/**
 * Symbolic values of the pickle machine. Numbers, short strings, booleans and None are themselves; everything else is a small
 * object that says what it is, never what is in it, so that memory follows the structure of a pickle and not its data.
 */
export type Value = number | string | boolean | null | Symbolic;
export type Symbolic = Container | Tuple | Opaque | Global | Instance | Persistent;

/** Largest number of items of a tuple, and of entries of a dict, that are kept. */
const keptItems = 48;
/** Largest number of items of a list that are kept. */
const keptOfList = 512;

/** How many items of lists may still be kept, over all lists of a file. */
export interface Room {
  items: number;
}

/** A list, dict, set or frozenset. `weight` is its size were every shared part written out. */
export class Container {
  readonly kind: 'list' | 'dict' | 'set' | 'frozenset';
  weight = 1;
  /** The first entries of a dict (key, value, key, value, ...), or the first items of a list. */
  entries: Value[] | null = null;
  /** Whether there are entries or items that were not kept. */
  dropped = false;

  constructor(kind: 'list' | 'dict' | 'set' | 'frozenset') {
    this.kind = kind;
  }

  /** Adds what was appended, keys included. */
  grow(items: readonly Value[], from: number): void {
    let added = 0;
    for (let i = from; i < items.length; i++) added += weightOf(items[i] as Value);
    this.weight += added;
  }

  /** Keeps the entries `[key, value, ...]` of `items` from index `from` on, as long as there is room. Returns units of 64 bytes. */
  keep(items: readonly Value[], from: number): number {
    const room = 2 * keptItems - (this.entries?.length ?? 0);
    const count = Math.min(room, (items.length - from) & ~1);
    this.dropped ||= items.length - from > count;
    if (count === 0) return 0;
    const kept = items.slice(from, from + count);
    this.entries = this.entries === null ? kept : [...this.entries, ...kept];
    return 1 + (count >> 3);
  }

  /** Keeps the items of a list, from index `from` on, as long as there is room in it and in what the file may keep. */
  keepItems(items: readonly Value[], from: number, room: Room): void {
    const count = Math.min(items.length - from, room.items, keptOfList - (this.entries?.length ?? 0));
    this.dropped ||= items.length - from > count;
    if (count <= 0) return;
    room.items -= count;
    this.entries ??= [];
    for (let i = from; i < from + count; i++) this.entries.push(items[i] as Value);
  }

  /** Keeps all items of a list, from index `from` on. */
  keepAll(items: readonly Value[], from: number): void {
    this.entries ??= [];
    for (let i = from; i < items.length; i++) this.entries.push(items[i] as Value);
  }

  /** Value of a string key among the kept entries of a dict; the last one wins. */
  entry(key: string): Value | undefined {
    const entries = this.kind === 'dict' ? (this.entries ?? []) : [];
    for (let i = entries.length - 2; i >= 0; i -= 2) if (entries[i] === key) return entries[i + 1];
    return undefined;
  }
}

/** A tuple; `items` is null when there are too many to keep. */
export class Tuple {
  readonly kind = 'tuple';
  readonly weight: number;
  readonly items: readonly Value[] | null;
  readonly length: number;
  readonly hashable: boolean;

  /** Memory of the items that are kept, in units of 64 bytes. */
  get units(): number {
    return this.items === null ? 0 : 1 + (this.items.length >> 3);
  }

  constructor(items: readonly Value[]) {
    this.length = items.length;
    this.hashable = items.every(isHashable);
    this.items = items.length <= keptItems ? items : null;
    let weight = 1;
    for (const item of items) weight += weightOf(item);
    this.weight = weight;
  }
}

export type OpaqueKind = 'float' | 'integer' | 'string' | 'bytes' | 'bytearray' | 'buffer' | 'unknown';

/** A value of which only the type and the size are known. */
export class Opaque {
  readonly kind = 'opaque';
  readonly weight = 1;
  readonly type: OpaqueKind;
  /** Bytes. */
  readonly length: number;
  /** The first bytes, one character per byte, of short bytes objects. */
  readonly text: string | null;

  constructor(type: OpaqueKind, length: number, text: string | null = null) {
    this.type = type;
    this.length = length;
    this.text = text;
  }
}

/** Something imported by name. One object per distinct name and file. */
export class Global {
  readonly kind = 'global';
  readonly weight = 1;
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  /** `module.name` */
  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** The result of a call. `type` is the class that it is an instance of, when known. */
export class Instance {
  readonly kind = 'instance';
  readonly weight = 1;
  readonly type: Global | null;
  readonly args: Value;
  /** What the last BUILD gave it. */
  state: Value | undefined = undefined;

  constructor(type: Global | null, args: Value) {
    this.type = type;
    this.args = args;
  }
}

/** The object behind a persistent id. */
export class Persistent {
  readonly kind = 'persistent';
  readonly weight = 1;
  readonly id: Value;

  constructor(id: Value) {
    this.id = id;
  }
}

export const someFloat = new Opaque('float', 8);
export const someInteger = new Opaque('integer', 8);
export const something = new Opaque('unknown', 0);

/** Size of a value were every shared part written out; 1 for everything that is not a plain container. */
export function weightOf(value: Value): number {
  return typeof value === 'object' && value !== null ? value.weight : 1;
}

/** Whether Python can use the value as a key; objects are taken at their word. */
export function isHashable(value: Value): boolean {
  if (value instanceof Container) return value.kind === 'frozenset';
  if (value instanceof Opaque) return value.type !== 'bytearray';
  return !(value instanceof Tuple) || value.hashable;
}

/** Whether the value is a Python `str`. */
export function isString(value: Value): boolean {
  return typeof value === 'string' || (value instanceof Opaque && value.type === 'string');
}
