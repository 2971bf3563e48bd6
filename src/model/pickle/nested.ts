import { Findings } from '../findings.ts';
import { Judge } from './judge.ts';
import { Machine } from './machine.ts';
import type { Sink } from './payload.ts';
import type { Rulings } from './rulings.ts';

/** Pickles inside pickles deeper than this are only reported. */
const maxDepth = 4;
/** Base64 text up to this many characters is decoded. */
const maxBase64 = 65_536;

/** Looks for pickles in the byte strings of a pickle. */
export class NestedPickles {
  private readonly rulings: Rulings;
  private readonly depth: number;

  constructor(rulings: Rulings, depth = 0) {
    this.rulings = rulings;
    this.depth = depth;
  }

  /** A sink for a payload that may be a pickle, else null; what it proves is added to `findings`. */
  open(head: Buffer, length: number, offset: number, findings: Findings): Sink | null {
    if (length < 4) return null;
    const whole = head.length === length;
    if (mayStart(head, whole)) return new NestedPickle(this.rulings, this.depth, length, offset, findings);
    if (whole && length <= maxBase64 && /^gA[I-X]/.test(head.toString('latin1', 0, 3))) {
      const decoded = Buffer.from(head.toString('latin1'), 'base64');
      const inner = new NestedPickle(this.rulings, this.depth, decoded.length, offset, findings);
      inner.write(decoded);
      inner.end();
    }
    return null;
  }
}

/** Protocols 2 to 5 begin with PROTO; the older ones, which end with a full stop, with an opcode for a value. */
function mayStart(head: Buffer, whole: boolean): boolean {
  const [first = 0, second = 0] = head;
  if (first === 0x80) return second <= 5;
  const older = '(c]}idlti'.includes(String.fromCharCode(first));
  if (!older || !whole || head[head.length - 1] !== 0x2e) return false;
  // To name something, a line (GLOBAL, INST) or STACK_GLOBAL is needed; ordinary sentences have neither.
  return head.includes(0x0a) || head.includes(0x93);
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
    const deeper = depth < maxDepth ? new NestedPickles(rulings, depth + 1) : null;
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
