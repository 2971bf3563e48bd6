import { TextDecoder } from 'node:util';
import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Pulling, Pushed } from '../pushed.ts';
import { valueBytes, valueType } from './gguf-types.ts';

/** The file ends inside what the message names. */
export class Truncated extends Error {}

const maxKey = 65_535;
const maxString = 1024n ** 3n;
const maxArray = 1024n ** 3n;
/** Longest text that is looked at: chat templates. Bytes. */
const maxText = 1024 * 1024;
const defaultAlignment = 32;

/** What the metadata says, as far as it matters. */
export interface Metadata {
  readonly entries: number;
  readonly architecture: string | null;
  /** Bytes; null when it is not valid. */
  readonly alignment: number | null;
  readonly templates: readonly { readonly key: string; readonly offset: number; readonly text: string }[];
}

/** Reads the metadata entries; null when nothing behind them can be found. Throws Truncated. */
export function* readMetadata(pushed: Pushed, count: number, findings: Findings): Pulling<Metadata | null> {
  const reader = new Reader(pushed, findings);
  for (let index = 0; index < count; index++) {
    if (!(yield* reader.entry())) return null;
  }
  return {
    entries: count,
    architecture: reader.architecture,
    alignment: reader.alignment,
    templates: reader.templates,
  };
}

class Reader {
  architecture: string | null = null;
  alignment: number | null = defaultAlignment;
  readonly templates: { key: string; offset: number; text: string }[] = [];
  private readonly keys = new Set<string>();
  private readonly pushed: Pushed;
  private readonly findings: Findings;

  constructor(pushed: Pushed, findings: Findings) {
    this.pushed = pushed;
    this.findings = findings;
  }

  /** False when the entries behind this one cannot be found. */
  *entry(): Pulling<boolean> {
    const start = this.pushed.offset;
    const key = yield* this.key(start);
    if (key === null) return false;
    const type = (yield* this.bytes(4, 'the metadata')).readUInt32LE(0);
    const at = this.pushed.offset;
    if (key === 'general.alignment') return yield* this.readAlignment(type, at);
    if (type === valueType.string) return yield* this.text(key, at);
    if (type === valueType.array) return yield* this.array(key, at);
    const size = valueBytes[type];
    if (size === undefined || size === null) {
      this.findings.add('gguf/metadata', at - 4, `"${printable(key)}" has the unknown type ${type}.`);
      return false;
    }
    const value = yield* this.bytes(size, 'the metadata');
    if (type === valueType.bool && (value[0] ?? 0) > 1) {
      this.findings.add('gguf/metadata', at, `"${printable(key)}" is neither true nor false, but ${value[0]}.`);
    }
    return true;
  }

  private *key(start: number): Pulling<string | null> {
    const length = (yield* this.bytes(8, 'the metadata')).readBigUInt64LE(0);
    if (length > BigInt(maxKey) || length === 0n) {
      this.findings.add('gguf/metadata', start, `A key has ${length} bytes; 1 to ${maxKey} are allowed.`);
      return null;
    }
    const key = decode(yield* this.bytes(Number(length), 'a key'));
    if (key === null) {
      this.findings.add('gguf/metadata', start + 8, 'A key is not UTF-8 text.');
      return null;
    }
    if (/\p{Cc}/u.test(key)) {
      this.findings.add('gguf/metadata', start + 8, `The key "${printable(key)}" has control characters.`);
    } else if (this.keys.has(key)) {
      this.findings.add('gguf/metadata', start, `The key "${printable(key)}" is there twice.`);
    } else if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(key)) {
      this.findings.add('gguf/key-form', start, `The key "${printable(key)}" has another form.`);
    }
    this.keys.add(key);
    return key;
  }

  private *readAlignment(type: number, at: number): Pulling<boolean> {
    if (type !== valueType.uint32) {
      this.findings.add('gguf/metadata', at - 4, `general.alignment has the type ${type} instead of uint32 (4).`);
      return false;
    }
    const value = (yield* this.bytes(4, 'the metadata')).readUInt32LE(0);
    this.alignment = value > 0 && Number.isInteger(Math.log2(value)) ? value : null;
    if (this.alignment === null) {
      this.findings.add('gguf/metadata', at, `general.alignment is ${value}, which is no power of two.`);
    }
    return true;
  }

  private *text(key: string, at: number): Pulling<boolean> {
    const length = yield* this.length(key, at, maxString);
    if (length === null) return false;
    const isTemplate = key === 'tokenizer.chat_template' || key.startsWith('tokenizer.chat_template.');
    if (!isTemplate && key !== 'general.architecture') return yield* this.skip(length);
    if (length > maxText) {
      if (isTemplate) this.findings.add('template/invalid', at, `The template has ${length} bytes.`);
      return yield* this.skip(length);
    }
    const text = decode(yield* this.bytes(length, 'the metadata'));
    if (text === null) this.findings.add('gguf/metadata', at + 8, `"${printable(key)}" is not UTF-8 text.`);
    else if (isTemplate) this.templates.push({ key, offset: at + 8, text });
    else this.architecture = text;
    return true;
  }

  private *array(key: string, at: number): Pulling<boolean> {
    const type = (yield* this.bytes(4, 'the metadata')).readUInt32LE(0);
    const count = yield* this.length(key, at + 4, maxArray);
    if (count === null) return false;
    if (type === valueType.string) {
      for (let index = 0; index < count; index++) {
        const length = yield* this.length(key, this.pushed.offset, maxString);
        if (length === null) return false;
        yield* this.skip(length);
      }
      return true;
    }
    const size = valueBytes[type];
    if (size === undefined || size === null) {
      const what = type === valueType.array ? 'arrays' : `elements of the unknown type ${type}`;
      this.findings.add('gguf/metadata', at, `"${printable(key)}" is an array of ${what}.`);
      return false;
    }
    return yield* this.skip(count * size);
  }

  /** A length or a count; null, with a finding, when no reader accepts it. */
  private *length(key: string, at: number, limit: bigint): Pulling<number | null> {
    const length = (yield* this.bytes(8, 'the metadata')).readBigUInt64LE(0);
    if (length <= limit) return Number(length);
    this.findings.add(
      'gguf/metadata',
      at,
      `"${printable(key)}" claims a length of ${length}; readers accept ${limit}.`,
    );
    return null;
  }

  private *skip(length: number): Pulling<true> {
    if (this.pushed.available >= length) this.pushed.now(length);
    else if ((yield* this.pushed.pass(length)) < length) throw new Truncated('the metadata');
    return true;
  }

  private *bytes(length: number, what: string): Pulling<Buffer> {
    if (this.pushed.available >= length) return this.pushed.now(length);
    const bytes = yield* this.pushed.take(length);
    if (bytes === null) throw new Truncated(what);
    return bytes;
  }
}

/** Text, or null when the bytes are not UTF-8. */
export function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
