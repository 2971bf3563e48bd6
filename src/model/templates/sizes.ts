import { children, isNode, operatorOf, textOf, type Node } from './nodes.ts';

/** A template repeats, counts or loops by no larger number; those of the well-known models stay below 1000. */
const maxCount = 100_000;
/** Loops inside each other. */
const maxLoops = 8;

/** What makes a template give or do without end, in words; null for ordinary ones. */
export function sizeProblem(program: Node): string | null {
  const waiting: (readonly [node: Node, times: number, loops: number])[] = [[program, 1, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, times, loops] = next;
    const problem = problemOf(node);
    if (problem !== null) return problem;
    const isLoop = node.type === 'For';
    const more = times * (isLoop ? countOf(node['iterable']) : 1);
    if (more > maxCount) return `Loops run ${more} times`;
    if (loops + Number(isLoop) > maxLoops) return `More than ${maxLoops} loops are inside each other`;
    for (const child of children(node)) waiting.push([child, more, loops + Number(isLoop)]);
  }
  return null;
}

function problemOf(node: Node): string | null {
  const operator = node.type === 'BinaryExpression' ? operatorOf(node) : '';
  if (operator === '*' || operator === '**') {
    for (const side of [node['left'], node['right']]) {
      const number = numberOf(side);
      if (number !== null && number > maxCount) return `Something is taken ${number} times`;
    }
    const number = numberOf(node);
    if (number !== null && number > maxCount ** 2) return `A number is ${number}`;
  }
  if (node.type === 'CallExpression') {
    const number = (node['args'] as Node[]).map(numberOf).find((one) => one !== null && Math.abs(one) > maxCount * 10);
    if (number !== undefined) return `A call has the number ${number}`;
  }
  return doubles(node) ? 'A variable becomes a text that has it twice' : null;
}

/** `{% set a = a ~ a %}`: in a loop, or some lines of it, fill any memory. */
function doubles(node: Node): boolean {
  const name = node.type === 'Set' ? textOf(node['assignee'], 'Identifier') : null;
  if (name === null) return false;
  let count = 0;
  const waiting: unknown[] = [node['value']];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (textOf(next, 'Identifier') === name) count++;
    else if (isNode(next) && next.type === 'BinaryExpression' && ['+', '~'].includes(operatorOf(next)))
      waiting.push(next['left'], next['right']);
  }
  return count > 1;
}

/** How often a loop runs, as far as the template itself says. */
function countOf(iterable: unknown): number {
  if (!isNode(iterable)) return 1;
  if (iterable.type === 'ArrayLiteral' || iterable.type === 'TupleLiteral') return (iterable['value'] as Node[]).length;
  const text = textOf(iterable, 'StringLiteral');
  if (text !== null) return text.length;
  if (iterable.type !== 'CallExpression' || textOf(iterable['callee'], 'Identifier') !== 'range') return 1;
  const [first = null, second = null, step = null] = (iterable['args'] as Node[]).map(numberOf);
  const [from, to] = second === null ? [0, first] : [first ?? 0, second];
  return Math.max(1, ((to ?? 0) - from) / (step ?? 1));
}

/** Values that were calculated: chains of operators would take quadratic time. */
const known = new WeakMap<Node, number | null>();

/** The value of numbers that are calculated from literals; null for everything else. */
function numberOf(node: unknown): number | null {
  if (!isNode(node)) return null;
  let value = known.get(node);
  if (value === undefined) known.set(node, (value = calculated(node)));
  return value;
}

function calculated(node: Node): number | null {
  if (/^(Integer|Float)Literal$/.test(node.type)) return Number(node['value']);
  if (node.type !== 'BinaryExpression') return null;
  const [left, right] = [numberOf(node['left']), numberOf(node['right'])];
  if (left === null || right === null) return null;
  const operator = operatorOf(node);
  if (operator === '**') return left ** right;
  if (operator === '*') return left * right;
  if (operator === '+') return left + right;
  return operator === '-' ? left - right : null;
}
