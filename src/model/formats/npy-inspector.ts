import { TextDecoder } from 'node:util';
import { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import { Rulings } from '../pickle/rulings.ts';
import { PickleStreams } from '../pickle/streams.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { arrayHeader, type ArrayHeader } from './npy-header.ts';

/** Longest header that NumPy reads from untrusted files is 10,000 characters; wide records have longer ones. Bytes. */
const maxHeader = 1024 * 1024;

/** Checks a NumPy array. */
export function inspectNpy(context: InspectContext): Inspector {
  return new NpyInspector(context);
}

class NpyInspector implements Inspector {
  private readonly context: InspectContext;
  private held = Buffer.alloc(0);
  private bytes = 0;
  /** Bytes before the data; null while it is not known. */
  private start: number | null = null;
  private header: ArrayHeader | null = null;
  private failed = false;
  private objects: PickleStreams | null = null;
  private readonly objectFindings: Findings;

  constructor(context: InspectContext) {
    this.context = context;
    this.objectFindings = new Findings(context.findings.within('pickle behind the header'));
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.header !== null) {
      this.objects?.write(chunk);
      return;
    }
    if (this.failed) return;
    this.held = Buffer.concat([this.held, chunk]);
    this.readHeader();
  }

  end(): Inspected {
    const { findings } = this.context;
    const { header } = this;
    if (header === null) {
      if (!this.failed) findings.add('numpy/header', this.bytes, 'The file ends within its header.');
      return { format: 'npy', facts: {} };
    }
    const elements = header.shape.reduce((product, size) => product * size, 1);
    const facts = { dtype: header.dtype, shape: header.shape.map(String), elements };
    if (this.objects !== null) {
      this.objects.end();
      findings.include(this.objectFindings);
      return { format: 'npy', facts };
    }
    const there = this.bytes - (this.start ?? 0);
    const needed = elements * (header.width ?? 0);
    if (there !== needed || !Number.isSafeInteger(needed)) {
      const message = `The array needs ${needed} bytes by its shape and type; ${there} are there.`;
      findings.add('numpy/size', this.start, message);
    }
    const name = this.context.head.name.replace(/\.npy$/, '');
    return { format: 'npy', facts, tensors: [{ name, dtype: header.dtype, elements, bytes: needed }] };
  }

  private readHeader(): void {
    const { held } = this;
    if (held.length < 12) return;
    const major = held[6] ?? 0;
    if (major < 1 || major > 3 || held[7] !== 0) {
      this.fail(6, `The version ${major}.${held[7] ?? 0} is not known.`);
      return;
    }
    const prefix = major === 1 ? 10 : 12;
    const length = major === 1 ? held.readUInt16LE(8) : held.readUInt32LE(8);
    if (length > maxHeader) {
      this.fail(8, `The header claims ${length} bytes; more than ${maxHeader} are not read.`);
      return;
    }
    const start = prefix + length;
    if (held.length < start) return;
    const header = this.parse(held.subarray(prefix, start), major === 3 ? 'utf-8' : 'latin1');
    if (typeof header === 'string') {
      this.fail(prefix, `The header ${printable(header)}.`);
      return;
    }
    this.start = start;
    this.header = header;
    if (header.width === null) this.openObjects(start);
    this.objects?.write(held.subarray(start));
    this.held = Buffer.alloc(0);
  }

  private parse(bytes: Buffer, encoding: 'utf-8' | 'latin1'): ArrayHeader | string {
    try {
      return arrayHeader(new TextDecoder(encoding, { fatal: true }).decode(bytes));
    } catch (error) {
      if (error instanceof TypeError) return 'is not UTF-8';
      throw error;
    }
  }

  /** The data of such an array is a pickle, which `numpy.load(allow_pickle=True)` loads. */
  private openObjects(start: number): void {
    const { findings, policy } = this.context;
    findings.add('numpy/object-array', start, 'The elements are Python objects, so the data is a pickle.');
    this.objects = new PickleStreams(this.objectFindings, new Rulings(policy));
  }

  private fail(offset: number, message: string): void {
    this.failed = true;
    this.held = Buffer.alloc(0);
    this.context.findings.add('numpy/header', offset, message);
  }
}
