/** Where the bytes of a field stand in the file, with the first of them. */
export interface Span {
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** The first bytes, as many as are kept. */
  readonly kept: Buffer;
}

/** The values of one field. A message has many with a single value, so that no list is made for it. */
export class Values {
  readonly name: string;
  /** Values in the file; fewer may be kept. */
  count = 0;
  readonly next: Values | null;
  private first: unknown;
  private more: unknown[] | null = null;
  /** How many are kept. */
  kept = 0;

  constructor(name: string, next: Values | null) {
    this.name = name;
    this.next = next;
  }

  /** Keeps one more; it is counted apart. */
  keep(value: unknown): void {
    if (this.kept === 0) this.first = value;
    else if (this.more === null) this.more = [value];
    else this.more.push(value);
    this.kept++;
  }

  get last(): unknown {
    return this.more?.at(-1) ?? this.first;
  }

  all(): readonly unknown[] {
    if (this.kept === 0) return [];
    return this.more === null ? [this.first] : [this.first, ...this.more];
  }
}

/** What was read of one message: large data only as where it stands. */
export class Message {
  readonly type: string;
  /** Of its first byte in the file. */
  readonly offset: number;
  private fields: Values | null = null;

  constructor(type: string, offset: number) {
    this.type = type;
    this.offset = offset;
  }

  /** The values of a field, to add some. */
  values(name: string): Values {
    const known = this.find(name);
    if (known !== null) return known;
    this.fields = new Values(name, this.fields);
    return this.fields;
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
    return this.all(name).filter((value) => typeof value === 'number');
  }

  /** The number of a field, 0 without. */
  number(name: string): number {
    const value = this.find(name)?.last;
    return typeof value === 'number' ? value : 0;
  }

  /** Texts of a list. */
  texts(name: string): readonly string[] {
    return this.all(name).filter((value) => typeof value === 'string');
  }

  /** The text of a field, empty without. */
  text(name: string): string {
    const value = this.find(name)?.last;
    return typeof value === 'string' ? value : '';
  }

  messages(name: string): readonly Message[] {
    return this.all(name).filter((value) => value instanceof Message);
  }

  message(name: string): Message | null {
    const value = this.find(name)?.last;
    return value instanceof Message ? value : null;
  }

  /** Fields of bytes. */
  spans(name: string): readonly Span[] {
    return this.all(name).filter((value) => isSpan(value));
  }

  span(name: string): Span | null {
    const value = this.find(name)?.last;
    return isSpan(value) ? value : null;
  }

  /** The fields that are there, by name, in the order in which they began. */
  names(): readonly string[] {
    const names: string[] = [];
    for (let values = this.fields; values !== null; values = values.next) names.push(values.name);
    return names.toReversed();
  }

  private all(name: string): readonly unknown[] {
    return this.find(name)?.all() ?? [];
  }

  private find(name: string): Values | null {
    for (let values = this.fields; values !== null; values = values.next) if (values.name === name) return values;
    return null;
  }
}

function isSpan(value: unknown): value is Span {
  return typeof value === 'object' && value !== null && 'kept' in value && 'offset' in value;
}
