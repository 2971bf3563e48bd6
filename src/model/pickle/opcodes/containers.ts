import type { Machine } from '../machine.ts';
import { Container, isHashable, Tuple, type Symbolic, type Value } from '../values.ts';
import { Malformed } from '../malformed.ts';
import type { OpcodeTable } from './opcode.ts';

/** Opcodes for lists, tuples, dicts and sets. */
export const containers: OpcodeTable = {
  ']': { name: 'EMPTY_LIST', argument: 0, run: (machine) => empty(machine, 'list') },
  '}': { name: 'EMPTY_DICT', argument: 0, run: (machine) => empty(machine, 'dict') },
  ')': { name: 'EMPTY_TUPLE', argument: 0, run: (machine) => machine.push(emptyTuple) },
  '\x8f': { name: 'EMPTY_SET', argument: 0, run: (machine) => empty(machine, 'set') },
  l: { name: 'LIST', argument: 0, run: (machine) => fresh(machine, 'list') },
  d: { name: 'DICT', argument: 0, run: (machine) => fresh(machine, 'dict') },
  '\x91': { name: 'FROZENSET', argument: 0, run: (machine) => fresh(machine, 'frozenset') },
  t: { name: 'TUPLE', argument: 0, run: (machine) => machine.push(checked(machine, new Tuple(machine.popToMark()))) },
  '\x85': { name: 'TUPLE1', argument: 0, run: (machine) => tuple(machine, 1) },
  '\x86': { name: 'TUPLE2', argument: 0, run: (machine) => tuple(machine, 2) },
  '\x87': { name: 'TUPLE3', argument: 0, run: (machine) => tuple(machine, 3) },
  a: { name: 'APPEND', argument: 0, run: (machine) => add(machine, 'APPEND', 'list', machine.stack.length - 1) },
  e: { name: 'APPENDS', argument: 0, run: (machine) => add(machine, 'APPENDS', 'list', machine.popMark()) },
  '\x90': { name: 'ADDITEMS', argument: 0, run: (machine) => add(machine, 'ADDITEMS', 'set', machine.popMark()) },
  s: { name: 'SETITEM', argument: 0, run: (machine) => add(machine, 'SETITEM', 'dict', machine.stack.length - 2) },
  u: { name: 'SETITEMS', argument: 0, run: (machine) => add(machine, 'SETITEMS', 'dict', machine.popMark()) },
};

const emptyTuple = new Tuple([]);

function empty(machine: Machine, kind: Container['kind']): void {
  machine.made++;
  machine.push(new Container(kind));
}

function fresh(machine: Machine, kind: 'list' | 'dict' | 'frozenset'): void {
  const items = machine.popToMark();
  const container = new Container(kind);
  machine.made++;
  checkKeys(machine, kind, items, 0);
  container.grow(items, 0);
  if (kind === 'dict') machine.made += container.keep(items, 0);
  else if (kind === 'list') container.keepItems(items, 0, machine.room);
  machine.push(checked(machine, container));
}

function tuple(machine: Machine, length: number): void {
  const { stack } = machine;
  const from = stack.length - length;
  if (from < machine.fence) throw new Malformed('takes a value from an empty stack');
  const items = stack.slice(from);
  stack.length = from;
  machine.push(checked(machine, new Tuple(items)));
}

/** Adds everything from index `from` of the stack on to the value below. */
function add(machine: Machine, opcode: string, kind: Container['kind'], from: number): void {
  const { stack } = machine;
  if (from <= machine.fence) throw new Malformed('takes a value from an empty stack');
  const target = stack[from - 1] as Value;
  if (target instanceof Container && target.kind === kind) {
    target.grow(stack, from);
    checkKeys(machine, kind, stack, from);
    if (kind === 'dict') machine.made += target.keep(stack, from);
    else if (machine.keepsItems) target.keepAll(stack, from);
    else if (kind === 'list') target.keepItems(stack, from, machine.room);
    checked(machine, target);
  } else {
    if (kind === 'dict') checkPairs(stack.length - from);
    machine.observer.change(target, opcode, machine.at);
  }
  stack.length = from;
}

/** Dicts need a value for each key; keys, and items of sets, have to be hashable. */
function checkKeys(machine: Machine, kind: Container['kind'], items: readonly Value[], from: number): void {
  if (kind === 'list') return;
  if (kind === 'dict') checkPairs(items.length - from);
  for (let i = from; i < items.length; i += kind === 'dict' ? 2 : 1) {
    const key = items[i] as Value;
    if (typeof key !== 'object' || key === null) continue;
    if (!isHashable(key)) throw new Malformed('uses a list, dict or set as a key');
    hash(machine, key);
  }
}

/** Parts of keys, shared ones counted each time, that a pickle may make Python hash: seconds. */
const mostHashed = 2 ** 26;

/** Python hashes a tuple by hashing all that is in it, each time. */
function hash(machine: Machine, key: Symbolic): void {
  const before = machine.hashed;
  machine.hashed += key.weight;
  if (before > mostHashed || machine.hashed <= mostHashed) return;
  const message = 'Keys that share their parts make Python hash more than 10^7 parts while it loads the file.';
  machine.observer.problem('pickle/expansion', machine.at, message);
}

function checkPairs(items: number): void {
  if (items % 2 !== 0) throw new Malformed('has a key without a value');
}

/** More parts than this, shared ones counted each time, is a bomb: 2^40. */
const bombWeight = 2 ** 40;

function checked<T extends Container | Tuple>(machine: Machine, value: T): T {
  if (value instanceof Tuple) machine.made += 1 + value.units;
  if (value.weight > bombWeight) {
    machine.observer.problem(
      'pickle/expansion',
      machine.at,
      'Containers that share their parts would have more than 10^12 parts written out (a "billion laughs" bomb).',
    );
  }
  return value;
}
