import type { Findings } from '../findings.ts';
import { joblibArrays, type ArrayCount } from './arrays.ts';
import { EmbeddedModels } from './embedded.ts';
import { Judge } from './judge.ts';
import { Machine } from './machine.ts';
import { NestedPickles } from './nested.ts';
import type { Observer } from './observer.ts';
import type { Rulings } from './rulings.ts';
import type { Value } from './values.ts';

export type Observe = (judge: Judge, machine: () => Machine) => Observer;

/** Streams in one file beyond this are not followed. */
const maxStreams = 10_000;

/** Reads all pickle streams of a file, one behind the other, and accounts for every byte. */
export class PickleStreams {
  /** Models of other formats in its payloads. */
  readonly models = new EmbeddedModels();
  readonly arrays: ArrayCount = { arrays: 0, bytes: 0 };
  /** 1 for every opcode that has run, by byte. */
  readonly seen = new Uint8Array(256);
  private readonly findings: Findings;
  private readonly judge: Judge;
  private readonly observer: Observer;
  private machine: Machine;
  /** Another reading of a stream that has ended in the first one. */
  private second: Machine | null = null;
  private position = 0;
  private streams = 0;
  private opcodes = 0;
  private protocol = 0;
  /** Offset of the first byte that is not read as pickle any more. */
  private ignoredFrom: number | null = null;

  /** `observe` puts another observer in front of the judge; it gets the machine that runs at the time. */
  constructor(findings: Findings, rulings: Rulings, observe: Observe = (judge) => judge) {
    this.findings = findings;
    this.judge = new Judge(
      findings,
      rulings,
      joblibArrays(rulings, this.arrays),
      new NestedPickles(rulings, this.models),
    );
    this.observer = observe(this.judge, () => this.machine);
    this.machine = new Machine(this.observer);
  }

  /** Takes the next bytes of the file. */
  write(chunk: Buffer): void {
    let rest = chunk;
    this.second?.feed(chunk);
    while (rest.length > 0 && this.ignoredFrom === null) {
      if (this.machine.state === 'stopped') this.begin(rest);
      else rest = this.feed(rest);
    }
    this.position += rest.length;
  }

  /** Says that the file ends. */
  end(): void {
    if (this.machine.state === 'running') {
      this.machine.end();
      this.account();
    }
    this.judge.conclude();
  }

  /** Every global that was named, as `module.name`, sorted. */
  get globals(): readonly string[] {
    return this.judge.globals;
  }

  /** What the file holds; null when it cannot be told, or when it holds several things. */
  get held(): Value {
    const { machine, streams, ignoredFrom } = this;
    const single = streams === 1 && machine.state === 'stopped' && ignoredFrom === null && this.second === null;
    return single ? machine.result : null;
  }

  /** Facts for the evidence. */
  get facts(): Record<string, string | number | boolean | readonly string[]> {
    return {
      protocol: this.protocol,
      opcodes: this.opcodes,
      streams: this.streams,
      globals: this.judge.globals,
      ...(this.arrays.arrays > 0 ? { arrays: this.arrays.arrays, arrayBytes: this.arrays.bytes } : {}),
    };
  }

  /** Returns what the stream did not need. */
  private feed(bytes: Buffer): Buffer {
    const left = this.machine.feed(bytes);
    this.position += bytes.length - left;
    if (this.machine.state !== 'running') this.account();
    return bytes.subarray(bytes.length - left);
  }

  private account(): void {
    this.second ??= this.machine.second;
    for (const [byte, used] of this.machine.seen.entries()) if (used === 1) this.seen[byte] = 1;
    this.opcodes += this.machine.count;
    this.protocol = Math.max(this.protocol, this.machine.protocol);
    if (this.machine.state === 'stopped') this.streams++;
    else this.ignoredFrom = this.position;
  }

  /** What follows a stream is another stream, or bytes that belong to nothing. */
  private begin(rest: Buffer): void {
    const first = rest[0] ?? 0;
    const starts = first === 0x80 || '(c]})lNIFVSTUXKGMJ'.includes(String.fromCharCode(first));
    if (!starts || this.streams >= maxStreams) {
      this.findings.add(
        'pickle/trailing-bytes',
        this.position,
        `Bytes follow the end of the pickle at byte ${this.position}.`,
      );
      this.ignoredFrom = this.position;
      return;
    }
    this.machine = new Machine(this.observer, { offset: this.position });
  }
}
