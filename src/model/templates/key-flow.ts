import { functions } from './vocabulary.ts';
import { children, isNode, operatorOf, textOf, type Node } from './nodes.ts';

/** Filters and methods whose text was not there before. */
const builders = new Set([
  'join',
  'replace',
  'format',
  'reverse',
  'lower',
  'upper',
  'title',
  'capitalize',
  'string',
  'map',
  'from_json',
  'fromjson',
  'truncate',
  'trim',
  'urlencode',
]);
const builderMethods = new Set([
  ...builders,
  'strip',
  'lstrip',
  'rstrip',
  'split',
  'rsplit',
  'partition',
  'rpartition',
  'removeprefix',
  'removesuffix',
  'zfill',
  'format_map',
  'translate',
  'splitlines',
]);

/**
 * Which expressions may give a text that stands nowhere in the template: such a text as a key reaches attributes that no check of names
 * sees. Variables count, whatever their scope.
 */
export class KeyFlow {
  private readonly built = new Set<string>();

  constructor(nodes: readonly Node[] = []) {
    const parameters = new Map(nodes.filter(({ type }) => type === 'Macro').map((macro) => [nameOf(macro), macro]));
    const assignments = nodes.flatMap((node) => [...assignmentsOf(node), ...passed(node, parameters)]);
    for (let before = -1; before < this.built.size;) {
      before = this.built.size;
      for (const { name, value } of assignments) if (!this.built.has(name) && this.isBuilt(value)) this.built.add(name);
    }
  }

  /** Whether the value may be a text that was put together. */
  isBuilt(node: Node): boolean {
    const waiting: Node[] = [node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.isNumber(next)) continue;
      if (isBuilder(next)) return true;
      const name = textOf(next, 'Identifier') ?? attribute(next);
      if (name !== null && this.built.has(name)) return true;
      // What is compared or asked for is no part of the value; the key of a member decides which member, not what it is.
      if (next.type === 'MemberExpression') waiting.push(next['object'] as Node);
      else if (next.type === 'Ternary') waiting.push(next['trueExpr'] as Node, next['falseExpr'] as Node);
      else if (next.type !== 'TestExpression' && !isComparison(next)) waiting.push(...children(next));
    }
    return false;
  }

  /** Whether it can only be a number: numbers reach no attributes. */
  private isNumber(node: Node): boolean {
    if (/^(Integer|Float)Literal$/.test(node.type)) return true;
    if (node.type === 'FilterExpression') {
      return ['length', 'count', 'int', 'float', 'abs', 'round'].includes(textOf(node['filter'], 'Identifier') ?? '');
    }
    if (node.type === 'MemberExpression') {
      return (
        textOf(node['object'], 'Identifier') === 'loop' && /^(index0?|revindex0?|length)$/.test(attribute(node) ?? '')
      );
    }
    if (node.type === 'UnaryExpression') return operatorOf(node) === '-' || operatorOf(node) === '+';
    if (node.type !== 'BinaryExpression') return false;
    const [left, right] = [node['left'] as Node, node['right'] as Node];
    // Python adds numbers to numbers only.
    if (['+', '-', '/', '//'].includes(operatorOf(node))) {
      return operatorOf(node) !== '+' || this.isNumber(left) || this.isNumber(right);
    }
    return ['*', '%', '**'].includes(operatorOf(node)) && this.isNumber(left) && this.isNumber(right);
  }
}

function isBuilder(node: Node): boolean {
  if (node.type === 'BinaryExpression') return ['+', '~', '*', '%'].includes(operatorOf(node));
  if (node.type === 'SliceExpression') return true;
  if (node.type === 'FilterExpression') {
    const filter = node['filter'] as Node;
    return builders.has(textOf(filter.type === 'CallExpression' ? filter['callee'] : filter, 'Identifier') ?? '');
  }
  if (node.type === 'MemberExpression' && isNode(node['property']) && node['property'].type === 'SliceExpression')
    return true;
  // What a macro gives is a text.
  if (node.type === 'CallExpression' && textOf(node['callee'], 'Identifier') !== null)
    return !functions.has(textOf(node['callee'], 'Identifier') ?? '');
  return node.type === 'CallExpression' && builderMethods.has(attribute(node['callee']) ?? '');
}

function isComparison(node: Node): boolean {
  return (
    node.type === 'BinaryExpression' && ['==', '!=', '<', '>', '<=', '>=', 'in', 'not in'].includes(operatorOf(node))
  );
}

/** `b` of `a.b` and `a['b']`. */
function attribute(node: unknown): string | null {
  if (!isNode(node) || node.type !== 'MemberExpression') return null;
  return textOf(node['property'], 'Identifier') ?? textOf(node['property'], 'StringLiteral');
}

interface Assignment {
  readonly name: string;
  readonly value: Node;
}

function assignmentsOf(node: Node): Assignment[] {
  if (node.type === 'Set') {
    const block: Node = { type: 'BinaryExpression', operator: { value: '~' } };
    return bind(node['assignee'], isNode(node['value']) ? node['value'] : block);
  }
  if (node.type === 'For') return bind(node['loopvar'], node['iterable'] as Node);
  if (node.type === 'KeywordArgumentExpression') return bind(node['key'], node['value'] as Node);
  return [];
}

function bind(target: unknown, value: Node): Assignment[] {
  if (!isNode(target)) return [];
  if (target.type === 'TupleLiteral') return (target['value'] as Node[]).flatMap((item) => bind(item, value));
  const name = textOf(target, 'Identifier') ?? attribute(target);
  return name === null ? [] : [{ name, value }];
}

function nameOf(macro: Node): string {
  return textOf(macro['name'], 'Identifier') ?? '';
}

/** What a macro is called with becomes its parameters, one by one; keyword arguments are assignments anyway. */
function passed(node: Node, macros: ReadonlyMap<string, Node>): Assignment[] {
  const macro = node.type === 'CallExpression' ? macros.get(textOf(node['callee'], 'Identifier') ?? '') : undefined;
  if (macro === undefined) return [];
  const values = node['args'] as Node[];
  return (macro['args'] as Node[]).flatMap((parameter, index) => {
    const value = values[index];
    if (value === undefined || value.type === 'KeywordArgumentExpression') return [];
    return bind(parameter.type === 'KeywordArgumentExpression' ? parameter['key'] : parameter, value);
  });
}
