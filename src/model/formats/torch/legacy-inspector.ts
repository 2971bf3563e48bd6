import { printable } from '../../../printable.ts';
import { Judge } from '../../pickle/judge.ts';
import { Machine } from '../../pickle/machine.ts';
import { NestedPickles } from '../../pickle/nested.ts';
import { Rulings } from '../../pickle/rulings.ts';
import { Container, type Value } from '../../pickle/values.ts';
import { weightsOnlyFacts } from '../../pickle/weights-only.ts';
import type { Facts, Inspected, InspectContext, Inspector } from '../format.ts';
import { TorchObserver, TorchTensors } from './pickle.ts';
import type { Storage } from './storages.ts';

const parts = ['the magic number', 'the protocol', 'the system', 'the object', 'the list of storages'] as const;

/** Checks a PyTorch file of five pickles. */
export function inspectTorchLegacy(context: InspectContext): Inspector {
  return new TorchLegacy(context);
}

class TorchLegacy implements Inspector {
  private readonly context: InspectContext;
  private readonly contents = new TorchTensors();
  private readonly observer: TorchObserver;
  private readonly judge: Judge;
  private readonly seen = new Uint8Array(256);
  private machine: Machine;
  private part = 0;
  private opcodes = 0;
  private position = 0;
  private data: StorageData | null = null;

  constructor(context: InspectContext) {
    const { findings, policy } = context;
    const rulings = new Rulings(policy);
    this.context = context;
    this.judge = new Judge(findings, rulings, () => null, new NestedPickles(rulings));
    this.observer = new TorchObserver(this.judge, () => this.machine, findings, this.contents, false);
    this.machine = new Machine(this.observer);
  }

  write(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && this.data === null && this.machine.state !== 'failed') {
      const left = this.machine.feed(rest);
      this.position += rest.length - left;
      rest = rest.subarray(rest.length - left);
      if (this.machine.state === 'stopped') this.finishPart();
    }
    this.data?.write(rest);
  }

  end(): Inspected {
    const { findings } = this.context;
    if (this.data !== null) this.data.end();
    else if (this.machine.state === 'running') this.machine.end();
    this.judge.conclude();
    const { globals } = this.judge;
    const { storages, tensors } = this.contents;
    const facts = {
      opcodes: this.opcodes,
      globals,
      storages: storages.size,
      tensors: tensors.length,
      ...(findings.verdict === 'clean' ? this.loading(globals) : {}),
    };
    return { format: 'torch-legacy', facts, tensors };
  }

  private loading(globals: readonly string[]): Facts {
    const untyped = [...this.contents.storages.values()].some(({ dtype }) => dtype === null);
    if (!untyped) return weightsOnlyFacts(this.seen, globals);
    return { weightsOnly: false, weightsOnlyBecause: 'PyTorch reads no storages without a type from this format' };
  }

  private finishPart(): void {
    const { machine, part } = this;
    const { result } = machine;
    this.opcodes += machine.count;
    for (const [byte, used] of machine.seen.entries()) if (used === 1) this.seen[byte] = 1;
    this.part++;
    if (part === 1 && result !== 1001) this.wrong(`${parts[1]} is not 1001`);
    if (part === 2 && !(result instanceof Container && result.entry('little_endian') === true)) {
      this.wrong(`${parts[2]} is not described as little-endian`);
    }
    if (this.part < parts.length) {
      this.machine = new Machine(this.observer, { offset: this.position, keepsItems: this.part === 4 });
    } else {
      this.data = new StorageData(this.keys(result), this.contents.storages, this.context.findings, this.position);
    }
  }

  /** The keys in the order of the data. */
  private keys(list: Value): readonly string[] {
    const items = list instanceof Container && list.kind === 'list' ? (list.entries ?? []) : null;
    const keys = items?.filter((key) => typeof key === 'string') ?? [];
    if (items === null || keys.length < items.length || new Set(keys).size < keys.length) {
      this.wrong(`${parts[4]} is not a list of different names`);
    }
    return keys;
  }

  private wrong(what: string): void {
    this.context.findings.add('pickle/storage', this.position, `In this PyTorch file, ${what}.`);
  }
}

/** The storages: for each, its number of elements (64 bits) and its bytes. */
class StorageData {
  private readonly keys: readonly string[];
  private readonly storages: ReadonlyMap<string, Storage>;
  private readonly findings: InspectContext['findings'];
  private index = 0;
  private remaining = 0;
  private header: Buffer = Buffer.alloc(0);
  private position: number;
  private wrong = false;

  constructor(
    keys: readonly string[],
    storages: ReadonlyMap<string, Storage>,
    findings: InspectContext['findings'],
    position: number,
  ) {
    this.keys = keys;
    this.storages = storages;
    this.findings = findings;
    this.position = position;
    const missing = [...storages.keys()].find((key) => !keys.includes(key));
    if (missing !== undefined) this.fail(`The storage ${printable(missing)} is not among those of the file.`);
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.wrong) {
      if (this.remaining > 0) {
        const taken = Math.min(this.remaining, chunk.length - at);
        this.remaining -= taken;
        at += taken;
      } else {
        at += this.begin(chunk.subarray(at, at + 8 - this.header.length), at);
      }
    }
    this.position += chunk.length;
  }

  end(): void {
    if (this.wrong) return;
    const whole = this.index === this.keys.length && this.remaining === 0 && this.header.length === 0;
    if (!whole) this.findings.add('pickle/truncated', this.position, 'The file ends before the last storage does.');
  }

  /** Collects the header of the next storage. Returns how many bytes it took. */
  private begin(bytes: Buffer, at: number): number {
    const key = this.keys[this.index];
    if (key === undefined) {
      this.findings.add('pickle/trailing-bytes', this.position + at, 'Bytes follow the last storage.');
      this.wrong = true;
      return 0;
    }
    this.header = Buffer.concat([this.header, bytes]);
    if (this.header.length < 8) return bytes.length;
    const elements = Number(this.header.readBigInt64LE(0));
    this.header = Buffer.alloc(0);
    this.index++;
    const storage = this.storages.get(key);
    if (storage === undefined) this.fail(`No tensor describes the storage ${printable(key)}.`, at);
    else if (elements * storage.width !== storage.bytes) {
      const message = `The storage ${printable(key)} has ${elements} elements; its tensors say ${storage.bytes / storage.width}.`;
      this.fail(message, at);
    } else this.remaining = storage.bytes;
    return bytes.length;
  }

  private fail(message: string, at = 0): void {
    this.findings.add('pickle/storage', this.position + at, message);
    this.wrong = true;
  }
}
