import { Findings } from '../findings.ts';
import { compressionOf, decodedText, maxText, mayHide, mayStart, unpacked } from './encodings.ts';
import type { EmbeddedModels, PayloadStart } from './embedded.ts';
import { Judge } from './judge.ts';
import { Machine } from './machine.ts';
import type { Sink } from './payload.ts';
import type { Rulings } from './rulings.ts';

/** Pickles inside pickles deeper than this are only reported. */
const maxDepth = 4;
/** Compressed payloads up to this size are unpacked. Bytes. */
const maxPacked = 1024 * 1024;
/** Compressed payloads of one file that are unpacked. */
const maxPackedPayloads = 64;

/** Looks for pickles in the byte strings and texts of a pickle: as they are, as base64 or hexadecimal text, or compressed. */
export class NestedPickles {
  private readonly rulings: Rulings;
  private readonly depth: number;
  private readonly models: EmbeddedModels | null;
  private unpackedPayloads = 0;

  /** `models` takes payloads that are models of other formats. */
  constructor(rulings: Rulings, models: EmbeddedModels | null = null, depth = 0) {
    this.rulings = rulings;
    this.models = models;
    this.depth = depth;
  }

  /** A sink for a payload that may be a pickle, else null; what it proves is added to `findings`. */
  open(payload: PayloadStart, findings: Findings): Sink | null {
    const { head, length, offset } = payload;
    if (length < 6 || !mayHide(head[0] as number)) return null;
    const model = this.models?.open(payload) ?? null;
    if (model !== null) return model;
    const whole = head.length === length;
    const kind = compressionOf(head);
    if (kind !== null && length <= maxPacked && this.unpackedPayloads < maxPackedPayloads) {
      this.unpackedPayloads++;
      return new Packed((content) => {
        this.run(unpacked(kind, content), offset, findings);
      });
    }
    if (mayStart(head, whole)) return new NestedPickle(this.rulings, this.depth, length, offset, findings);
    if (whole) this.run(decodedText(head), offset, findings);
    // Base64 is recognised by its first characters and its last ones: long text has to be collected.
    else if (length <= maxText && /^(gA[I-X]|[KYXfaZbd][A-Za-z0-9+/])/.test(head.toString('latin1', 0, 3))) {
      return new Packed((content) => {
        this.run(decodedText(content), offset, findings);
      });
    }
    return null;
  }

  private run(content: Buffer | null, offset: number, findings: Findings): void {
    if (content === null || !mayStart(content, true)) return;
    const inner = new NestedPickle(this.rulings, this.depth, content.length, offset, findings);
    inner.write(content);
    inner.end();
  }
}

/** Collects a payload. */
class Packed implements Sink {
  private readonly parts: Buffer[] = [];
  private readonly finished: (content: Buffer) => void;

  constructor(finished: (content: Buffer) => void) {
    this.finished = finished;
  }

  write(bytes: Buffer): void {
    this.parts.push(Buffer.from(bytes));
  }

  end(): void {
    this.finished(Buffer.concat(this.parts));
  }
}

/** Runs the bytes of one payload; they are a pickle when they reach STOP, or name something on the way. */
class NestedPickle implements Sink {
  private readonly machine: Machine;
  private readonly judge: Judge;
  private readonly part: Findings;
  private readonly findings: Findings;
  private readonly offset: number;
  private readonly depth: number;
  private readonly length: number;
  private rest = 0;

  constructor(rulings: Rulings, depth: number, length: number, offset: number, findings: Findings) {
    this.part = new Findings(`pickle in the payload at byte ${offset}`);
    const deeper = depth < maxDepth ? new NestedPickles(rulings, null, depth + 1) : null;
    this.judge = new Judge(this.part, rulings, () => null, deeper);
    this.machine = new Machine(this.judge);
    this.findings = findings;
    this.offset = offset;
    this.depth = depth;
    this.length = length;
  }

  write(bytes: Buffer): void {
    this.rest += this.machine.state === 'running' ? this.machine.feed(bytes) : bytes.length;
  }

  end(): void {
    const { refused } = this.judge;
    const complete = this.machine.state === 'stopped' && (this.rest === 0 || refused);
    if (!complete && !refused) return;
    this.judge.conclude();
    if (refused || this.part.verdict === 'unsafe') {
      this.findings.add(
        'pickle/nested',
        this.offset,
        `A payload of ${this.length} bytes is a pickle that names things on no allow-list.`,
      );
      this.findings.include(this.part);
    } else if (this.depth >= maxDepth) {
      this.findings.add('pickle/limit', this.offset, `Pickles are nested more than ${maxDepth} deep.`);
    }
  }
}
