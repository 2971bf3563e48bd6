import { gunzipSync, inflateSync, constants, zstdDecompressSync } from 'node:zlib';

/** Longest encoded text that is decoded. Characters. */
export const maxText = 65_536;
/** Most bytes that one compressed payload may give. */
const maxUnpacked = 4 * 1024 * 1024;

const first = new Uint8Array(256);
// Pickles of protocols 2 to 5 and 0 to 1; zlib, gzip, zstd; then both kinds as base64 and as hex; models of other formats.
for (const byte of Buffer.from('{Ct\x80(c]}idltx\x1f(KYXfaZbdg82567', 'latin1')) first[byte] = 1;

/** Whether a payload that begins with this byte has to be looked at: most do not. */
export function mayHide(byte: number): boolean {
  return first[byte] === 1;
}

/** Protocols 2 to 5 begin with PROTO; the older ones, which end with a full stop, with an opcode for a value. */
export function mayStart(head: Buffer, whole: boolean): boolean {
  const [byte = 0, second = 0] = head;
  if (byte === 0x80) return second <= 5;
  const older = '(c]}idlti'.includes(String.fromCharCode(byte));
  if (!older || !whole || head[head.length - 1] !== 0x2e) return false;
  // To name something, a line (GLOBAL, INST) or STACK_GLOBAL is needed; ordinary sentences have neither.
  return head.includes(0x0a) || head.includes(0x93);
}

/** What base64 or hexadecimal text says, when it may be a pickle; null for all other text. */
export function decodedText(text: Buffer): Buffer | null {
  if (text.length < 8 || text.length > maxText) return null;
  return fromHex(text) ?? fromBase64(text);
}

function fromHex(text: Buffer): Buffer | null {
  // PROTO, or one of ( c ] } i d l t in hexadecimal digits.
  const [high = 0, low = 0] = text;
  const begins = (high === 0x38 && low === 0x30) || /^(28|63|5d|7d|69|64|6c|74)$/i.test(String.fromCharCode(high, low));
  if (!begins || text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text.toString('latin1'))) return null;
  const content = Buffer.from(text.toString('latin1'), 'hex');
  return mayStart(content, true) ? content : null;
}

function fromBase64(text: Buffer): Buffer | null {
  const start = Buffer.from(text.toString('latin1', 0, 4), 'base64');
  const newer = start[0] === 0x80 && (start[1] ?? 255) <= 5;
  if (!newer && !mayStart(Buffer.concat([start, Buffer.from('\n.')]), true)) return null;
  const characters = text.toString('latin1');
  if (!/^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(characters)) return null;
  const content = Buffer.from(characters, 'base64');
  return mayStart(content, true) ? content : null;
}

/** The kind of compression that the bytes begin with. */
export function compressionOf(head: Buffer): 'zlib' | 'gzip' | 'zstd' | null {
  if (head.length < 6) return null;
  if (head[0] === 0x78 && head.readUInt16BE(0) % 31 === 0) return 'zlib';
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip';
  return head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : null;
}

/** Unpacks, as far as the bytes and the limit go; null when they are not packed after all. */
export function unpacked(kind: 'zlib' | 'gzip' | 'zstd', content: Buffer): Buffer | null {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxUnpacked };
    if (kind === 'zlib') return inflateSync(content, options);
    return kind === 'gzip'
      ? gunzipSync(content, options)
      : zstdDecompressSync(content, { maxOutputLength: maxUnpacked });
  } catch {
    return null;
  }
}
