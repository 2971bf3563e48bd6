import { isUtf8 } from 'node:buffer';

/** Checks text that streams past. */
export interface TextCheck {
  write(bytes: Buffer): void;
  /** Says that the text ends: null when Python reads it, else what is wrong, completing "The opcode X ...". */
  end(): string | null;
}

/** Whether Python decodes the bytes as UTF-8 with `surrogatepass`: lone surrogates (ED A0..BF xx) are allowed. */
export function isPythonUtf8(bytes: Buffer): boolean {
  return (
    isUtf8(bytes) ||
    isUtf8(Buffer.from(bytes.toString('latin1').replaceAll(/\xed[\xa0-\xbf][\x80-\xbf]/g, '?'), 'latin1'))
  );
}

/** UTF-8 in pieces. */
export class Utf8Check implements TextCheck {
  private rest: Buffer = Buffer.alloc(0);
  private valid = true;

  write(bytes: Buffer): void {
    if (!this.valid) return;
    const joined = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const whole = joined.length - unfinished(joined);
    this.valid = isPythonUtf8(joined.subarray(0, whole));
    this.rest = Buffer.from(joined.subarray(whole));
  }

  end(): string | null {
    return this.valid && this.rest.length === 0 ? null : 'has text that is not UTF-8';
  }
}

/** How many bytes at the end may be the beginning of a character. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

const backslash = 0x5c;

/** The escapes of a line in pieces: of a quoted Python 2 string, or of `raw-unicode-escape`. */
export class EscapeCheck implements TextCheck {
  private readonly quoted: boolean;
  private quote: number | null = null;
  /** The last byte so far, which may turn out to be the closing quote. */
  private last: number | null = null;
  private escaping = false;
  private digits = 0;
  private value = 0;
  private valid = true;

  constructor(quoted: boolean) {
    this.quoted = quoted;
  }

  write(bytes: Buffer): void {
    for (const byte of bytes) {
      if (!this.quoted) this.take(byte);
      else if (this.quote === null) this.quote = byte;
      else {
        if (this.last !== null) this.take(this.last);
        this.last = byte;
      }
    }
  }

  end(): string | null {
    if (this.quoted) {
      if ((this.quote !== 0x27 && this.quote !== 0x22) || this.last !== this.quote)
        return 'has text without quotes around it';
      if (this.escaping) this.valid = false;
    }
    return this.valid && this.digits === 0 ? null : 'has an escape sequence that is not complete';
  }

  private take(byte: number): void {
    if (this.digits > 0) {
      const digit = Number.parseInt(String.fromCharCode(byte), 16);
      this.value = this.value * 16 + digit;
      this.valid &&= this.value <= 0x10ffff;
      this.digits--;
    } else if (this.escaping) {
      this.escaping = false;
      this.value = 0;
      if (this.quoted) this.digits = byte === 0x78 ? 2 : 0;
      else this.digits = byte === 0x75 ? 4 : byte === 0x55 ? 8 : 0;
    } else {
      this.escaping = byte === backslash;
    }
  }
}
