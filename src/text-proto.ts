/** A scalar of a message: a text in quotation marks, or a word (number, true, TYPE_FP32). */
export interface Scalar {
  readonly text: string;
  readonly quoted: boolean;
}

/** A message: for each field its values in order; a field that is not repeated has one. */
export class Message {
  readonly fields: ReadonlyMap<string, readonly (Scalar | Message)[]>;

  constructor(fields: ReadonlyMap<string, readonly (Scalar | Message)[]>) {
    this.fields = fields;
  }

  /** The scalars of a field, as text. */
  texts(field: string): readonly string[] {
    return (this.fields.get(field) ?? []).flatMap((value) => (value instanceof Message ? [] : [value.text]));
  }

  /** The last scalar of a field, which is the one that counts; null without any. */
  text(field: string): string | null {
    return this.texts(field).at(-1) ?? null;
  }

  messages(field: string): readonly Message[] {
    return (this.fields.get(field) ?? []).filter((value) => value instanceof Message);
  }
}

/** Thrown for text that is not a message; `offset` counts characters. */
export class TextProtoError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const maxDepth = 64;
const space = /(?:[ \t\r\n\f\v]+|#[^\n]*)*/y;
const word = /[A-Za-z0-9_.+-]+/y;
const fieldName = /[A-Za-z_]\w*/y;
const quotedText = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/**
 * Parses a protobuf message in text form, as `config.pbtxt` has it. Names of extensions and of types (`[...]`) are refused. Throws
 * TextProtoError.
 */
export function parseTextProto(source: string): Message {
  const reader = new Reader(source);
  return reader.message('', 0);
}

class Reader {
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
  }

  message(close: string, depth: number): Message {
    if (depth > maxDepth) throw new TextProtoError(`is nested more than ${maxDepth} deep`, this.at);
    const fields = new Map<string, (Scalar | Message)[]>();
    for (;;) {
      const next = this.peek();
      if (next === close) {
        this.at += close.length;
        return new Message(fields);
      }
      const name = this.match(fieldName);
      if (name === '') throw new TextProtoError('has no field name where one should be', this.at);
      const values = fields.get(name) ?? [];
      this.values(values, depth);
      fields.set(name, values);
      if (',;'.includes(this.peek() || ' ')) this.at++;
    }
  }

  private values(values: (Scalar | Message)[], depth: number): void {
    const colon = this.peek() === ':';
    if (colon) this.at++;
    if (this.peek() !== '[') {
      values.push(this.value(colon, depth));
      return;
    }
    this.at++;
    if (this.peek() === ']') {
      this.at++;
      return;
    }
    for (;;) {
      values.push(this.value(true, depth));
      const next = this.peek();
      this.at++;
      if (next === ']') return;
      if (next !== ',') throw new TextProtoError('lacks a comma', this.at - 1);
    }
  }

  private value(scalarAllowed: boolean, depth: number): Scalar | Message {
    const next = this.peek();
    if (next === '{' || next === '<') {
      this.at++;
      return this.message(next === '{' ? '}' : '>', depth + 1);
    }
    if (!scalarAllowed) throw new TextProtoError('lacks a colon', this.at);
    if (next === '"' || next === "'") return { text: this.quoted(), quoted: true };
    const text = this.match(word);
    if (text === '') throw new TextProtoError('has no value where one should be', this.at);
    return { text, quoted: false };
  }

  /** Texts behind each other are one. */
  private quoted(): string {
    let text = '';
    while (this.peek() === '"' || this.peek() === "'") {
      const literal = this.match(quotedText);
      if (literal === '') throw new TextProtoError('has a text that does not end', this.at);
      text += unescape(literal.slice(1, -1));
    }
    return text;
  }

  private peek(): string {
    this.match(space);
    return this.source[this.at] ?? '';
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescape(text: string): string {
  return text.replaceAll(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (code.startsWith('x') && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return escapes[code] ?? code;
  });
}
