import * as p from '../assembler.ts';
import {
  counted1,
  escaped,
  lines,
  makes,
  modules,
  names,
  names2,
  oddIntegers,
  packed,
  quoted,
  u8,
  type Make,
} from './generator.ts';
import type { Random } from './random.ts';

type Kind = 'mark' | 'list' | 'dict' | 'set' | 'key' | 'text' | 'tuple' | 'class' | 'object';

/** What an opcode needs on top of the stack (the last one on top), and what it leaves there. */
const steps: readonly (readonly [needs: readonly Kind[], opcode: string, gives: readonly Kind[]])[] = [
  [['list', 'text'], 'a', ['list']],
  [['list', 'object'], 'a', ['list']],
  [['dict', 'text', 'object'], 's', ['dict']],
  [['dict', 'text', 'list'], 's', ['dict']],
  [['object', 'text', 'key'], 's', ['object']],
  [['object', 'dict'], 'b', ['object']],
  [['object', 'tuple'], 'b', ['object']],
  [['class', 'tuple'], 'R', ['object']],
  [['class', 'tuple'], '\x81', ['object']],
  [['class', 'tuple', 'dict'], '\x92', ['object']],
  [['text', 'text'], '\x93', ['class']],
  [['text'], '\x85', ['tuple']],
  [['object'], '\x85', ['tuple']],
  [['key', 'text'], '\x86', ['tuple']],
  [['text'], '0', []],
  [['tuple'], '2', ['tuple', 'tuple']],
  [['list'], '2', ['list', 'list']],
  [['text'], 'Q', ['object']],
];
/** What an opcode makes of everything above the last MARK. */
const closers: readonly (readonly [opcode: string, gives: Kind])[] = [
  ['t', 'tuple'],
  ['l', 'list'],
  ['e', 'list'],
  ['u', 'dict'],
  ['d', 'dict'],
  ['\x90', 'set'],
  ['\x91', 'key'],
  ['o', 'object'],
  ['imod\nname\n', 'object'],
];
const values: readonly (readonly [Make, Kind])[] = [
  [() => ']', 'list'],
  [() => '}', 'dict'],
  [() => '\x8f', 'set'],
  [() => ')', 'tuple'],
  [() => 'N', 'key'],
  [(random) => p.bytes('K', u8(random.below(256))), 'key'],
  [counted1('\x8c'), 'text'],
  [counted1('C'), 'key'],
  [lines('I', oddIntegers.slice(0, 6)), 'key'],
  [lines('V', escaped.slice(0, 3)), 'text'],
  [lines('S', quoted.slice(0, 4)), 'text'],
  [names2('c'), 'class'],
  [(random) => p.stackGlobal(random.pick(modules), random.pick(names)), 'class'],
];

/** Opcodes that mostly fit together: mostly a whole pickle. */
export function plausible(random: Random): Buffer {
  const parts: p.Part[] = [];
  const stack: Kind[] = [];
  let memoized = 0;
  const push = ([make, kind]: (typeof values)[number]): void => {
    parts.push(make(random));
    stack.push(kind);
  };
  for (let count = 2 + random.below(24); count > 0; count--) {
    const choice = random.next();
    if (choice < 0.02) parts.push(random.pick(makes)(random));
    else if (choice < 0.12 && stack.length > 0 && stack.at(-1) !== 'mark') {
      parts.push(random.chance(0.5) ? '\x94' : p.bytes('q', u8(memoized)));
      memoized++;
    } else if (choice < 0.18 && memoized > 0) {
      parts.push('h', u8(random.below(memoized)));
      stack.push('object');
    } else if (choice < 0.26) {
      push(random.pick(values.slice(0, 3)));
      parts.push('(');
      stack.push('mark');
    } else if (choice < 0.4 && stack.includes('mark')) {
      const from = stack.lastIndexOf('mark');
      const [opcode, gives] = random.pick(closers);
      const adds = 'eu\x90'.includes(opcode);
      if (!adds || stack[from - 1] === gives) {
        stack.length = from;
        parts.push(opcode);
        if (!adds) stack.push(gives);
      }
    } else {
      const fitting = steps.filter(([needs]) =>
        needs.every((kind, i) => stack[stack.length - needs.length + i] === kind),
      );
      if (fitting.length === 0 || random.chance(0.4)) push(random.pick(values));
      else {
        const [needs, opcode, gives] = random.pick(fitting);
        parts.push(opcode);
        stack.length -= needs.length;
        stack.push(...gives);
      }
    }
  }
  return packed(random, p.bytes(...parts, ...conclusion(random, stack)));
}

/** Makes one value of what is on the stack, and stops. */
function conclusion(random: Random, stack: Kind[]): p.Part[] {
  const parts: p.Part[] = [];
  while (stack.includes('mark')) {
    parts.push('t');
    stack.length = stack.lastIndexOf('mark');
    stack.push('tuple');
  }
  if (stack.length === 0) parts.push('N');
  for (let left = stack.length; left > 1; left--) parts.push(random.chance(0.98) ? '\x86' : '0');
  return [...parts, '.'];
}
