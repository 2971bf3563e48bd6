/** The records of a zip file, as their bytes say; nothing is believed yet. Layouts: APPNOTE.TXT 6.3.10. */

export const localSignature = 0x04034b50;
export const centralSignature = 0x02014b50;
export const descriptorSignature = 0x08074b50;
const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;

/** Fixed part of a local header, a central header, and the end record. Bytes. */
export const localBytes = 30;
export const centralBytes = 46;
export const endBytes = 22;
export const locatorBytes = 20;
export const end64Bytes = 56;

/** Flag bits. */
export const flag = { encrypted: 1, descriptor: 8, utf8: 0x800 } as const;

/** What a local and a central header have in common. */
export interface Header {
  /** Offset of the header itself, bytes. */
  readonly offset: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file; from the zip64 field where there is one. */
  readonly packed: number;
  readonly unpacked: number;
  readonly name: Buffer;
  readonly extra: Buffer;
  /** Offset behind the header, extra field and comment included. */
  readonly end: number;
}

/** An entry of the central directory. */
export interface CentralHeader extends Header {
  /** Where it says that the local header stands. */
  readonly local: number;
  readonly comment: Buffer;
  /** System that wrote it: 3 is Unix. */
  readonly system: number;
  /** Attributes; the upper half is the mode for Unix. */
  readonly attributes: number;
  readonly disk: number;
}

/** The end record, with the zip64 values where it points to them. */
export interface EndRecord {
  /** Offset of the first end record (zip64's, when there is one). */
  readonly offset: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  readonly members: number;
  readonly comment: Buffer;
  /** Offset behind the comment. */
  readonly end: number;
  readonly zip64: boolean;
  readonly problem: string | null;
}

/** How long the local header at the start of `bytes` is; null while it is not known, 0 when there is none. */
export function localLength(bytes: Buffer): number | null {
  if (bytes.length < 4) return null;
  if (bytes.readUInt32LE(0) !== localSignature) return 0;
  return bytes.length < localBytes ? null : localBytes + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}

/** The local header that `bytes` hold as a whole. */
export function localHeader(bytes: Buffer, offset: number): Header {
  const nameEnd = localBytes + bytes.readUInt16LE(26);
  const extra = bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(28));
  const sizes = { unpacked: bytes.readUInt32LE(22), packed: bytes.readUInt32LE(18), local: 0 };
  return {
    offset,
    flags: bytes.readUInt16LE(6),
    method: bytes.readUInt16LE(8),
    crc: bytes.readUInt32LE(14),
    ...wide(sizes, extra),
    name: bytes.subarray(localBytes, nameEnd),
    extra,
    end: offset + nameEnd + extra.length,
  };
}

/** The central header at `at` of the directory, null when there is none or it does not fit. `base` is the offset of the directory. */
export function centralHeader(directory: Buffer, at: number, base: number): CentralHeader | null {
  if (at + centralBytes > directory.length || directory.readUInt32LE(at) !== centralSignature) return null;
  const nameEnd = at + centralBytes + directory.readUInt16LE(at + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(at + 30);
  const end = extraEnd + directory.readUInt16LE(at + 32);
  if (end > directory.length) return null;
  const extra = directory.subarray(nameEnd, extraEnd);
  const sizes = {
    unpacked: directory.readUInt32LE(at + 24),
    packed: directory.readUInt32LE(at + 20),
    local: directory.readUInt32LE(at + 42),
  };
  return {
    offset: base + at,
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    ...wide(sizes, extra),
    name: directory.subarray(at + centralBytes, nameEnd),
    extra,
    comment: directory.subarray(extraEnd, end),
    end: base + end,
    system: directory.readUInt8(at + 5),
    attributes: directory.readUInt32LE(at + 38),
    disk: directory.readUInt16LE(at + 34),
  };
}

interface Sizes {
  readonly unpacked: number;
  readonly packed: number;
  readonly local: number;
}

/** The zip64 field has those values, in this order, that are all ones in the header. */
function wide(sizes: Sizes, extra: Buffer): Sizes {
  const field = extraFields(extra)?.find(({ id }) => id === 0x0001)?.data;
  if (field === undefined) return sizes;
  const wider = { ...sizes };
  let at = 0;
  for (const key of ['unpacked', 'packed', 'local'] as const) {
    if (sizes[key] !== 0xffffffff || at + 8 > field.length) continue;
    wider[key] = Number(field.readBigUInt64LE(at));
    at += 8;
  }
  return wider;
}

export interface ExtraField {
  readonly id: number;
  readonly data: Buffer;
}

/** The fields of an extra area; null when they do not fill it exactly. */
export function extraFields(extra: Buffer): readonly ExtraField[] | null {
  const fields: ExtraField[] = [];
  let at = 0;
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return null;
    fields.push({ id: extra.readUInt16LE(at), data: extra.subarray(at + 4, end) });
    at = end;
  }
  return at === extra.length ? fields : null;
}

