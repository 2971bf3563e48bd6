/* Builds GGUF files byte by byte. */

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return buffer;
}

/** A string with its length, or with another length. */
export function text(value: string | Buffer, length: number | bigint = Buffer.byteLength(value)): Buffer {
  return Buffer.concat([u64(length), Buffer.from(value)]);
}

/** A metadata entry of a type with the bytes of its value. */
export function entry(key: string | Buffer, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(key), u32(type), value]);
}

export function array(key: string, type: number, count: number | bigint, items: Buffer): Buffer {
  return entry(key, 9, Buffer.concat([u32(type), u64(count), items]));
}

export interface BuiltTensor {
  readonly name?: string | Buffer;
  readonly shape?: readonly (number | bigint)[];
  /** Number of the type, 0 = F32. */
  readonly type?: number;
  readonly offset?: number;
  /** Bytes of the data, without padding. */
  readonly data?: Buffer;
}

export interface Built {
  readonly version?: number;
  readonly entries?: readonly Buffer[];
  readonly tensors?: readonly BuiltTensor[];
  /** What the header says, when it is not the truth. */
  readonly counts?: readonly [tensors: number | bigint, entries: number | bigint];
  readonly alignment?: number;
  /** Of the padding. */
  readonly fill?: number;
}

export const architecture = entry('general.architecture', 8, text('llama'));

/** A whole file; tensors stand one behind the other. */
export function gguf(built: Built = {}): Buffer {
  const { version = 3, entries = [architecture], tensors = [{}], alignment = 32, fill = 0 } = built;
  const counts = built.counts ?? [tensors.length, entries.length];
  const pad = (length: number) => Buffer.alloc((alignment - (length % alignment)) % alignment, fill);
  let offset = 0;
  const infos: Buffer[] = [];
  const datas: Buffer[] = [];
  for (const [index, tensor] of tensors.entries()) {
    const { name = `blk.${index}.weight`, shape = [8], type = 0, data = Buffer.alloc(32, 1) } = tensor;
    infos.push(
      Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(tensor.offset ?? offset)]),
    );
    datas.push(data, pad(data.length));
    offset += data.length + pad(data.length).length;
  }
  const head = Buffer.concat([Buffer.from('GGUF'), u32(version), ...counts.map(u64), ...entries, ...infos]);
  return Buffer.concat([head, pad(head.length), ...datas]);
}
