import type { Contract, TensorSpec } from '../../../pipeline/evidence.ts';
import type { Findings } from '../../findings.ts';
import { printable } from '../../../printable.ts';
import type { Message } from '../../protobuf/message.ts';
import { ProtobufReader } from '../../protobuf/reader.ts';
import type { Inspected, InspectContext, Inspector, Reference } from '../format.ts';
import { dataType } from './data-types.ts';
import { checkGraph, type GraphFacts } from './graph.ts';
import { NodeCount, type GraphFunction, type GraphNode } from './nodes.ts';
import type { Sources } from './paths.ts';
import { tensorflowSchema } from './schema.ts';

/** What was read of one graph with its functions. */
interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly functions: readonly GraphFunction[];
}

const dropped = (): undefined => undefined;

/** What says where a node comes from, what operators are, and how Python objects are built again. */
export const droppedFields: Readonly<Record<string, () => undefined>> = {
  'MetaGraphDef.MetaInfoDef.stripped_op_list': dropped,
  'MetaGraphDef.object_graph_def': dropped,
  'SavedObjectGraph.nodes': dropped,
  'SavedObjectGraph.concrete_functions': dropped,
  'GraphDef.debug_info': dropped,
  'GraphDebugInfo.traces': dropped,
  'GraphDebugInfo.frames_by_id': dropped,
  'GraphDebugInfo.name_to_trace_id': dropped,
  'GraphDebugInfo.traces_by_id': dropped,
  'OpList.op': dropped,
};

/** Checks the graph of a SavedModel. */
export function inspectSavedModel(context: InspectContext): Inspector {
  return new SavedModelInspector(context);
}

class SavedModelInspector implements Inspector {
  private readonly context: InspectContext;
  private readonly reader: ProtobufReader;
  private readonly graphs: Graph[] = [];
  private nodes: GraphNode[] = [];
  private body: GraphNode[] = [];
  private readonly count: NodeCount;
  private functions: GraphFunction[] = [];

  constructor(context: InspectContext) {
    this.context = context;
    this.count = new NodeCount(context.findings);
    this.reader = new ProtobufReader(tensorflowSchema, 'SavedModel', context.findings, {
      ...droppedFields,
      'GraphDef.node': (node) => this.add(this.nodes, node),
      'FunctionDef.node_def': (node) => this.add(this.body, node),
      'FunctionDefLibrary.function': (body) => this.endFunction(body),
      'MetaGraphDef.graph_def': () => this.endGraph(),
    });
  }

  write(chunk: Buffer): void {
    this.reader.write(chunk);
  }

  private add(list: GraphNode[], node: Message): void {
    if (!this.count.add(list, node)) this.reader.abandon();
  }

  end(): Inspected {
    const model = this.reader.end();
    if (model === null) return { format: 'savedmodel', facts: {} };
    const { findings } = this.context;
    if (model.number('saved_model_schema_version') !== 1) {
      findings.add(
        'savedmodel/graph',
        0,
        `The file has version ${model.number('saved_model_schema_version')}; 1 is known.`,
      );
    }
    const metas = model.messages('meta_graphs');
    if (metas.length === 0) findings.add('savedmodel/graph', null, 'The model has no graph.');
    const facts: GraphFacts = { operators: new Set(), nodes: 0, variables: false };
    const references = metas.flatMap((meta, index) => {
      const graph = this.graphs[index] ?? { nodes: [], functions: [] };
      const assets = assetsOf(meta, this.context);
      const sources = sourcesOf(meta, assets);
      checkGraph(graph.nodes, graph.functions, sources, findings, facts);
      checkInputs(meta, sources, findings);
      return assets.map(referenceTo);
    });
    const contract = contractOf(metas);
    const [first] = metas;
    return {
      format: 'savedmodel',
      facts: {
        tensorflow: printable(first?.message('meta_info_def')?.text('tensorflow_version') ?? ''),
        tags: metas.flatMap((meta) => meta.message('meta_info_def')?.texts('tags') ?? []).map(printable),
        signatures: metas
          .flatMap((meta) => meta.messages('signature_def'))
          .map((entry) => printable(entry.text('key'))),
        nodes: facts.nodes,
        operators: [...facts.operators].toSorted().slice(0, 500),
        variables: facts.variables,
      },
      references,
      ...(contract === null ? {} : { contract }),
    };
  }

