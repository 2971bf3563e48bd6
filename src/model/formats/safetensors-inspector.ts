import { isAscii } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { maxHeaderBytes } from '../../safetensors-header.ts';
import type { Findings } from '../findings.ts';
import type { Source } from '../source.ts';
import { TensorScan, type TensorPlace } from '../size/tensor-scan.ts';
import { JsonError, parseStrictEntries } from '../strict-json.ts';
import type { Facts, InspectContext, Inspected, Inspector } from './format.ts';
import { checkCoverage, HeaderEntries, type Layout, type Tensor } from './safetensors-layout.ts';

/** Checks a safetensors file. */
export function inspectSafetensors(context: InspectContext): Inspector {
  return new SafetensorsInspector(context);
}

class SafetensorsInspector implements Inspector {
  private readonly findings: Findings;
  private readonly source: Source | null;
  /** Its length and the header, as far as they came; no larger than they are, because headers are. */
  private start = Buffer.alloc(8);
  private readonly places = new Map<Tensor, TensorPlace>();
  private bytes = 0;
  /** Length of the header, null until its 8 bytes are here or when it is refused. */
  private header: number | null = null;
  private refused = false;
  private layout: Layout | null = null;
  /** Looks at the data as it goes by; null until the header is read, or when the tensors are not one after the other. */
  private scan: TensorScan | null = null;

  constructor({ findings, source }: InspectContext) {
    this.findings = findings;
    this.source = source;
  }

  write(chunk: Buffer): void {
    const before = this.bytes;
    this.bytes += chunk.length;
    if (this.scan !== null) {
      this.scan.write(chunk, before);
      return;
    }
    const wanted = this.header === null ? 8 : 8 + this.header;
    if (this.refused || before >= wanted) return;
    chunk.copy(this.start, before);
    if (this.header === null && this.bytes >= 8) {
      this.readLength();
      chunk.copy(this.start, before);
    }
    if (this.header === null || this.bytes < 8 + this.header) return;
    this.scan = this.readHeader(8 + this.header);
    // The data begins in this very chunk.
    this.scan?.write(chunk, before);
  }

  async end(): Promise<Inspected> {
    const facts = this.facts();
    const { layout, scan } = this;
    await scan?.prove(this.source);
    if (layout === null) return { format: 'safetensors', facts };
    const tensors = layout.tensors.map((tensor) => {
      const { name, dtype, elements } = tensor;
      const data = scan?.of(this.placed(tensor));
      return { name, dtype, elements, bytes: tensor.end - tensor.begin, ...(data === undefined ? {} : { data }) };
    });
    return { format: 'safetensors', facts, tensors };
  }

  private readLength(): void {
    const length = this.start.readBigUInt64LE(0);
    if (length <= BigInt(maxHeaderBytes)) {
      this.header = Number(length);
      // Memory that is never written is never taken.
      const { start } = this;
      this.start = Buffer.allocUnsafeSlow(8 + this.header);
      start.copy(this.start);
      return;
    }
    this.refused = true;
    this.findings.add(
      'safetensors/header',
      0,
      `The header claims ${length} bytes; readers accept at most ${maxHeaderBytes}.`,
    );
  }

  /** Every byte of the header is here: what looks at the data behind it. */
  private readHeader(end: number): TensorScan | null {
    const text = this.text(this.start.subarray(8, end));
    this.start = Buffer.alloc(0);
    const layout = text === null ? null : this.parse(text);
    this.layout = layout;
    if (layout?.whole !== true) return null;
    for (const tensor of layout.tensors) {
      const { name, dtype, elements } = tensor;
      this.places.set(tensor, { name, dtype, elements, begin: end + tensor.begin, end: end + tensor.end });
    }
    const sorted = layout.tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
    const apart = sorted.every((tensor, index) => tensor.begin >= (sorted[index - 1]?.end ?? 0));
    return apart ? new TensorScan([...this.places.values()]) : null;
  }

  private placed(tensor: Tensor): TensorPlace {
    return this.places.get(tensor) ?? tensor;
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
    if (this.layout === null) return {};
    const dataStart = 8 + this.header;
    checkCoverage(this.layout, dataStart, this.bytes - dataStart, this.findings);
    const { tensors } = this.layout;
    return {
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { elements }) => sum + elements, 0),
      dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].toSorted(),
      headerBytes: this.header,
    };
  }

  private text(header: Buffer): string | null {
    if (header[0] !== 0x7b) {
      this.findings.add('safetensors/header', 8, 'The header does not begin with an opening brace.');
      return null;
    }
    // A byte for each character; the decoder takes two and a copy.
    if (isAscii(header)) return header.toString('latin1');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    } catch {
      this.findings.add('safetensors/header', 8, 'The header is not UTF-8 text.');
      return null;
    }
  }

  private parse(text: string): Layout | null {
    try {
      const entries = new HeaderEntries(this.findings);
      parseStrictEntries(text, entries, true);
      return entries;
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const offset = 8 + Buffer.byteLength(text.slice(0, error.offset));
      this.findings.add('safetensors/header', offset, `The header ${error.message}.`);
      return null;
    }
  }
}
