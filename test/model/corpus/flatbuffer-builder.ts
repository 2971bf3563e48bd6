/** A value of a field: a number with its width, text, lists, a table. */
export type Flat =
  | { readonly number: number; readonly width: 1 | 4 | 8 }
  | { readonly text: string }
  | { readonly bytes: Buffer }
  | { readonly integers: readonly number[] }
  | { readonly tables: readonly FlatTable[] }
  | { readonly table: FlatTable };

/** Fields by number. */
export type FlatTable = Readonly<Record<number, Flat>>;

export const byte = (number: number): Flat => ({ number, width: 1 });
export const int = (number: number): Flat => ({ number, width: 4 });
export const long = (number: number): Flat => ({ number, width: 8 });

/** Writes tables one behind the other, each before what it refers to. */
class Writer {
  private pieces = Buffer.alloc(0);

  get size(): number {
    return this.pieces.length;
  }

  append(bytes: Buffer): number {
    this.pieces = Buffer.concat([this.pieces, Buffer.alloc(-this.pieces.length & 3)]);
    const at = this.pieces.length;
    this.pieces = Buffer.concat([this.pieces, bytes]);
    return at;
  }

  /** Makes the offset at a place lead to where it is written next. */
  lead(place: number, target: number): void {
    this.pieces.writeUInt32LE(target - place, place);
  }

  table(fields: FlatTable): number {
    const numbers = Object.keys(fields).map(Number);
    const description = Buffer.alloc(4 + 2 * (Math.max(-1, ...numbers) + 1));
    const places = new Map<number, number>();
    let bytes = 4;
    for (const [number, value] of Object.entries(fields)) {
      const width = 'width' in value ? value.width : 4;
      description.writeUInt16LE(bytes, 4 + 2 * Number(number));
      places.set(Number(number), bytes);
      bytes += width;
    }
    description.writeUInt16LE(description.length, 0);
    description.writeUInt16LE(bytes, 2);
    const descriptionAt = this.append(description);
    const body = Buffer.alloc(bytes);
    for (const [number, value] of Object.entries(fields)) {
      if ('width' in value) body.writeUIntLE(value.number, places.get(Number(number)) ?? 0, Math.min(6, value.width));
    }
    const at = this.append(body);
    this.pieces.writeInt32LE(at - descriptionAt, at);
    for (const [number, value] of Object.entries(fields)) {
      if (!('width' in value)) this.child(at + (places.get(Number(number)) ?? 0), value);
    }
    return at;
  }

  private child(place: number, value: Exclude<Flat, { width: number }>): void {
    if ('table' in value) {
      this.lead(place, this.table(value.table));
    } else if ('tables' in value) {
      const at = this.append(list(value.tables.length, Buffer.alloc(4 * value.tables.length)));
      this.lead(place, at);
      for (const [index, table] of value.tables.entries()) this.lead(at + 4 + 4 * index, this.table(table));
    } else if ('integers' in value) {
      const bytes = Buffer.alloc(4 * value.integers.length);
      for (const [index, number] of value.integers.entries()) bytes.writeInt32LE(number, 4 * index);
      this.lead(place, this.append(list(value.integers.length, bytes)));
    } else {
      const bytes = 'text' in value ? Buffer.from(value.text) : value.bytes;
      this.lead(place, this.append(list(bytes.length, bytes)));
    }
  }

  get bytes(): Buffer {
    return this.pieces;
  }
}

function list(count: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(count);
  return Buffer.concat([head, bytes]);
}

/** A FlatBuffer with its identifier. */
export function flatBuffer(identifier: string, root: FlatTable): Buffer {
  const writer = new Writer();
  writer.append(Buffer.concat([Buffer.alloc(4), Buffer.from(identifier)]));
  writer.lead(0, writer.table(root));
  return writer.bytes;
}
