import { TextDecoder } from 'node:util';
import type { Findings } from '../findings.ts';
import { JsonError, parseStrictJson } from '../strict-json.ts';
import type { Facts, Format, Head, InspectContext, Inspector } from './format.ts';
import { checkTensors, type Layout } from './safetensors-layout.ts';

/** Largest header that readers accept. Bytes. */
const maxHeader = 100_000_000;

/** safetensors: a JSON header, then the bytes of the tensors without gaps. */
export const safetensors: Format = {
  id: 'safetensors',
  title: 'a safetensors file',
  extensions: ['safetensors'],
  detect: (head) => head.extension === 'safetensors' || startsHeader(head),
  inspect: (context) => new SafetensorsInspector(context),
};

/** A length that fits the file, and an opening brace. */
function startsHeader({ bytes, size }: Head): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  const length = bytes.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(maxHeader) && (size === null || length + 8n <= BigInt(size));
}

class SafetensorsInspector implements Inspector {
  private readonly findings: Findings;
  private readonly pieces: Buffer[] = [];
  private bytes = 0;
  /** Length of the header, null until its 8 bytes are here or when it is refused. */
  private header: number | null = null;
  private refused = false;

  constructor({ findings }: InspectContext) {
    this.findings = findings;
  }

  write(chunk: Buffer): void {
    const before = this.bytes;
    this.bytes += chunk.length;
    const wanted = this.header === null ? 8 : 8 + this.header;
    if (this.refused || before >= wanted) return;
    this.pieces.push(Buffer.from(this.header === null ? chunk : chunk.subarray(0, wanted - before)));
    if (this.header === null && this.bytes >= 8) this.readLength();
  }

  end(): { format: string; facts: Facts } {
    return { format: 'safetensors', facts: this.facts() };
  }

  private readLength(): void {
    const length = Buffer.concat(this.pieces).readBigUInt64LE(0);
    if (length <= BigInt(maxHeader)) {
      this.header = Number(length);
      return;
    }
    this.refused = true;
    this.findings.add(
      'safetensors/header',
      0,
      `The header claims ${length} bytes; readers accept at most ${maxHeader}.`,
    );
  }

  private facts(): Facts {
    if (this.refused) return {};
    if (this.header === null || this.bytes < 8 + this.header) {
      const expected = this.header === null ? 'at least 8 bytes' : `a header of ${this.header} bytes`;
      this.findings.add(
        'safetensors/truncated',
        this.bytes,
        `The file ends after ${this.bytes} bytes; ${expected} should be there.`,
      );
      return {};
    }
    const text = this.text(Buffer.concat(this.pieces).subarray(8, 8 + this.header));
    if (text === null) return {};
    const layout = this.layout(text);
    return layout === null
      ? {}
      : { tensors: layout.tensors, parameters: layout.parameters, dtypes: layout.dtypes, headerBytes: this.header };
  }

  private text(header: Buffer): string | null {
    if (header[0] !== 0x7b) {
      this.findings.add('safetensors/header', 8, 'The header does not begin with an opening brace.');
      return null;
    }
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    } catch {
      this.findings.add('safetensors/header', 8, 'The header is not UTF-8 text.');
      return null;
    }
  }

  private layout(text: string): Layout | null {
    try {
      const dataStart = 8 + (this.header ?? 0);
      return checkTensors(parseStrictJson(text, true), dataStart, this.bytes - dataStart, this.findings);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const offset = 8 + Buffer.byteLength(text.slice(0, error.offset));
      this.findings.add('safetensors/header', offset, `The header ${error.message}.`);
      return null;
    }
  }
}
