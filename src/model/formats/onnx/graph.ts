import type { Message } from '../../protobuf/message.ts';
import { printable } from '../../../printable.ts';
import type { Judgement } from './judgement.ts';
import { domains } from './schema.ts';
import { maxElements, Sizes } from './sizes.ts';
import { checkSparse, checkTensor } from './tensor.ts';

/** Operators of ONNX Runtime that run what is not in the graph, and why. */
const foreign: Readonly<Record<string, 'onnx/python-operator' | 'onnx/compiled'>> = {
  'com.microsoft.PythonOp': 'onnx/python-operator',
  'com.microsoft.PythonOpGrad': 'onnx/python-operator',
  'com.microsoft.PyOp': 'onnx/python-operator',
  'com.microsoft.EPContext': 'onnx/compiled',
};

/** The names that a graph may use, its own and those of the graphs around it. */
class Scope {
  private readonly outer: Scope | null;
  private readonly names = new Set<string>();

  constructor(outer: Scope | null) {
    this.outer = outer;
  }

  /** False when the name was taken in the same graph. */
  add(name: string): boolean {
    if (this.names.has(name)) return false;
    this.names.add(name);
    return true;
  }

  has(name: string): boolean {
    return this.names.has(name) || (this.outer?.has(name) ?? false);
  }
}

/** Checks a graph with everything in it: tensors, nodes in their order, and the graphs inside nodes. */
export function checkGraph(
  graph: Message,
  judgement: Judgement,
  outer: Scope | null = null,
  around: Sizes | null = null,
): void {
  const scope = new Scope(outer);
  const sizes = new Sizes(around);
  for (const input of graph.messages('input')) {
    define(scope, input.text('name'), input, judgement);
    const elements = staticElements(input);
    if (elements !== null) sizes.size(input.text('name'), elements);
  }
  const weights = new Set<string>();
  for (const tensor of graph.messages('initializer')) {
    const name = tensor.text('name');
    if (weights.has(name) || name === '') {
      judgement.findings.add(
        'onnx/graph',
        tensor.offset,
        `Two initializers are called "${printable(name)}", or one has no name.`,
      );
    }
    weights.add(name);
    // A weight may also be an input, which makes it a default.
    scope.add(name);
    const held = checkTensor(tensor, judgement, 'initializer');
    if (held !== null) sizes.tensor(name, tensor, held.elements);
  }
  for (const sparse of graph.messages('sparse_initializer')) {
    scope.add(sparse.message('values')?.text('name') ?? '');
    checkSparse(sparse, judgement);
  }
  checkNodes(graph.messages('node'), judgement, scope, sizes);
  for (const output of graph.messages('output')) {
    if (!scope.has(output.text('name'))) {
      judgement.findings.add(
        'onnx/graph',
        output.offset,
        `The output "${printable(output.text('name'))}" comes from nowhere.`,
      );
    }
  }
}

/** Checks a function that the model brings along. */
export function checkFunction(body: Message, judgement: Judgement): void {
  const scope = new Scope(null);
  for (const input of body.texts('input')) define(scope, input, body, judgement);
  checkNodes(body.messages('node'), judgement, scope, new Sizes(null));
}

function checkNodes(nodes: readonly Message[], judgement: Judgement, scope: Scope, sizes: Sizes): void {
  for (const node of nodes) {
    judgement.nodes++;
    checkOperator(node, judgement);
    const missing = node.texts('input').find((name) => name !== '' && !scope.has(name));
    if (missing !== undefined) {
      const what = `The node ${nameOf(node)} uses "${printable(missing)}", which nothing before it makes`;
      judgement.findings.add('onnx/graph', node.offset, `${what}.`);
    }
    for (const attribute of node.messages('attribute')) checkAttribute(attribute, judgement, scope, sizes);
    const elements = sizes.node(node);
    if (elements !== null && elements > maxElements) {
      const what = `The node ${nameOf(node)} makes at least ${elements} elements out of constants`;
      judgement.findings.add('onnx/expansion', node.offset, `${what}; ${maxElements} are plausible.`);
    }
    for (const output of node.texts('output')) if (output !== '') define(scope, output, node, judgement);
  }
}

function checkAttribute(attribute: Message, judgement: Judgement, scope: Scope, sizes: Sizes): void {
  for (const tensor of [...attribute.messages('t'), ...attribute.messages('tensors')]) {
    checkTensor(tensor, judgement, 'constant');
  }
  for (const sparse of [...attribute.messages('sparse_tensor'), ...attribute.messages('sparse_tensors')]) {
    checkSparse(sparse, judgement);
  }
  for (const graph of [...attribute.messages('g'), ...attribute.messages('graphs')]) {
    checkGraph(graph, judgement, scope, sizes);
  }
}

function checkOperator(node: Message, judgement: Judgement): void {
  const domain = node.text('domain');
  const standard = domain === '' || domain === 'ai.onnx';
  const operator = standard ? node.text('op_type') : `${domain}.${node.text('op_type')}`;
  judgement.operators.add(printable(operator));
  const rule = foreign[operator];
  if (rule !== undefined) {
    // Even when a function of the model has the same name: runtimes may prefer their own.
    judgement.findings.add(rule, node.offset, `The node ${nameOf(node)} is a ${printable(operator)}.`);
  } else if (!judgement.functions.has(`${domain}.${node.text('op_type')}`) && !Object.hasOwn(domains, domain)) {
    const what = `The node ${nameOf(node)} needs the operator ${printable(operator)}, which is not in the model`;
    judgement.findings.add('onnx/custom-operator', node.offset, `${what}.`);
  }
}

function define(scope: Scope, name: string, where: Message, judgement: Judgement): void {
  if (scope.add(name)) return;
  judgement.findings.add('onnx/graph', where.offset, `The name "${printable(name)}" is given twice.`);
}

function nameOf(node: Message): string {
  const name = node.text('name');
  return name === '' ? `of type ${printable(node.text('op_type'))}` : `"${printable(name)}"`;
}

/** Elements of an input of fixed shape. */
function staticElements(input: Message): number | null {
  const shape = input.message('type')?.message('tensor_type')?.message('shape') ?? null;
  if (shape === null) return null;
  const lengths = shape.messages('dim').map((dim) => (dim.has('dim_value') ? dim.number('dim_value') : 1));
  return lengths.reduce((size, length) => size * Math.max(1, length), 1);
}
