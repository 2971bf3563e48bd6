import { crc32, deflateRawSync } from 'node:zlib';

/** What a header says; each view of a member may say something else. */
export interface View {
  readonly name?: string | Buffer;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly packed?: number;
  readonly unpacked?: number;
  readonly extra?: Buffer;
}

export interface ZipMember {
  readonly name: string;
  readonly content: Buffer | string;
  readonly deflate?: boolean;
  /** Packed data that is not what the content packs to. */
  readonly data?: Buffer;
  /** Sizes and checksum behind the data instead of before it, with this layout. */
  readonly descriptor?: 16 | 24 | 12 | 20;
  readonly local?: View;
  readonly central?: View & {
    readonly comment?: string;
    readonly system?: number;
    readonly attributes?: number;
    readonly offset?: number;
    readonly disk?: number;
  };
  /** Not in the directory. */
  readonly hidden?: boolean;
  /** Only in the directory: its local header is that of an earlier member. */
  readonly ghost?: boolean;
  /** Bytes in front of the local header. */
  readonly before?: Buffer;
}

export interface ZipOptions {
  readonly prefix?: Buffer;
  /** Offsets count from the start of the archive and not of the file. */
  readonly relative?: boolean;
  readonly beforeDirectory?: Buffer;
  readonly comment?: Buffer;
  readonly suffix?: Buffer;
  readonly zip64?: boolean;
  readonly count?: number;
  readonly directoryOffset?: number;
  readonly directoryBytes?: number;
  readonly disk?: number;
}

/** Numbers of the given widths, little-endian: `le([2, 1], [4, 7])`. */
export function le(...fields: readonly (readonly [width: number, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([width, value]) => {
      const buffer = Buffer.alloc(width);
      if (width === 8) buffer.writeBigUInt64LE(BigInt(value));
      else buffer.writeUIntLE(value, 0, width);
      return buffer;
    }),
  );
}

/** One extra field. */
export function field(id: number, data: Buffer): Buffer {
  return Buffer.concat([le([2, id], [2, data.length]), data]);
}

/** Writes a zip file, with whatever contradictions it is told. */
export function zipFile(members: readonly ZipMember[], options: ZipOptions = {}): Buffer {
  const none = Buffer.alloc(0);
  const { prefix = none, beforeDirectory = none, suffix = none, relative = false } = options;
  const parts: Buffer[] = [prefix];
  const directory: Buffer[] = [];
  let at = prefix.length;
  const shift = relative ? at : 0;
  for (const member of members) {
    const written = writeMember(member);
    const offset = member.central?.offset ?? at + (member.before?.length ?? 0) - shift;
    if (member.hidden !== true) directory.push(centralHeader(written.central, offset));
    if (member.ghost === true) continue;
    parts.push(...written.parts);
    at += written.parts.reduce((sum, { length }) => sum + length, 0);
  }
  const start = at + beforeDirectory.length;
  return Buffer.concat([...parts, beforeDirectory, ...directory, endOf(directory, start, shift, options), suffix]);
}

function writeMember(member: ZipMember): { parts: readonly Buffer[]; central: Central } {
  const content = Buffer.from(member.content as string);
  const data = member.data ?? (member.deflate === true ? deflateRawSync(content) : content);
  const truth = {
    name: member.name,
    flags: (member.descriptor === undefined ? 0 : 8) | (/^[\0-\x7f]*$/.test(member.name) ? 0 : 0x800),
    method: member.deflate === true ? 8 : 0,
    crc: crc32(content),
    packed: data.length,
    unpacked: content.length,
    extra: Buffer.alloc(0),
  };
  const later = member.descriptor === undefined ? {} : { crc: 0, packed: 0, unpacked: 0 };
  const local = localHeader({ ...truth, ...later, ...member.local });
  const parts = [member.before ?? Buffer.alloc(0), local, data, descriptor(member.descriptor, truth)];
  return { parts, central: { ...truth, comment: '', system: 0, attributes: 0, disk: 0, ...member.central } };
}

function endOf(directory: readonly Buffer[], position: number, shift: number, options: ZipOptions): Buffer {
  const length = directory.reduce((sum, entry) => sum + entry.length, 0);
  const start = options.directoryOffset ?? position - shift;
  const count = options.count ?? directory.length;
  const bytes = options.directoryBytes ?? length;
  const { comment = Buffer.alloc(0), disk = 0 } = options;
  const narrow = Math.min(count, 0xffff);
  return Buffer.concat([
    options.zip64 === true ? zip64End(count, bytes, start, position + length) : Buffer.alloc(0),
    le([4, 0x06054b50], [2, disk], [2, 0], [2, narrow], [2, narrow], [4, bytes], [4, start], [2, comment.length]),
    comment,
  ]);
}

function localHeader(view: Required<View>): Buffer {
  const name = Buffer.from(view.name as string);
  const fixed = le(
    [4, 0x04034b50],
    [2, 20],
    [2, view.flags],
    [2, view.method],
    [4, 0],
    [4, view.crc],
    [4, view.packed],
    [4, view.unpacked],
  );
  return Buffer.concat([fixed, le([2, name.length], [2, view.extra.length]), name, view.extra]);
}

type Central = Required<View> & { comment: string; system: number; attributes: number; disk: number };

function centralHeader(view: Central, offset: number): Buffer {
  const name = Buffer.from(view.name as string);
  return Buffer.concat([
    le([4, 0x02014b50], [1, 20], [1, view.system], [2, 20], [2, view.flags], [2, view.method], [4, 0]),
    le([4, view.crc], [4, view.packed], [4, view.unpacked], [2, name.length], [2, view.extra.length]),
    le([2, view.comment.length], [2, view.disk], [2, 0], [4, view.attributes], [4, offset]),
    name,
    view.extra,
    Buffer.from(view.comment),
  ]);
}

function descriptor(
  layout: ZipMember['descriptor'],
  { crc, packed, unpacked }: { crc: number; packed: number; unpacked: number },
): Buffer {
  if (layout === undefined) return Buffer.alloc(0);
  const width = layout === 24 || layout === 20 ? 8 : 4;
  const signature = layout === 16 || layout === 24 ? le([4, 0x08074b50]) : Buffer.alloc(0);
  return Buffer.concat([signature, le([4, crc], [width, packed], [width, unpacked])]);
}

function zip64End(count: number, bytes: number, start: number, position: number): Buffer {
  return Buffer.concat([
    le([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, bytes], [8, start]),
    le([4, 0x07064b50], [4, 0], [8, position], [4, 1]),
  ]);
}
