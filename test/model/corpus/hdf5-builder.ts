/** Numbers in little-endian order, each with its width in bytes. */
function le(...fields: readonly (readonly [width: number, value: number | bigint])[]): Buffer {
  return Buffer.concat(
    fields.map(([width, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
      return bytes.subarray(0, width);
    }),
  );
}

/** An object to be written: messages, each made when the addresses of the children and of the data are known. */
export interface Hdf5Object {
  readonly messages: readonly (readonly [type: number, content: Buffer])[];
  /** Hard links to objects of their own. */
  readonly children?: Readonly<Record<string, Hdf5Object>>;
  /** Data of a dataset, which gets a contiguous layout. */
  readonly data?: Buffer;
  /** What the layout claims instead of the place and length of the data. */
  readonly claimed?: { readonly at?: number; readonly bytes?: number };
}

const nowhere = -1n;
const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

class Writer {
  private bytes = Buffer.alloc(48);

  append(piece: Buffer): number {
    const at = this.bytes.length;
    this.bytes = Buffer.concat([this.bytes, piece]);
    return at;
  }

  object({ messages, children = {}, data, claimed = {} }: Hdf5Object): number {
    const all = [...messages];
    for (const [name, child] of Object.entries(children)) all.push(hardLink(name, this.object(child)));
    if (data !== undefined) {
      const at = data.length === 0 ? nowhere : this.append(data);
      all.push([0x08, le([1, 3], [1, 1], [8, claimed.at ?? at], [8, claimed.bytes ?? data.length])]);
    }
    const body = Buffer.concat(
      all.map(([type, content]) => Buffer.concat([le([1, type], [2, content.length], [1, 0]), content])),
    );
    return this.append(
      Buffer.concat([Buffer.from('OHDR'), le([1, 2], [1, 2], [4, body.length]), body, Buffer.alloc(4)]),
    );
  }

  file(root: number, behind: Buffer): Buffer {
    const head = Buffer.concat([
      signature,
      le([1, 2], [1, 8], [1, 8], [1, 0], [8, 0], [8, nowhere], [8, this.bytes.length], [8, root]),
      Buffer.alloc(4),
    ]);
    head.copy(this.bytes);
    return Buffer.concat([this.bytes, behind]);
  }
}

/** An HDF5 file (superblock of version 2) with this root. */
export function hdf5File(root: Hdf5Object, behind = Buffer.alloc(0)): Buffer {
  const writer = new Writer();
  return writer.file(writer.object(root), behind);
}

type Message = readonly [type: number, content: Buffer];

function hardLink(name: string, address: number): Message {
  return [0x06, Buffer.concat([le([1, 1], [1, 0], [1, name.length]), Buffer.from(name), le([8, address])])];
}

/** A link of another kind: 1 is soft, 64 external. */
export function otherLink(name: string, kind: number, target: string): Message {
  const content = [
    le([1, 1], [1, 8], [1, kind], [1, name.length]),
    Buffer.from(name),
    le([2, target.length]),
    Buffer.from(target),
  ];
  return [0x06, Buffer.concat(content)];
}

/** The address of the first object that is written. */
export const firstObject = 48;

/** A link to whatever is at an address. */
export const linkTo = hardLink;

function space(dims: readonly number[]): Buffer {
  return le([1, 2], [1, dims.length], [1, 0], [1, dims.length === 0 ? 0 : 1], ...dims.map((dim) => [8, dim] as const));
}

/** A datatype: class 1 is a float, 3 text, 5 opaque. */
function datatype(kind: number, bytes: number): Buffer {
  return Buffer.concat([le([1, 0x10 + kind], [3, 0], [4, bytes]), kind === 1 ? Buffer.alloc(12) : Buffer.alloc(0)]);
}

/** A dataset of float32. */
export function floats(dims: readonly number[], data: Buffer, more: Partial<Hdf5Object> = {}, kind = 1): Hdf5Object {
  const { messages = [], ...rest } = more;
  return { messages: [[0x01, space(dims)], [0x03, datatype(kind, 4)], ...messages], data, ...rest };
}

/** An attribute of text of fixed length. */
export function text(name: string, value: string): Message {
  const bytes = Buffer.from(value);
  const [type, scalar] = [datatype(3, bytes.length), space([])];
  const head = le([1, 3], [1, 0], [2, name.length + 1], [2, type.length], [2, scalar.length], [1, 1]);
  return [0x0c, Buffer.concat([head, Buffer.from(`${name}\0`), type, scalar, bytes])];
}

/** A filter of this number. */
export function filter(id: number): Message {
  return [
    0x0b,
    Buffer.concat([le([1, 2], [1, 1], [2, id]), id >= 256 ? le([2, 0]) : Buffer.alloc(0), le([2, 0], [2, 0])]),
  ];
}

/** Data in other files. */
export const externalFiles: Message = [0x07, Buffer.alloc(16)];