/** Offsets in `tail` at which an end record stands whose comment fits, first to last. */
export function endRecords(tail: Buffer): number[] {
  const found: number[] = [];
  const signature = Buffer.from('PK\x05\x06', 'latin1');
  for (let at = tail.indexOf(signature); at >= 0; at = tail.indexOf(signature, at + 1)) {
    if (at + endBytes <= tail.length && at + endBytes + tail.readUInt16LE(at + 20) <= tail.length) found.push(at);
  }
  return found;
}

/** The end record at `at` of `tail`, whose first byte is byte `base` of the file. */
export function endRecord(tail: Buffer, at: number, base: number): EndRecord {
  const commentEnd = at + endBytes + tail.readUInt16LE(at + 20);
  const narrow = {
    offset: base + at,
    directoryOffset: tail.readUInt32LE(at + 16),
    directoryBytes: tail.readUInt32LE(at + 12),
    members: tail.readUInt16LE(at + 10),
    comment: tail.subarray(at + endBytes, commentEnd),
    end: base + commentEnd,
    zip64: false,
    problem: disks(
      tail.readUInt16LE(at + 4),
      tail.readUInt16LE(at + 6),
      tail.readUInt16LE(at + 8),
      tail.readUInt16LE(at + 10),
    ),
  };
  const locator = at - locatorBytes;
  if (locator < 0 || tail.readUInt32LE(locator) !== locatorSignature) return narrow;
  return end64(tail, locator, base, narrow);
}

function end64(tail: Buffer, locator: number, base: number, narrow: EndRecord): EndRecord {
  const offset = Number(tail.readBigUInt64LE(locator + 8));
  const at = locator - end64Bytes;
  const whole = at >= 0 && tail.readUInt32LE(at) === end64Signature && tail.readBigUInt64LE(at + 4) === 44n;
  if (!whole || offset !== base + at) {
    return {
      ...narrow,
      offset: base + locator,
      zip64: true,
      problem: 'has a zip64 locator that does not point to a record directly before it',
    };
  }
  const wider = {
    directoryOffset: Number(tail.readBigUInt64LE(at + 48)),
    directoryBytes: Number(tail.readBigUInt64LE(at + 40)),
    members: Number(tail.readBigUInt64LE(at + 32)),
  };
  const differs =
    contradicts(narrow.directoryOffset, wider.directoryOffset, 0xffffffff) ||
    contradicts(narrow.directoryBytes, wider.directoryBytes, 0xffffffff) ||
    contradicts(narrow.members, wider.members, 0xffff);
  const problem = differs ? 'says one thing and its zip64 record another' : narrow.problem;
  return { ...narrow, ...wider, offset: base + at, zip64: true, problem };
}

function contradicts(narrow: number, wider: number, open: number): boolean {
  return narrow !== open && narrow !== wider;
}

function disks(disk: number, start: number, here: number, all: number): string | null {
  return disk === start && here === all && (disk === 0 || disk === 0xffff)
    ? null
    : 'belongs to an archive of several disks';
}