  private endFunction(body: Message): void {
    this.functions.push(functionOf(body, this.body));
    this.body = [];
  }

  private endGraph(): void {
    this.graphs.push({ nodes: this.nodes, functions: this.functions });
    this.nodes = [];
    this.functions = [];
  }
}

/** A function with the nodes that were read of it. */
export function functionOf(body: Message, nodes: readonly GraphNode[]): GraphFunction {
  const signature = body.message('signature');
  const names = (signature?.messages('input_arg') ?? []).map((argument) => argument.text('name'));
  return { name: signature?.text('name') ?? '', arguments: names, nodes };
}

function nodeName(tensor: string): string {
  return tensor.split(':', 1)[0] ?? '';
}

function sourcesOf(meta: Message, assets: readonly Message[]): Sources {
  const saver = meta.message('saver_def')?.text('filename_tensor_name') ?? '';
  const fed = assets.map((asset) => nodeName(asset.message('tensor_info')?.text('name') ?? ''));
  return { saver: new Set([nodeName(saver)]), assets: new Set(fed) };
}

/** Clients must not be able to give what the loader gives. */
function checkInputs(meta: Message, { saver, assets }: Sources, findings: Findings): void {
  for (const entry of meta.messages('signature_def')) {
    for (const input of entry.message('value')?.messages('inputs') ?? []) {
      const name = nodeName(input.message('value')?.text('name') ?? '');
      if (!saver.has(name) && !assets.has(name)) continue;
      const what = `The input "${printable(input.text('key'))}" of the signature "${printable(entry.text('key'))}"`;
      findings.add('savedmodel/path', input.offset, `${what} is the path "${printable(name)}".`);
    }
  }
}

/** Files of the folder `assets`: in a field of their own, or packed into a collection by TensorFlow 1. */
function assetsOf(meta: Message, { findings }: InspectContext): Message[] {
  const packed = meta
    .messages('collection_def')
    .filter((entry) => entry.text('key') === 'saved_model_assets')
    .flatMap((entry) => entry.message('value')?.message('any_list')?.messages('value') ?? [])
    .flatMap((any) => any.spans('value'));
  const unpacked = packed.map(({ kept }) => {
    const reader = new ProtobufReader(tensorflowSchema, 'AssetFileDef', findings);
    reader.write(kept);
    return reader.end();
  });
  return [...meta.messages('asset_file_def'), ...unpacked.filter((asset) => asset !== null)];
}

function referenceTo(asset: Message): Reference {
  const name = asset.text('filename');
  return { path: name, offset: 0, length: null, user: `asset "${printable(name)}"`, kind: 'savedmodel-asset' };
}

/** The signature that servers answer by default, or the only one. */
function contractOf(metas: readonly Message[]): Contract | null {
  const entries = metas
    .flatMap((meta) => meta.messages('signature_def'))
    .filter((entry) => !entry.text('key').startsWith('__'));
  const entry =
    entries.find((each) => each.text('key') === 'serving_default') ?? (entries.length === 1 ? entries[0] : undefined);
  const signature = entry?.message('value') ?? null;
  if (signature === null) return null;
  const [inputs, outputs] = ['inputs', 'outputs'].map((field) => signature.messages(field).map(specOf));
  if (inputs === undefined || outputs === undefined || outputs.length === 0) return null;
  const whole = [...inputs, ...outputs].every((spec) => spec !== null);
  if (!whole) return null;
  const known = (specs: readonly (TensorSpec | null)[]) =>
    specs.filter((spec) => spec !== null).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { inputs: known(inputs), outputs: known(outputs), source: 'savedmodel' };
}

function specOf(entry: Message): TensorSpec | null {
  const info = entry.message('value');
  const shape = info?.message('tensor_shape') ?? null;
  const type = dataType(info?.number('dtype') ?? 0);
  // An empty shape message is a scalar; a missing one leaves it open.
  if (info === null || shape === null || type === null || shape.number('unknown_rank') !== 0) return null;
  const dims = shape.messages('dim').map((dim) => (dim.number('size') >= 0 ? dim.number('size') : null));
  const sparse = info.has('coo_sparse');
  return { name: entry.text('key'), dtype: sparse ? `sparse(${type.word})` : type.word, shape: dims };
}
