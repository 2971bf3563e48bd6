/** Writes pickles byte by byte, one function per opcode, without any check: tests want the wrong ones too. */

export type Part = Buffer | string;

/** Joins opcodes; strings are raw bytes, one character each. */
export function bytes(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

export function u64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

export const proto = (version: number): Buffer => Buffer.from([0x80, version]);
export const stop = '.';
/** SHORT_BINUNICODE. */
export const text = (value: string): Buffer => {
  const content = Buffer.from(value);
  return bytes(Buffer.from([0x8c, content.length]), content);
};
/** BINUNICODE. */
export const longText = (value: string): Buffer => bytes('X', u32(Buffer.byteLength(value)), Buffer.from(value));
/** SHORT_BINBYTES or BINBYTES. */
export const data = (content: Buffer): Buffer =>
  content.length < 256 ? bytes('C', Buffer.from([content.length]), content) : bytes('B', u32(content.length), content);
/** GLOBAL. */
export const global = (module: string, name: string): Buffer => bytes(`c${module}\n${name}\n`);
/** STACK_GLOBAL with both names. */
export const stackGlobal = (module: string, name: string): Buffer => bytes(text(module), text(name), '\x93');
export const memoize = '\x94';
export const tuple1 = '\x85';
export const tuple2 = '\x86';
export const tuple3 = '\x87';
export const reduce = 'R';
export const build = 'b';
export const mark = '(';
export const emptyTuple = ')';
export const emptyDict = '}';
export const emptyList = ']';
export const frame = (length: number, content: Part): Buffer => bytes('\x95', u64(length), content);
/** A frame of the right length around the parts. */
export const framed = (...parts: readonly Part[]): Buffer => {
  const content = bytes(...parts);
  return frame(content.length, content);
};
/** `os.system('true')` by STACK_GLOBAL and REDUCE. */
export const payload = bytes(stackGlobal('os', 'system'), text('true'), tuple1, reduce);
