/** A JSON value; objects are maps, so that no key (`__proto__`) is special. */
export type Json = null | boolean | number | string | readonly Json[] | ReadonlyMap<string, Json>;

/** Thrown for text that is not exactly JSON; `offset` counts characters. */
export class JsonError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const maxDepth = 128;
const shortList = 16;
/**
 * What one document may have: tokenizers have half a million lists and keys, boosters some million numbers; an object costs a hundred times
 * the two bytes that it may be written in.
 */
const most = { lists: 1_000_000, objects: 250_000, keys: 1_000_000, texts: 2_000_000, values: 5_000_000 };

/**
 * Parses JSON (RFC 8259) and refuses what `JSON.parse` lets pass in silence: a key twice in one object, nesting deeper than 128, and more
 * lists and objects than fit into little memory. With `integers`, numbers with a fraction or an exponent are refused too; with `nonFinite`,
 * `NaN`, `Infinity` and `-Infinity` are numbers, as they are for the json module of Python. Throws JsonError.
 */
export function parseStrictJson(text: string, integers = false, nonFinite = false): Json {
  const reader = new Reader(text, integers, nonFinite);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Takes the entries of an object as they are read. */
export interface Entries {
  /** Whether there was this key before. */
  has(key: string): boolean;
  set(key: string, value: Json): unknown;
}

/** The same for a text that is an object, without holding more than one of its entries at a time. Throws JsonError for other values too. */
export function parseStrictEntries(text: string, entries: Entries, integers = false): void {
  const reader = new Reader(text, integers);
  reader.entries(entries);
  reader.end();
}

const whitespace = /[ \t\n\r]*/y;
const number = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

const words = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;
const nonFiniteWords = [
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
] as const;

class Reader {
  private readonly text: string;
  private position = 0;
  private readonly seen = { lists: 0, objects: 0, keys: 0, texts: 0, values: 0 };
  private readonly integers: boolean;
  private readonly words: readonly (readonly [word: string, value: Json])[];

  constructor(text: string, integers: boolean, nonFinite = false) {
    this.text = text;
    this.words = nonFinite ? [...words, ...nonFiniteWords] : words;
    this.integers = integers;
  }

  end(): void {
    this.match(whitespace);
    if (this.position < this.text.length)
      throw new JsonError('has something behind the end of the value', this.position);
  }

  value(depth: number): Json {
    if (depth > maxDepth) throw new JsonError(`is nested more than ${maxDepth} deep`, this.position);
    this.match(whitespace);
    const character = this.text[this.position];
    this.count('values');
    if (character === '{') {
      this.count('objects');
      return this.object(depth, new Map<string, Json>());
    }
    if (character === '[') {
      this.count('lists');
      return this.array(depth);
    }
    if (character === '"') {
      this.count('texts');
      return this.string();
    }
    const digits = this.match(number);
    if (this.integers && /[.eE]/.test(digits))
      throw new JsonError('has a number that is not written as a whole number', this.position);
    if (digits !== '') return Number(digits);
    for (const [word, value] of this.words) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    throw new JsonError('has no value where one should be', this.position);
  }

  /** The entries of the object that the text is. */
  entries(target: Entries): void {
    if (this.next() !== '{') throw new JsonError('is not an object', this.position);
    this.object(0, target);
  }

  private object<T extends Entries>(depth: number, entries: T): T {
    this.position++;
    if (this.next() === '}') return this.close(entries);
    for (;;) {
      this.match(whitespace);
      const start = this.position;
      this.count('keys');
      const key = this.string();
      if (entries.has(key)) throw new JsonError(`has the key ${JSON.stringify(key.slice(0, 60))} twice`, start);
      if (this.next() !== ':') throw new JsonError('has a key without a colon behind it', this.position);
      this.position++;
      entries.set(key, this.value(depth + 1));
      if (this.next() === '}') return this.close(entries);
      this.comma();
    }
  }

  private count(what: keyof typeof most): void {
    if (++this.seen[what] > most[what]) throw new JsonError(`has more than ${most[what]} ${what}`, this.position);
  }

  private array(depth: number): Json {
    const items: Json[] = [];
    this.position++;
    if (this.next() === ']') return this.close(items);
    for (;;) {
      items.push(this.value(depth + 1));
      // A list that grew has room for 16 more; a copy has not.
      if (this.next() === ']') return this.close(items.length < shortList ? items.slice() : items);
      this.comma();
    }
  }

  private string(): string {
    const start = this.position;
    let end = this.text.indexOf('"', start + 1);
    while (end > 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    const raw = this.text[start] === '"' && end > 0 ? this.text.slice(start, end + 1) : '';
    this.position = end + 1;
    try {
      return JSON.parse(raw) as string;
    } catch {
      throw new JsonError('has a string that is not well-formed', start);
    }
  }

  private isEscaped(quote: number): boolean {
    let slashes = 0;
    while (this.text[quote - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 1;
  }

  private comma(): void {
    if (this.next() !== ',') throw new JsonError('lacks a comma', this.position);
    this.position++;
  }

  private close<T>(value: T): T {
    this.position++;
    return value;
  }

  /** The next character that is no white space. */
  private next(): string | undefined {
    this.match(whitespace);
    return this.text[this.position];
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.position += found.length;
    return found;
  }
}
