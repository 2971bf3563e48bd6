import type { Findings } from '../findings.ts';
import type { RuleId } from '../rules/index.ts';
import { describe, describeArguments } from './describe.ts';
import { printable } from '../../printable.ts';
import type { Machine } from './machine.ts';
import { Malformed } from './malformed.ts';
import type { NestedPickles } from './nested.ts';
import type { CallOpcode, Observer, PayloadEncoding } from './observer.ts';
import type { Consumer, Sink } from './payload.ts';
import type { CheckContext, Vetted } from './profiles/profile.ts';
import { currentName, type Ruling, type Rulings } from './rulings.ts';
import { Global, Instance, Persistent, something, Tuple, type Value } from './values.ts';

/** Different names in one file beyond this are not followed; names beyond `shownNames` are not part of the evidence. */
const maxNames = 100_000;
const shownNames = 1000;

/** What is known about one global of a file. */
interface Use {
  readonly global: Global;
  readonly ruling: Ruling;
  /** Offset of the first mention. */
  readonly offset: number;
  mentions: number;
  calls: number;
  /** The first call. */
  call: { readonly offset: number; readonly opcode: CallOpcode; readonly shown: string } | null;
}

/** Takes the bytes behind a built instance when they are no opcodes; null when they are. */
export type ArrayReader = (target: Instance, machine: Machine, judge: Judge) => Consumer | null;

/**
 * Holds what a pickle does against the allow-lists, and words the findings. One judge per file or nested pickle: streams that follow
 * each other share it.
 */
export class Judge implements Observer {
  readonly findings: Findings;
  private readonly rulings: Rulings;
  private readonly arrays: ArrayReader;
  private readonly nested: NestedPickles | null;
  private readonly uses = new Map<string, Use>();
  private readonly byGlobal = new Map<Global, Use>();
  private readonly said = new Set<string>();
  private readonly context: CheckContext;

  constructor(findings: Findings, rulings: Rulings, arrays: ArrayReader, nested: NestedPickles | null) {
    this.findings = findings;
    this.rulings = rulings;
    this.arrays = arrays;
    this.nested = nested;
    this.context = {
      isClass: (value): value is Global => value instanceof Global && this.mayConstruct(this.use(value).ruling),
      isInstanceOf: (value, module) =>
        value instanceof Instance && value.type !== null && `${value.type.module}.`.startsWith(`${module}.`),
      vet: (callee, args) => {
        const { ruling } = this.use(callee);
        const listed = ruling.kind === 'call' || ruling.kind === 'class';
        return listed ? this.vet(callee, ruling, args) : { problem: `calls ${printable(callee.path)}` };
      },
    };
  }

  /** Every global that was named, as `module.name`, sorted. */
  get globals(): string[] {
    const paths = [...this.uses.values()].map(({ global }) => printable(global.path)).toSorted();
    return [...new Set(paths)].slice(0, shownNames);
  }

  /** Whether anything was named that no allow-list has. */
  get refused(): boolean {
    return [...this.uses.values()].some(({ ruling }) => ruling.kind === 'dangerous' || ruling.kind === 'unlisted');
  }

  global(module: string, name: string, offset: number): Global {
    const key = `${module}\n${name}`;
    let use = this.uses.get(key);
    if (use === undefined) {
      if (this.uses.size >= maxNames) throw new Malformed(`names more than ${maxNames} different things`);
      const current = currentName(module, name);
      const ruling = this.rulings.of(current.module, current.name);
      use = { global: new Global(current.module, current.name), ruling, offset, mentions: 0, calls: 0, call: null };
      this.uses.set(key, use);
      this.byGlobal.set(use.global, use);
    }
    use.mentions++;
    return use.global;
  }

  call(opcode: CallOpcode, callee: Value, args: Value, offset: number): Value {
    if (!(callee instanceof Global)) {
      const inner = partialOf(callee);
      if (inner !== null && 'result' in this.context.vet(inner, args)) return new Instance(null, args);
      if (callee !== something) {
        this.once(
          'pickle/unlisted-call',
          offset,
          `Calls ${describe(callee)}, which is not something imported by name.`,
        );
      }
      return new Instance(null, args);
    }
    const use = this.use(callee);
    use.calls++;
    use.call ??= { offset, opcode, shown: `${printable(callee.path)}${describeArguments(args)}` };
    const { ruling } = use;
    if (ruling.kind === 'function') {
      this.once('pickle/unlisted-call', offset, `Calls ${use.call.shown} while loading.`);
    }
    const vetted = this.vet(callee, ruling, args);
    if ('value' in vetted) return vetted.value;
    if ('result' in vetted) return new Instance(vetted.result, args);
    const rule = ruling.kind === 'call' && ruling.does !== null ? 'pickle/dangerous-call' : 'pickle/unlisted-call';
    this.refuseCall(rule, use, args, vetted.problem, offset);
    return new Instance(ruling.kind === 'class' ? callee : null, args);
  }

  persistent(id: Value, offset: number): Value {
    this.once('pickle/outside', offset, 'Asks its loader for an object by persistent id; it is not in the file.');
    return new Persistent(id);
  }

  build(target: Value, state: Value, offset: number): void {
    if (target instanceof Global) {
      this.once(
        'pickle/patch',
        offset,
        `Writes attributes of ${printable(target.path)} itself, not of an object made from it.`,
      );
      return;
    }
    if (!(target instanceof Instance)) {
      if (target !== something)
        this.once('pickle/irregular', offset, `Gives state to ${describe(target)}, which has none.`);
      return;
    }
    if (target.type === null) {
      this.once('pickle/unlisted-call', offset, 'Gives state to the result of a call whose type is not known.');
      return;
    }
    const ruling = this.rulings.of(target.type.module, target.type.name);
    if (ruling.kind !== 'class') {
      if (ruling.kind === 'call' || ruling.kind === 'function') {
        this.once('pickle/unlisted-call', offset, `Gives state to the result of ${printable(target.type.path)}.`);
      }
      return;
    }
    const problem = ruling.state?.(state) ?? null;
    if (problem !== null)
      this.once('pickle/dangerous-call', offset, `A ${printable(target.type.path)} object ${problem}.`);
  }

