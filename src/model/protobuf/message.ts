/** Where the bytes of a field stand in the file, with the first of them. */
export interface Span {
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** The first bytes, as many as are kept. */
  readonly kept: Buffer;
}

/** The values of one field. */
export interface Values {
  readonly name: string;
  /** Values in the file; `kept` may be fewer. */
  count: number;
  readonly kept: unknown[];
}

/** What was read of one message: large data only as where it stands. */
export class Message {
  readonly type: string;
  /** Of its first byte in the file. */
  readonly offset: number;
  private readonly fields: Values[] = [];

  constructor(type: string, offset: number) {
    this.type = type;
    this.offset = offset;
  }

  /** The values of a field, to add some. */
  values(name: string): Values {
    const known = this.find(name);
    if (known !== undefined) return known;
    const values: Values = { name, count: 0, kept: [] };
    this.fields.push(values);
    return values;
  }

  /** Values of a field, whether they were kept or not. */
  count(name: string): number {
    return this.find(name)?.count ?? 0;
  }

  has(name: string): boolean {
    return this.count(name) > 0;
  }

  /** Numbers of a list, at most as many as are kept: compare with `count`. */
  numbers(name: string): readonly number[] {
    return (this.find(name)?.kept ?? []).filter((value) => typeof value === 'number');
  }

  /** The number of a field, 0 without. */
  number(name: string): number {
    return this.numbers(name).at(-1) ?? 0;
  }

  /** Texts of a list. */
  texts(name: string): readonly string[] {
    return (this.find(name)?.kept ?? []).filter((value) => typeof value === 'string');
  }

  /** The text of a field, empty without. */
  text(name: string): string {
    return this.texts(name).at(-1) ?? '';
  }

  messages(name: string): readonly Message[] {
    return (this.find(name)?.kept ?? []).filter((value) => value instanceof Message);
  }

  message(name: string): Message | null {
    return this.messages(name).at(-1) ?? null;
  }

  /** Fields of bytes. */
  spans(name: string): readonly Span[] {
    return (this.find(name)?.kept ?? []).filter((value): value is Span => isSpan(value));
  }

  span(name: string): Span | null {
    return this.spans(name).at(-1) ?? null;
  }

  /** The fields that are there, by name. */
  names(): readonly string[] {
    return this.fields.map(({ name }) => name);
  }

  private find(name: string): Values | undefined {
    for (const values of this.fields) if (values.name === name) return values;
    return undefined;
  }
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'kept' in value;
}
