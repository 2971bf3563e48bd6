import type { Findings } from '../../findings.ts';
import { printable } from '../../../printable.ts';
import { harmOf } from './denied.ts';
import type { GraphFunction, GraphNode } from './nodes.ts';
import { operators } from './operators.ts';
import { takesPath, tracePaths, type Sources } from './paths.ts';

/** What is collected over all graphs of a model. */
export interface GraphFacts {
  readonly operators: Set<string>;
  nodes: number;
  /** Whether there are variables, which stand in files of their own. */
  variables: boolean;
}

/** Where PrintV2 may print. */
const streams = ['', 'stderr', 'stdout', 'log(info)', 'log(warning)', 'log(error)'];

/** Checks every operator of the main graph and of its functions against what is allowed. */
export function checkGraph(
  nodes: readonly GraphNode[],
  functions: readonly GraphFunction[],
  sources: Sources,
  findings: Findings,
  facts: GraphFacts,
): void {
  const own = new Set(functions.map(({ name }) => name));
  for (const node of [nodes, ...functions.map((body) => body.nodes)].flat()) {
    facts.nodes++;
    facts.operators.add(printable(node.operator));
    if (['VarHandleOp', 'VariableV2', 'Variable'].includes(node.operator)) facts.variables = true;
    if (own.has(node.operator)) continue;
    checkOperator(node, findings);
    if (node.problem !== null) {
      findings.add('savedmodel/constant', node.offset, `The constant "${printable(node.name)}" ${node.problem}.`);
    }
  }
  for (const { node, message } of tracePaths(nodes, functions, sources))
    findings.add('savedmodel/path', node.offset, message);
}

function checkOperator(node: GraphNode, findings: Findings): void {
  const { operator, attributes, offset } = node;
  const what = `The node "${printable(node.name)}" (${printable(operator)})`;
  const harm = harmOf(operator);
  if (harm !== null) {
    findings.add('savedmodel/operator', offset, `${what} ${harm}.`);
  } else if (operator === 'PrintV2') {
    const stream = attributes.get('output_stream') ?? '';
    if (!streams.includes(stream))
      findings.add('savedmodel/operator', offset, `${what} writes to "${printable(stream)}".`);
  } else if (operator === 'EncodeProto' || operator === 'DecodeProtoV2') {
    const source = attributes.get('descriptor_source') ?? '';
    if (!/^($|local:\/\/$|bytes:\/\/)/.test(source)) {
      findings.add('savedmodel/operator', offset, `${what} reads "${printable(source)}".`);
    }
  } else if (
    !operators.has(operator) &&
    !takesPath(operator) &&
    !['ShardedFilename', 'ShardedFilespec'].includes(operator)
  ) {
    findings.add('savedmodel/unlisted-operator', offset, `${what} is not among the operators that only compute.`);
  }
}
