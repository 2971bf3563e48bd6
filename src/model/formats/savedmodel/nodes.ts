import type { Findings } from '../../findings.ts';
import type { Message } from '../../protobuf/message.ts';
import { dataType } from './data-types.ts';

/** What matters of a node after it was read: everything else is dropped, so that memory follows the number of nodes only. */
export interface GraphNode {
  readonly name: string;
  readonly operator: string;
  /** Data inputs: the names of the nodes or arguments that they come from. */
  readonly inputs: readonly string[];
  readonly offset: number;
  /** Functions that it calls, whatever for. */
  readonly calls: readonly string[];
  /** Of a constant of text: the texts, null when they cannot be told. */
  readonly texts: readonly string[] | null;
  /** Attributes of text. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What is wrong with a constant in it. */
  readonly problem: string | null;
}

export interface GraphFunction {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly nodes: readonly GraphNode[];
}

/** Elements that a constant of a few bytes may stand for: 4 GiB of float32. */
const maxElements = 2 ** 30;
/** Attributes that name a file or a place. */
const kept = ['output_stream', 'descriptor_source', 'filename', 'container', 'memory_region_name'];

/** Nodes of one file that are held. */
const maxNodes = 200_000;

/** Reduces the nodes of a file, as many as fit into memory. */
export class NodeCount {
  private readonly findings: Findings;
  private nodes = 0;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** False, with a finding, when there is no room for another one. */
  add(list: GraphNode[], node: Message): boolean {
    this.nodes++;
    if (this.nodes <= maxNodes) list.push(nodeOf(node));
    else this.findings.add('protobuf/limit', node.offset, `There are more than ${maxNodes} nodes.`);
    return this.nodes <= maxNodes;
  }
}

/** Reduces a NodeDef. */
export function nodeOf(node: Message): GraphNode {
  const attributes = new Map<string, string>();
  const calls: string[] = [];
  let texts: readonly string[] | null = null;
  let problem: string | null = null;
  for (const entry of node.messages('attr')) {
    const value = entry.message('value');
    if (value === null) continue;
    const lists = value.messages('list');
    for (const call of [...value.messages('func'), ...lists.flatMap((list) => list.messages('func'))]) {
      calls.push(call.text('name'));
    }
    const key = entry.text('key');
    const text = value.span('s');
    if (text !== null && kept.includes(key)) attributes.set(key, text.kept.toString('utf8'));
    for (const tensor of [...value.messages('tensor'), ...lists.flatMap((list) => list.messages('tensor'))]) {
      problem ??= tensorProblem(tensor);
      if (key === 'value') texts = textsOf(tensor);
    }
  }
  const inputs = node.texts('input').filter((input) => !input.startsWith('^'));
  return {
    name: node.text('name'),
    operator: node.text('op'),
    inputs: inputs.map((input) => input.split(':', 1)[0] ?? ''),
    offset: node.offset,
    calls,
    texts,
    attributes,
    problem,
  };
}

function textsOf(tensor: Message): readonly string[] | null {
  if (tensor.number('dtype') !== 7) return [];
  const spans = tensor.spans('string_val');
  const whole =
    spans.length === tensor.count('string_val') && spans.every(({ kept: bytes, length }) => bytes.length === length);
  // The other way to write texts, which TensorFlow does not use.
  if (!whole || tensor.has('tensor_content')) return null;
  return spans.map(({ kept: bytes }) => bytes.toString('utf8'));
}

/** Why a constant is not what its shape says, null when it is. */
function tensorProblem(tensor: Message): string | null {
  const dims = (tensor.message('tensor_shape')?.messages('dim') ?? []).map((dim) => dim.number('size'));
  const elements = dims.reduce((product, length) => product * length, 1);
  if (dims.some((length) => length < 0) || !Number.isSafeInteger(elements)) return `has the shape [${dims.join(', ')}]`;
  if (tensor.has('resource_handle_val')) return 'holds a handle of another process';
  const type = dataType(tensor.number('dtype'));
  if (type === null) return `has the unknown type ${tensor.number('dtype')}`;
  const content = tensor.span('tensor_content')?.length ?? 0;
  if (content > 0 && type.bytes !== null && content !== elements * type.bytes) {
    return `needs ${elements * type.bytes} bytes for the shape [${dims.join(', ')}] and has ${content}`;
  }
  // A single value may stand for all.
  if (content === 0 && elements > maxElements) return `makes ${elements} elements out of a few bytes`;
  return null;
}