  change(target: Value, opcode: string, offset: number): void {
    if (target === something) return;
    if (target instanceof Instance && target.type !== null) {
      const ruling = this.rulings.of(target.type.module, target.type.name);
      if (ruling.kind === 'project' || ruling.kind === 'unlisted' || (ruling.kind === 'class' && ruling.container))
        return;
    }
    this.once(
      'pickle/irregular',
      offset,
      `The opcode ${opcode} changes ${describe(target)}, which is not a container.`,
    );
  }

  built(target: Instance, machine: Machine): Consumer | null {
    return this.arrays(target, machine, this);
  }

  payload(head: Buffer, length: number, offset: number, encoding: PayloadEncoding = 'raw'): Sink | null {
    return this.nested?.open({ head, length, offset, encoding }, this.findings) ?? null;
  }

  problem(rule: RuleId, offset: number, message: string): void {
    this.once(rule, offset, message);
  }

  /** Words the findings about globals; to be called once, at the end. */
  conclude(): void {
    for (const use of this.uses.values()) this.concludeUse(use);
  }

  /** What a call gives, as far as the lists know. */
  private vet(callee: Global, ruling: Ruling, args: Value): Vetted {
    switch (ruling.kind) {
      case 'call':
        return ruling.check(argumentsOf(args), this.context);
      case 'class': {
        const vetted = ruling.construct?.(argumentsOf(args), this.context);
        if (vetted !== undefined && 'problem' in vetted) return vetted;
        return allocates(callee, args) ? { problem: 'asks for a very large object' } : { result: callee };
      }
      case 'project':
      case 'unlisted':
        return { result: callee };
      case 'dangerous':
      case 'function':
        return { result: null };
    }
  }

  private concludeUse(use: Use): void {
    const { ruling, offset } = use;
    const path = printable(use.global.path);
    const times = use.mentions > 1 ? ` (named ${use.mentions} times)` : '';
    if (ruling.kind === 'dangerous') {
      this.findings.add('pickle/dangerous-global', offset, `Names ${path}, which ${ruling.does}${times}.`);
      if (use.call !== null) {
        const more = use.calls > 1 ? ` (and ${use.calls - 1} more calls of it)` : '';
        this.findings.add(
          'pickle/dangerous-call',
          use.call.offset,
          `Calls ${use.call.shown}${more}, with the opcode ${use.call.opcode}.`,
        );
      }
    } else if (ruling.kind === 'unlisted') {
      const called = use.call === null ? '' : ` It is called ${count(use.calls)}, first at byte ${use.call.offset}.`;
      this.findings.add('pickle/unlisted-global', offset, `Names ${path}, which is on no allow-list${times}.${called}`);
    } else if (ruling.kind === 'project') {
      if (ruling.expired === null)
        this.findings.add('policy/allowed', offset, `Names ${path}: ${printable(ruling.reason)}.`);
      else
        this.findings.add(
          'policy/expired',
          offset,
          `Names ${path}, whose entry in model.allow expired on ${ruling.expired}.`,
        );
    }
  }

  private use(global: Global): Use {
    const use = this.byGlobal.get(global);
    if (use !== undefined) return use;
    // From a reading that this one goes on from, which judged the name itself.
    const ruling = this.rulings.of(global.module, global.name);
    const inherited: Use = { global, ruling, offset: 0, mentions: 0, calls: 0, call: null };
    this.byGlobal.set(global, inherited);
    return inherited;
  }

  private refuseCall(rule: RuleId, { global }: Use, args: Value, problem: string, offset: number): void {
    this.once(rule, offset, `Calls ${printable(global.path)}${describeArguments(args)}, which ${problem}.`);
  }

  private mayConstruct(ruling: Ruling): boolean {
    return ruling.kind === 'class' || ruling.kind === 'project';
  }

  private once(rule: RuleId, offset: number, what: string): void {
    const key = `${rule}\n${what}`;
    if (this.said.has(key)) return;
    // What differs in every message is bounded by the findings themselves.
    if (this.said.size < 1000) this.said.add(key);
    this.findings.add(rule, offset, what);
  }
}

function argumentsOf(args: Value): readonly Value[] | null {
  return args instanceof Tuple ? args.items : null;
}

/** Largest number with which classes of these libraries are constructed; where it is a size, it is memory. */
const maxSize = 10_000_000;

/** Whether construction may take as much memory as a number in its arguments says. */
function allocates({ module }: Global, args: Value): boolean {
  return /^(scipy|sklearn|imblearn)\./.test(module) && isLarge(args, 3);
}

function isLarge(value: Value, depth: number): boolean {
  if (!(value instanceof Tuple) || value.items === null || depth === 0) return false;
  return value.items.some((item) => (typeof item === 'number' && item > maxSize) || isLarge(item, depth - 1));
}

/** The function of a `functools.partial` without positional arguments. */
function partialOf(callee: Value): Global | null {
  if (!(callee instanceof Instance) || callee.type?.path !== 'functools.partial') return null;
  const [inner, args] = callee.state instanceof Tuple ? (callee.state.items ?? []) : [];
  const same = callee.args instanceof Tuple && callee.args.length === 1 && callee.args.items?.[0] === inner;
  return same && inner instanceof Global && args instanceof Tuple && args.length === 0 ? inner : null;
}

function count(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}
