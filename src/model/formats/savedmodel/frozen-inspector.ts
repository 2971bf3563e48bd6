import type { Message } from '../../protobuf/message.ts';
import { ProtobufReader } from '../../protobuf/reader.ts';
import type { Inspected, InspectContext, Inspector } from '../format.ts';
import { checkGraph, type GraphFacts } from './graph.ts';
import { NodeCount, type GraphFunction, type GraphNode } from './nodes.ts';
import { droppedFields, functionOf } from './savedmodel-inspector.ts';
import { tensorflowSchema } from './schema.ts';

/** Checks a frozen graph. */
export function inspectFrozenGraph(context: InspectContext): Inspector {
  return new FrozenInspector(context);
}

class FrozenInspector implements Inspector {
  private readonly context: InspectContext;
  private readonly reader: ProtobufReader;
  private readonly nodes: GraphNode[] = [];
  private readonly functions: GraphFunction[] = [];
  private body: GraphNode[] = [];
  private readonly count: NodeCount;

  constructor(context: InspectContext) {
    this.context = context;
    this.count = new NodeCount(context.findings);
    this.reader = new ProtobufReader(tensorflowSchema, 'GraphDef', context.findings, {
      ...droppedFields,
      'GraphDef.node': (node) => this.add(this.nodes, node),
      'FunctionDef.node_def': (node) => this.add(this.body, node),
      'FunctionDefLibrary.function': (body) => {
        this.functions.push(functionOf(body, this.body));
        this.body = [];
      },
    });
  }

  write(chunk: Buffer): void {
    this.reader.write(chunk);
  }

  private add(list: GraphNode[], node: Message): void {
    if (!this.count.add(list, node)) this.reader.abandon();
  }

  end(): Inspected {
    if (this.reader.end() === null) return { format: 'tensorflow-graph', facts: {} };
    const { findings } = this.context;
    const facts: GraphFacts = { operators: new Set(), nodes: 0, variables: false };
    checkGraph(this.nodes, this.functions, { saver: new Set(), assets: new Set() }, findings, facts);
    if (facts.nodes === 0) findings.add('savedmodel/graph', null, 'The graph has no nodes.');
    if (facts.variables)
      findings.add('savedmodel/missing', null, 'The graph has variables, which a graph alone cannot bring along.');
    return {
      format: 'tensorflow-graph',
      facts: { nodes: facts.nodes, operators: [...facts.operators].toSorted().slice(0, 500) },
    };
  }
}
