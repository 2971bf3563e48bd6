import { printable } from '../../printable.ts';
import type { TemplateProblem } from './chat-template.ts';
import { KeyFlow } from './key-flow.ts';
import { children, isNode, textOf, type Node } from './nodes.ts';
import { sizeProblem } from './sizes.ts';
import { attributeFilters, filters, functions, internals, internalText, methods, tests } from './vocabulary.ts';

/** Problems of one kind that are told. */
const maxProblems = 8;

/** Walks the syntax tree of one template. */
export class TemplateJudge {
  private readonly problems = new Map<string, TemplateProblem>();
  private readonly macros = new Set<string>();
  private keys = new KeyFlow();

  judge(program: Node): readonly TemplateProblem[] {
    const nodes = everyNode(program);
    for (const node of nodes) this.learn(node);
    this.keys = new KeyFlow(nodes);
    // The call of a filter is no call of a function.
    const applied = new Set(nodes.map((node) => node['filter']));
    for (const node of nodes) if (!applied.has(node)) this.visit(node);
    const size = sizeProblem(program);
    if (size !== null) this.problems.set(size, { rule: 'template/size', message: `${size}.` });
    return [...this.problems.values()].slice(0, maxProblems);
  }

  /** Macros may be called; no other value may take the name of something that may be called. */
  private learn(node: Node): void {
    if (node.type === 'Macro') this.macros.add(textOf(node['name'], 'Identifier') ?? '');
  }

  private visit(node: Node): void {
    if (node.type === 'MemberExpression') this.member(node);
    else if (node.type === 'CallExpression') this.call(node);
    else if (node.type === 'FilterExpression' || node.type === 'FilterStatement') this.filter(node['filter']);
    else if (node.type === 'TestExpression') this.listed(tests, textOf(node['test'], 'Identifier'), 'the test');
    else if (node.type === 'Set') this.binding(node['assignee']);
    else if (node.type === 'For') this.binding(node['loopvar']);
    else if (node.type === 'Macro') (node['args'] as Node[]).forEach((parameter) => this.binding(parameter));
    else if (node.type === 'KeywordArgumentExpression') this.binding(node['key'], methods);
    else if (node.type === 'Identifier') this.name(textOf(node, 'Identifier') ?? '', 'the name');
    else if (node.type === 'StringLiteral') this.text(textOf(node, 'StringLiteral') ?? '');
    else if (node.type === 'ObjectLiteral') this.object(node);
    else if (/Spread/.test(node.type)) this.unlisted('Arguments are unpacked from a value');
  }

  private member(node: Node): void {
    const { property, computed } = node;
    if (!isNode(property)) return;
    const literal = textOf(property, computed === true ? 'StringLiteral' : 'Identifier');
    if (literal !== null) this.attribute(literal);
    else if (computed !== true || property.type === 'SliceExpression') return;
    else if (this.keys.isBuilt(property)) this.unlisted('A key is put together from pieces');
  }

  private call(node: Node): void {
    const callee = node['callee'] as Node;
    const name = textOf(callee, 'Identifier');
    if (name !== null) {
      if (!functions.has(name) && !this.macros.has(name) && name !== 'caller') {
        this.unlisted(`Calls ${printable(name)}, which is not listed`);
      }
      return;
    }
    const method =
      callee.type === 'MemberExpression'
        ? textOf(callee['property'], callee['computed'] === true ? 'StringLiteral' : 'Identifier')
        : null;
    if (method === null) this.unlisted('Calls what another expression gives');
    else this.listed(methods, method, 'the method');
  }

  private filter(filter: unknown): void {
    if (!isNode(filter)) return;
    const isCall = filter.type === 'CallExpression';
    const name = textOf(isCall ? filter['callee'] : filter, 'Identifier');
    this.listed(filters, name, 'the filter');
    if (!isCall || name === null) return;
    // The parser takes what follows the arguments for a part of the filter.
    const args = filter['args'] as Node[];
    if (name === 'map' || name === 'select' || name === 'reject') this.function(name, args[0]);
    if (/attr$/.test(name)) this.function('select', args[1]);
    if (attributeFilters.has(name) && args.some((arg) => this.keys.isBuilt(valueOf(arg)))) {
      this.unlisted(`The filter ${name} takes an attribute that is put together from pieces`);
    }
  }

