import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Pulling, Pushed } from '../pushed.ts';
import { TensorScan, type TensorPlace } from '../size/tensor-scan.ts';
import type { TensorInfo } from './gguf-tensors.ts';

/** The data of a GGUF file: each tensor follows the one before it, at the next multiple of the alignment. */
export class Layout {
  private readonly infos: readonly TensorInfo[];
  private readonly alignment: number;
  private readonly pushed: Pushed;
  private readonly findings: Findings;

  constructor(infos: readonly TensorInfo[], alignment: number, pushed: Pushed, findings: Findings) {
    this.infos = infos;
    this.alignment = alignment;
    this.pushed = pushed;
    this.findings = findings;
  }

  /** Reads the data to the end of the file: where each tensor was, and what was seen of it. */
  *read(): Pulling<{ readonly places: readonly TensorPlace[]; readonly scan: TensorScan }> {
    const sequential = this.isSequential();
    if (sequential && this.infos.length > 0) yield* this.padding('the data');
    const start = this.pushed.offset;
    const places = this.infos.map(({ name, type, elements, bytes, offset }) => {
      const begin = start + Number(offset);
      return { name, dtype: type, elements, begin, end: begin + bytes };
    });
    const scan = new TensorScan(sequential ? places : []);
    if (sequential) yield* this.readTensors(scan);
    return { places, scan };
  }

  private *readTensors(scan: TensorScan): Pulling<undefined> {
    for (const { name, bytes } of this.infos) {
      let at = this.pushed.offset;
      const there = yield* this.pushed.pass(bytes, (piece) => {
        scan.write(piece, at);
        at += piece.length;
      });
      if (there < bytes) {
        const message = `"${printable(name)}" needs ${bytes} bytes; ${there} are there.`;
        this.findings.add('gguf/truncated', this.pushed.offset, message);
        return;
      }
      yield* this.padding('the next tensor');
    }
    // Files without tensors may be padded too.
    if (this.infos.length === 0) yield* this.padding('the end');
    const at = this.pushed.offset;
    const behind = yield* this.pushed.pass(Number.MAX_SAFE_INTEGER);
    if (behind > 0) this.findings.add('gguf/layout', at, `${behind} bytes stand behind the last tensor.`);
  }

  private isSequential(): boolean {
    let expected = 0n;
    const alignment = BigInt(this.alignment);
    for (const { name, bytes, offset, at } of this.infos) {
      if (offset !== expected) {
        const message = `"${printable(name)}" begins at ${offset} of the data; it must be ${expected}.`;
        this.findings.add('gguf/layout', at, message);
        return false;
      }
      expected += ((BigInt(bytes) + alignment - 1n) / alignment) * alignment;
    }
    return true;
  }

  /** Passes over the bytes up to the next multiple of the alignment, of which the last may be missing at the end of the file. */
  private *padding(before: string): Pulling<undefined> {
    const at = this.pushed.offset;
    const length = (this.alignment - (at % this.alignment)) % this.alignment;
    let other = 0;
    yield* this.pushed.pass(length, (piece) => {
      for (const byte of piece) if (byte !== 0) other++;
    });
    if (other > 0)
      this.findings.add('gguf/layout', at, `The ${length} bytes of padding before ${before} are not zero.`);
  }
}
