/** One tensor of a safetensors file; offsets count from the end of the header. */
export interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly begin: number;
  readonly end: number;
}

/** The header of a safetensors file. */
export interface Header {
  /** Bytes before the data: length and text. */
  readonly bytes: number;
  readonly value: Readonly<Record<string, unknown>>;
  /** By offset; they fill the data without gaps. */
  readonly tensors: readonly Tensor[];
}

/**
 * Reads the text of a header. The file is validated: what is wrong here is our own mistake.
 * @param text JSON
 */
export function parseHeader(text: string): Header {
  const value = JSON.parse(text) as Record<string, unknown>;
  const tensors = Object.entries(value)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]): Tensor => {
      const { dtype, data_offsets: [begin, end] = [] } = entry as { dtype: string; data_offsets?: number[] };
      if (begin === undefined || end === undefined) throw new TypeError(`the tensor ${name} has no offsets`);
      return { name, dtype, begin, end };
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  return { bytes: 8 + Buffer.byteLength(text), value, tensors };
}

/**
 * The header of the same tensors with another type in the place of F32, packed in the same order.
 * @param header of the original
 * @param type of half the size
 * @returns length and text, padded with spaces so that the data begin at a multiple of 8 bytes
 */
export function narrowedHeader(header: Header, type: 'BF16' | 'F16'): Buffer {
  const { value, tensors } = header;
  const entries = new Map(Object.entries(value));
  let offset = 0;
  for (const { name, dtype, begin, end } of tensors) {
    const wide = dtype === 'F32';
    const size = wide ? (end - begin) / 2 : end - begin;
    entries.set(name, {
      ...(value[name] as object),
      dtype: wide ? type : dtype,
      data_offsets: [offset, offset + size],
    });
    offset += size;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  text.copy(bytes, 8);
  return bytes;
}
