import { ProtobufReader } from '../../protobuf/reader.ts';
import type { Message } from '../../protobuf/message.ts';
import { printable } from '../../../printable.ts';
import type { Inspected, InspectContext, Inspector } from '../format.ts';
import { contractOf } from './contract.ts';
import { checkFunction, checkGraph } from './graph.ts';
import type { Judgement } from './judgement.ts';
import { domains, newestIr, onnxSchema } from './schema.ts';

/** Checks an ONNX model. */
export function inspectOnnx(context: InspectContext): Inspector {
  return new OnnxInspector(context);
}

class OnnxInspector implements Inspector {
  private readonly context: InspectContext;
  private readonly reader: ProtobufReader;

  constructor(context: InspectContext) {
    this.context = context;
    this.reader = new ProtobufReader(onnxSchema, 'ModelProto', context.findings, {
      // What exporters note about values in between: nothing follows from it, and there is a lot of it.
      'GraphProto.value_info': () => undefined,
      'FunctionProto.value_info': () => undefined,
    });
  }

  write(chunk: Buffer): void {
    this.reader.write(chunk);
  }

  end(): Inspected {
    const model = this.reader.end();
    return model === null ? { format: 'onnx', facts: {} } : judge(model, this.context);
  }
}

function judge(model: Message, { findings }: InspectContext): Inspected {
  const judgement: Judgement = {
    findings,
    tensors: [],
    references: [],
    operators: new Set(),
    functions: new Set(),
    nodes: 0,
  };
  checkVersions(model, judgement);
  for (const body of model.messages('functions')) {
    judgement.functions.add(`${body.text('domain')}.${body.text('name')}`);
  }
  const graph = model.message('graph');
  if (graph === null) findings.add('onnx/graph', null, 'The model has no graph.');
  else checkGraph(graph, judgement);
  for (const body of model.messages('functions')) checkFunction(body, judgement);
  for (const training of model.messages('training_info')) {
    findings.add('onnx/training', training.offset, 'The model has a training step.');
  }
  const contract = graph === null ? null : contractOf(graph);
  const { tensors, references } = judgement;
  return {
    format: 'onnx',
    facts: {
      irVersion: model.number('ir_version'),
      opsets: opsetsOf(model),
      producer: printable(`${model.text('producer_name')} ${model.text('producer_version')}`.trim()),
      nodes: judgement.nodes,
      tensors: tensors.length,
      parameters: tensors.reduce((sum, { elements }) => sum + elements, 0),
      operators: [...judgement.operators].toSorted().slice(0, 500),
    },
    tensors,
    references,
    ...(contract === null ? {} : { contract }),
  };
}

function checkVersions(model: Message, { findings }: Judgement): void {
  const version = model.number('ir_version');
  if (version < 1 || version > newestIr) {
    findings.add('onnx/version', 0, `The file has version ${version} of the format; 1 to ${newestIr} are known.`);
  }
  for (const imported of model.messages('opset_import')) {
    const domain = imported.text('domain');
    const newest = domains[domain];
    const number = imported.number('version');
    if (newest !== undefined && (number < 1 || number > newest)) {
      const name = domain === '' ? 'ai.onnx' : domain;
      findings.add(
        'onnx/version',
        imported.offset,
        `The operators of ${name} have version ${number}; 1 to ${newest} are known.`,
      );
    }
  }
  if (version >= 3 && !model.has('opset_import')) {
    findings.add('onnx/version', null, 'The model does not say which version of the operators it needs.');
  }
}

function opsetsOf(model: Message): string[] {
  return model
    .messages('opset_import')
    .map((imported) => `${printable(imported.text('domain')) || 'ai.onnx'} ${imported.number('version')}`)
    .toSorted();
}
