import { OutsideError, type Pages } from '../../pages.ts';

/** Elements of all lists together that are read: lists may share their place. */
const maxElements = 4_000_000;
/** Tables altogether. */
const maxTables = 400_000;

/** A table of a FlatBuffer: its fields by number. */
export class Table {
  /** Of its first byte in the file. */
  readonly at: number;
  private readonly fields: readonly number[];
  private readonly bytes: Buffer;

  constructor(at: number, fields: readonly number[], bytes: Buffer) {
    this.at = at;
    this.fields = fields;
    this.bytes = bytes;
  }

  /** Where the value of a field begins in the file; null when it is not there. */
  place(field: number): number | null {
    const offset = this.fields[field] ?? 0;
    return offset === 0 ? null : this.at + offset;
  }

  /** A number of 1, 4 or 8 bytes, unsigned; 0 without. */
  number(field: number, width: 1 | 4 | 8): number {
    const offset = this.fields[field] ?? 0;
    if (offset === 0) return 0;
    if (offset + width > this.bytes.length)
      throw new OutsideError(`A field goes beyond its table at byte ${this.at}`, this.at);
    if (width === 8) return Number(this.bytes.readBigUInt64LE(offset));
    return width === 1 ? this.bytes.readUInt8(offset) : this.bytes.readUInt32LE(offset);
  }
}

/** A list in a FlatBuffer. */
export interface List {
  /** Of its first element. */
  readonly at: number;
  readonly count: number;
}

/** Reads a FlatBuffer with every offset and length checked, and notes which bytes were used. Rejects with OutsideError. */
export class FlatBuffer {
  readonly pages: Pages;
  /** Begin and end of every piece that was read, in turn. */
  private readonly used: number[] = [];
  private elements = 0;
  private followed = 0;

  constructor(pages: Pages) {
    this.pages = pages;
  }

  /** The outermost table. */
  async root(): Promise<Table> {
    this.use(0, 8);
    return this.follow(0);
  }

  /** The table of a field; null without. */
  async table(table: Table, field: number): Promise<Table | null> {
    const place = table.place(field);
    return place === null ? null : this.follow(place);
  }

  /** The list of a field, null without; `width` is the size of an element in bytes. */
  async list(table: Table, field: number, width: number): Promise<List | null> {
    const place = table.place(field);
    if (place === null) return null;
    const at = place + (await this.pages.bytes(place, 4)).readUInt32LE(0);
    const count = (await this.pages.bytes(at, 4)).readUInt32LE(0);
    if (at + 4 + count * width > this.pages.size) {
      throw new OutsideError(`A list at byte ${at} has ${count} elements of ${width} bytes, more than the file`, at);
    }
    this.use(at, at + 4 + count * width);
    return { at: at + 4, count };
  }

  /** The tables of a list. */
  async tables(table: Table, field: number): Promise<Table[]> {
    const list = await this.list(table, field, 4);
    if (list === null) return [];
    this.count(list.count, list.at);
    const tables: Table[] = [];
    for (let index = 0; index < list.count; index++) tables.push(await this.follow(list.at + 4 * index));
    return tables;
  }

  /** A list of int32. */
  async integers(table: Table, field: number): Promise<number[]> {
    const list = await this.list(table, field, 4);
    if (list === null) return [];
    this.count(list.count, list.at);
    const bytes = await this.pages.bytes(list.at, 4 * list.count);
    return Array.from({ length: list.count }, (_, index) => bytes.readInt32LE(4 * index));
  }

  /** Text; at most 4096 bytes of it. */
  async text(table: Table, field: number): Promise<string> {
    const list = await this.list(table, field, 1);
    return list === null ? '' : (await this.pages.bytes(list.at, Math.min(list.count, 4096))).toString('utf8');
  }

  /** Notes bytes that belong to something. */
  use(from: number, to: number): void {
    this.used.push(from, to);
  }

  /** The largest run of bytes that nothing was read of, and that nothing named. */
  largestGap(): { readonly from: number; readonly to: number } {
    const order = Array.from({ length: this.used.length / 2 }, (_, index) => 2 * index);
    order.sort((a, b) => (this.used[a] ?? 0) - (this.used[b] ?? 0));
    let covered = 0;
    let gap = { from: 0, to: 0 };
    for (const index of [...order, null]) {
      const from = index === null ? this.pages.size : (this.used[index] ?? 0);
      if (from - covered > gap.to - gap.from) gap = { from: covered, to: from };
      if (index !== null) covered = Math.max(covered, this.used[index + 1] ?? 0);
    }
    return gap;
  }

  private count(more: number, at: number): void {
    this.elements += more;
    if (this.elements > maxElements)
      throw new OutsideError(`There are more than ${maxElements} elements in its lists`, at);
  }

  /** The table that the offset at a place leads to. */
  private async follow(place: number): Promise<Table> {
    if (++this.followed > maxTables) throw new OutsideError(`There are more than ${maxTables} tables`, place);
    const at = place + (await this.pages.bytes(place, 4)).readUInt32LE(0);
    const fieldsAt = at - (await this.pages.bytes(at, 4)).readInt32LE(0);
    const head = await this.pages.bytes(fieldsAt, 4);
    const [fieldsBytes, tableBytes] = [head.readUInt16LE(0), head.readUInt16LE(2)];
    if (fieldsBytes < 4 || fieldsBytes % 2 === 1 || tableBytes < 4) {
      throw new OutsideError(`The table at byte ${at} has a description that is too short`, at);
    }
    const description = await this.pages.bytes(fieldsAt, fieldsBytes);
    const fields: number[] = [];
    for (let offset = 4; offset < fieldsBytes; offset += 2) fields.push(description.readUInt16LE(offset));
    const wrong = fields.find((offset) => offset >= tableBytes);
    if (wrong !== undefined) throw new OutsideError(`A field of the table at byte ${at} is outside of it`, at);
    this.use(fieldsAt, fieldsAt + fieldsBytes);
    this.use(at, at + tableBytes);
    // A copy: the page may be dropped before the fields are asked for.
    return new Table(at, fields, Buffer.from(await this.pages.bytes(at, tableBytes)));
  }
}
