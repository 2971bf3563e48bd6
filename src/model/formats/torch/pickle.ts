import type { Findings } from '../../findings.ts';
import { printable } from '../../../printable.ts';
import type { Judge } from '../../pickle/judge.ts';
import type { Machine } from '../../pickle/machine.ts';
import type { CallOpcode, Observer, PayloadEncoding } from '../../pickle/observer.ts';
import type { Consumer, Sink } from '../../pickle/payload.ts';
import type { Rulings } from '../../pickle/rulings.ts';
import { PickleStreams } from '../../pickle/streams.ts';
import { Global, Instance, Persistent, Tuple, type Value } from '../../pickle/values.ts';
import type { RuleId } from '../../rules/index.ts';
import type { TensorFacts } from '../../tensors.ts';
import { weightsOnlyFacts } from '../../pickle/weights-only.ts';
import type { Facts, Inspected, Inspector } from '../format.ts';
import { storageOf, viewOf, type Storage } from './storages.ts';

/** Tensors that are listed; more are checked, but have no line in the table. */
const maxTensors = 100_000;

const rebuilders = ['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3', '_rebuild_qtensor'];

/** Collects what a pickle says about tensors. */
export class TorchTensors {
  /** By key. */
  readonly storages = new Map<string, Storage>();
  readonly tensors: TensorFacts[] = [];

  addStorage(storage: Storage, findings: Findings, offset: number): void {
    const known = this.storages.get(storage.key);
    if (known !== undefined && known.bytes !== storage.bytes) {
      const message = `The storage ${printable(storage.key)} has ${known.bytes} bytes in one place and ${storage.bytes} in another.`;
      findings.add('torch/storage', offset, message);
    }
    this.storages.set(storage.key, storage);
  }

  addTensor(tensor: TensorFacts): void {
    if (this.tensors.length < maxTensors) this.tensors.push(tensor);
  }
}

/** A pickle of PyTorch: one whose persistent ids are the storages of its tensors. */
export class TorchPickle extends TorchTensors implements Inspector {
  private readonly streams: PickleStreams;

  /** With `script` it belongs to a TorchScript program, whose own classes have names under `__torch__`. */
  constructor(findings: Findings, rulings: Rulings, script = false) {
    super();
    const observe = (judge: Judge, machine: () => Machine) => new TorchObserver(judge, machine, findings, this, script);
    this.streams = new PickleStreams(findings, rulings, observe);
  }

  write(chunk: Buffer): void {
    this.streams.write(chunk);
  }

  end(): Inspected {
    this.streams.end();
    return { format: 'pickle', facts: this.streams.facts };
  }

  /** Whether PyTorch loads it with `weights_only=True`. */
  get loading(): Facts {
    return weightsOnlyFacts(this.streams.seen, this.streams.globals);
  }
}

/** Stands in front of the judge: answers persistent ids, and measures tensors. */
export class TorchObserver implements Observer {
  private readonly judge: Judge;
  private readonly machine: () => Machine;
  private readonly findings: Findings;
  private readonly pickle: TorchTensors;
  private readonly script: boolean;
  private readonly storages = new Map<Persistent, Storage>();

  constructor(judge: Judge, machine: () => Machine, findings: Findings, pickle: TorchTensors, script: boolean) {
    this.judge = judge;
    this.machine = machine;
    this.findings = findings;
    this.pickle = pickle;
    this.script = script;
  }

  global(module: string, name: string, offset: number): Global {
    // TorchScript does not import these: they are classes of its own program.
    const own =
      this.script && (module === '__torch__' || module.startsWith('__torch__.') || module === 'torch.jit._pickle');
    return own ? new Global(module, name) : this.judge.global(module, name, offset);
  }

  call(opcode: CallOpcode, callee: Value, args: Value, offset: number): Value {
    if (this.script && callee instanceof Global && /^(__torch__|torch\.jit\._pickle)(\.|$)/.test(callee.module))
      return new Instance(callee, args);
    if (callee instanceof Global && callee.module === 'torch._utils' && rebuilders.includes(callee.name)) {
      this.measure(args, offset);
    }
    return this.judge.call(opcode, callee, args, offset);
  }

  persistent(id: Value, offset: number): Value {
    const reference = new Persistent(id);
    const storage = storageOf(id);
    if (typeof storage === 'string') {
      // Programs have other ids; they are refused as a whole.
      if (!this.script) this.findings.add('torch/persistent-id', offset, `The persistent id ${storage}.`);
    } else {
      this.storages.set(reference, storage);
      this.pickle.addStorage(storage, this.findings, offset);
    }
    return reference;
  }

  build(target: Value, state: Value, offset: number): void {
    if (this.script && target instanceof Object && 'type' in target && isScript(target.type)) return;
    this.judge.build(target, state, offset);
  }

  change(target: Value, opcode: string, offset: number): void {
    this.judge.change(target, opcode, offset);
  }

  built(target: Instance, machine: Machine): Consumer | null {
    return this.judge.built(target, machine);
  }

  payload(head: Buffer, length: number, offset: number, encoding?: PayloadEncoding): Sink | null {
    return this.judge.payload(head, length, offset, encoding);
  }

  problem(rule: RuleId, offset: number, message: string): void {
    this.judge.problem(rule, offset, message);
  }

  private measure(args: Value, offset: number): void {
    const view = args instanceof Tuple && args.items !== null ? viewOf(args.items, this.storages) : null;
    // The judge says what is wrong with arguments of another kind.
    if (view === null) return;
    const { storage, elements, width, reach, dtype } = view;
    const name = this.nameOf();
    if (!Number.isSafeInteger(elements * width) || reach > storage.bytes) {
      const message = `"${printable(name)}" needs ${reach} bytes; its storage ${printable(storage.key)} has ${storage.bytes}.`;
      this.findings.add('torch/storage', offset, message);
    }
    this.pickle.addTensor({ name, dtype, elements, bytes: elements * width });
  }

  /** The keys under which the value that is being made will be kept: `model.layer.weight`. */
  private nameOf(): string {
    const { stack, marks } = this.machine();
    const keys: string[] = [];
    for (let i = 0; i < marks.length; i++) {
      // Before each MARK stands a container (or function), and before that the key that it will have.
      const key = stack[(marks[i] ?? 0) - 2];
      if (isKey(key) && (marks[i] ?? 0) - 2 >= (marks[i - 1] ?? 0)) keys.push(String(key));
    }
    const last = stack.length > (marks.at(-1) ?? 0) ? stack.at(-1) : undefined;
    if (isKey(last)) keys.push(String(last));
    return keys.join('.');
  }
}

function isKey(value: Value | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isScript(type: unknown): boolean {
  return type instanceof Global && /^__torch__(\.|$)/.test(type.module);
}