  /** `map('upper')` and `select('odd')` name a filter or a test by a string. */
  private function(filter: string, argument: Node | undefined): void {
    if (argument === undefined || argument.type === 'KeywordArgumentExpression') return;
    const name = textOf(argument, 'StringLiteral');
    const operators = ['==', '!=', '<', '>', '<=', '>='];
    if (name !== null && filter !== 'map' && operators.includes(name)) return;
    this.listed(filter === 'map' ? filters : tests, name, filter === 'map' ? 'the filter' : 'the test');
  }

  /** Giving another value the name of something that may be called would hide what is called. */
  private binding(target: unknown, forbidden: ReadonlySet<string> = functions): void {
    if (!isNode(target)) return;
    if (target.type === 'TupleLiteral') {
      (target['value'] as Node[]).forEach((item) => this.binding(item, forbidden));
    } else if (target.type === 'MemberExpression') {
      const name = textOf(target['property'], 'Identifier') ?? textOf(target['property'], 'StringLiteral');
      if (name === null || methods.has(name)) this.unlisted(`Sets ${printable(name ?? 'a computed attribute')}`);
    } else if (target.type === 'KeywordArgumentExpression') {
      this.binding(target['key'], forbidden);
    } else {
      const name = textOf(target, 'Identifier');
      if (name !== null && (forbidden.has(name) || this.macros.has(name))) {
        this.unlisted(`Gives another value the name ${printable(name)}`);
      }
    }
  }

  private object(node: Node): void {
    for (const key of (node['value'] as ReadonlyMap<Node, Node>).keys()) {
      const name = textOf(key, 'StringLiteral');
      if (name !== null && methods.has(name) && name !== 'title' && name !== 'index' && name !== 'count') {
        this.unlisted(`A dictionary has the key ${name}, which is a method`);
      }
    }
  }

  /** Text is no name, but texts become names; so the names of Python's internals are not allowed as text either. */
  private text(text: string): void {
    if (internalText.test(text)) this.name(text.trim(), 'the text');
    // As filters take attributes of attributes, and several of them.
    else if (/^[\w.,]+$/.test(text)) {
      const part = text.split(/[.,]/).find((name) => internalText.test(name));
      if (part !== undefined) this.escape(`Has the text ${printable(text)}, with what is internal to Python`);
    }
  }

  private attribute(name: string): void {
    if (/^_[^_]/.test(name)) this.unlisted(`Reads the private attribute ${printable(name)}`);
    else this.name(name, 'the attribute');
  }

  private name(name: string, what: string): void {
    if (name.startsWith('__')) this.escape(`Has ${what} ${printable(name)}, which is internal to Python`);
    else if (internals.has(name) && what !== 'the text') this.escape(`Has ${what} ${printable(name)}`);
  }

  private listed(list: ReadonlySet<string>, name: string | null, what: string): void {
    if (name === null) this.unlisted(`Does not say ${what} by name`);
    else if (!list.has(name)) this.unlisted(`Uses ${what} ${printable(name)}, which is not listed`);
  }

  private escape(what: string): void {
    this.problems.set(what, { rule: 'template/escape', message: `${what}.` });
  }

  private unlisted(what: string): void {
    this.problems.set(what, { rule: 'template/unlisted', message: `${what}.` });
  }
}

function valueOf(argument: Node): Node {
  return argument.type === 'KeywordArgumentExpression' ? (argument['value'] as Node) : argument;
}

/** All nodes, without recursion: trees may be deep. */
function everyNode(program: Node): Node[] {
  const nodes: Node[] = [];
  const waiting: Node[] = [program];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    nodes.push(node);
    for (const child of children(node)) waiting.push(child);
  }
  return nodes;
}
