/** A value of the Python literals that stand in a header: no names, no calls, no arithmetic. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

/** Nesting that a header may have. */
const maxDepth = 16;

/** Why a text is not a literal. */
export class LiteralError extends Error {}

/**
 * Parses a Python literal as NumPy writes it: strings, whole numbers (also with the `L` of Python 2), True, False, None, tuples,
 * lists, and dicts with string keys. Throws LiteralError for anything else, double keys among it.
 */
export function parseLiteral(text: string): Literal {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.expectEnd();
  return value;
}

class Parser {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): Literal {
    if (depth > maxDepth) throw new LiteralError('is nested too deep');
    const next = this.peek();
    if (next === "'" || next === '"') return this.string(next);
    if (next === '(') return this.items(')', depth);
    if (next === '[') return this.items(']', depth);
    if (next === '{') return this.dict(depth);
    const word = /[\w.+-]+/y;
    word.lastIndex = this.at;
    const [found = ''] = word.exec(this.text) ?? [];
    this.at += found.length;
    if (/^\d{1,16}L?$/.test(found)) return Number.parseInt(found, 10);
    if (found === 'True') return true;
    if (found === 'False') return false;
    if (found === 'None') return null;
    throw new LiteralError(`has no literal at character ${this.at - found.length}`);
  }

  expectEnd(): void {
    if (this.peek() !== '') throw new LiteralError(`goes on at character ${this.at}`);
  }

  private string(quote: string): string {
    const end = this.text.indexOf(quote, this.at + 1);
    const content = this.text.slice(this.at + 1, end);
    // An escape would let the same name be written in several ways.
    if (end < 0 || content.includes('\\')) throw new LiteralError(`has a string that does not end, or escapes`);
    this.at = end + 1;
    return content;
  }

  private items(close: string, depth: number): Literal {
    const items: Literal[] = [];
    this.at++;
    let commas = 0;
    while (this.peek() !== close) {
      if (items.length > commas) this.expect(',');
      items.push(this.value(depth + 1));
      if (this.peek() === ',') {
        this.at++;
        commas++;
      }
    }
    this.at++;
    // `(3)` is the number 3.
    const [only] = items;
    if (close === ')' && items.length === 1 && commas === 0 && only !== undefined) return only;
    return items;
  }

  private dict(depth: number): ReadonlyMap<string, Literal> {
    const entries = new Map<string, Literal>();
    this.at++;
    while (this.peek() !== '}') {
      const quote = this.peek();
      if (quote !== "'" && quote !== '"') throw new LiteralError('has a key that is no string');
      const key = this.string(quote);
      if (entries.has(key)) throw new LiteralError(`has the key ${key} twice`);
      this.expect(':');
      entries.set(key, this.value(depth + 1));
      if (this.peek() !== '}') this.expect(',');
    }
    this.at++;
    return entries;
  }

  /** The next character that is not white space; empty at the end. */
  private peek(): string {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
    return this.text.charAt(this.at);
  }

  private expect(character: string): void {
    if (this.peek() !== character) throw new LiteralError(`has no "${character}" at character ${this.at}`);
    this.at++;
  }
}

/** What a header says about its array. */
export interface ArrayHeader {
  readonly shape: readonly number[];
  /** Bytes of one element; null when elements are Python objects. */
  readonly width: number | null;
  /** In the words of safetensors; `struct` for records. */
  readonly dtype: string;
}

/** Reads a header; a string says what is wrong with it. */
export function arrayHeader(text: string): ArrayHeader | string {
  let literal: Literal;
  try {
    literal = parseLiteral(text);
  } catch (error) {
    if (error instanceof LiteralError) return error.message;
    throw error;
  }
  if (!(literal instanceof Map)) return 'is not a dict';
  const fields: ReadonlyMap<string, Literal> = literal;
  if ([...fields.keys()].toSorted().join() !== 'descr,fortran_order,shape')
    return 'has other keys than descr, fortran_order and shape';
  if (typeof fields.get('fortran_order') !== 'boolean') return 'has a fortran_order that is not True or False';
  const shape = naturals(fields.get('shape'));
  if (shape === null) return 'has a shape that is not a tuple of natural numbers';
  const type = fields.get('descr') ?? null;
  const width = widthOf(type, 0);
  if (width === undefined) return 'has a dtype that NumPy does not write';
  return { shape, width, dtype: typeof type === 'string' ? wordOf(type) : 'struct' };
}

function naturals(value: Literal | undefined): readonly number[] | null {
  if (!Array.isArray(value)) return null;
  const items = value as readonly Literal[];
  return items.every((item) => typeof item === 'number' && Number.isSafeInteger(item))
    ? (items as readonly number[])
    : null;
}

/** Bytes of an element of this dtype; null for objects, undefined for what is no dtype. */
function widthOf(type: Literal, depth: number): number | null | undefined {
  if (typeof type === 'string') return simpleWidth(type);
  if (!Array.isArray(type) || depth > maxDepth || type.length === 0) return undefined;
  let sum: number | null = 0;
  for (const field of type as readonly Literal[]) {
    const [name, inner, shape = []] = Array.isArray(field) ? (field as readonly Literal[]) : [];
    const named = typeof name === 'string' || Array.isArray(name);
    const width: number | null | undefined = inner === undefined ? undefined : widthOf(inner, depth + 1);
    const sizes = naturals(typeof shape === 'number' ? [shape] : shape);
    if (!named || width === undefined || sizes === null) return undefined;
    if (width === null) sum = null;
    else if (sum !== null) sum += sizes.reduce((product, size) => product * size, width);
  }
  return sum;
}

function simpleWidth(type: string): number | null | undefined {
  const [, kind = '', digits = ''] = /^[<>=|]?([a-zA-Z?])(\d{0,9})(\[\d*[a-zA-Z]+\])?$/.exec(type) ?? [];
  // Python objects, and the strings of NumPy 2, which are saved as objects.
  if (kind === 'O' || kind === 'T') return null;
  if (kind === '?') return 1;
  if (digits === '') return undefined;
  if (kind === 'U') return 4 * Number(digits);
  return 'biufcmMSVa'.includes(kind) && kind !== '' ? Number(digits) : undefined;
}

const words: Readonly<Record<string, string>> = {
  b1: 'BOOL',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  c8: 'C64',
  c16: 'C128',
};

function wordOf(type: string): string {
  const plain = type.replace(/^[<>=|]/, '');
  return words[plain] ?? plain;
}
