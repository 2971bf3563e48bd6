import type { Contract, TensorSpec } from '../../../pipeline/evidence.ts';
import type { Pages } from '../../pages.ts';
import { printable } from '../../../printable.ts';
import type { TensorFacts } from '../../tensors.ts';
import type { Inspected, InspectContext, Inspector } from '../format.ts';
import { RandomAccessInspector } from '../random-access.ts';
import { harmOf } from '../savedmodel/denied.ts';
import { FlatBuffer, type Table } from './flatbuffer.ts';
import { tensorType } from './tensor-types.ts';

/** Checks a TensorFlow Lite model. */
export function inspectTflite(context: InspectContext): Inspector {
  return new RandomAccessInspector(context, judge, (message, offset) => {
    if (message !== '') context.findings.add('tflite/structure', offset, `${message}.`);
    return { format: 'tflite', facts: {} };
  });
}

/** Custom operators that are part of the runtime itself. */
const builtinCustom = ['TFLite_Detection_PostProcess', 'Mfcc', 'AudioSpectrogram'];
/** Runs of bytes that are options of operators, which are not read. */
const maxGap = 1024;

/** What stands in the list of buffers. */
interface Place {
  readonly at: number;
  readonly bytes: number;
}

interface Tensor {
  readonly spec: TensorSpec;
  readonly at: number;
}

class Lite {
  readonly buffer: FlatBuffer;
  readonly context: InspectContext;
  readonly tensors: TensorFacts[] = [];
  readonly custom = new Set<string>();
  nodes = 0;

  constructor(pages: Pages, context: InspectContext) {
    this.buffer = new FlatBuffer(pages);
    this.context = context;
  }

  add(
    rule: 'tflite/reference' | 'tflite/tensor' | 'tflite/structure' | 'tflite/version',
    at: number,
    what: string,
  ): void {
    this.context.findings.add(rule, at, what);
  }
}

async function judge(pages: Pages, context: InspectContext): Promise<Inspected> {
  const lite = new Lite(pages, context);
  const { buffer } = lite;
  const model = await buffer.root();
  const version = model.number(0, 4);
  if (version !== 3) lite.add('tflite/version', model.at, `The model has version ${version}; 3 is known.`);
  const codes = await buffer.tables(model, 1);
  for (const code of codes) await checkCode(lite, code);
  const places = await readBuffers(lite, model);
  const graphs = await buffer.tables(model, 2);
  if (graphs.length === 0) lite.add('tflite/reference', model.at, 'The model has no graph.');
  let contract: Contract | null = null;
  for (const [index, graph] of graphs.entries()) {
    const own = await checkGraph(lite, graph, codes.length, places);
    if (index === 0) contract = own;
  }
  await checkRest(lite, model, places, graphs.length);
  const gap = buffer.largestGap();
  if (gap.to - gap.from > maxGap) {
    const what = `Bytes ${gap.from} to ${gap.to} belong to no part of the model`;
    context.findings.add('tflite/unused', gap.from, `${what}.`);
  }
  return {
    format: 'tflite',
    facts: {
      graphs: graphs.length,
      nodes: lite.nodes,
      tensors: lite.tensors.length,
      parameters: lite.tensors.reduce((sum, { elements }) => sum + elements, 0),
      customOperators: [...lite.custom].toSorted(),
      description: printable(await buffer.text(model, 3)),
    },
    tensors: lite.tensors,
    ...(contract === null ? {} : { contract }),
  };
}

async function checkCode(lite: Lite, code: Table): Promise<void> {
  const name = await lite.buffer.text(code, 1);
  // Number 32 says that the name counts; newer files have the number in a wider field too.
  const builtin = Math.max(code.number(0, 1), code.number(3, 4));
  if (builtin !== 32) return;
  lite.custom.add(printable(name));
  const { findings } = lite.context;
  const harm = name.startsWith('Flex') ? harmOf(name.slice(4)) : null;
  const what = `The model has the operator ${printable(name)}`;
  if (harm !== null) findings.add('tflite/flex-operator', code.at, `${what}, which ${harm}.`);
  else if (name.startsWith('Flex')) findings.add('tflite/tensorflow-operator', code.at, `${what}.`);
  else if (!builtinCustom.includes(name)) findings.add('tflite/custom-operator', code.at, `${what}.`);
}

async function readBuffers(lite: Lite, model: Table): Promise<Place[]> {
  const places: Place[] = [];
  for (const table of await lite.buffer.tables(model, 4)) {
    const [offset, size] = [table.number(1, 8), table.number(2, 8)];
    const list = await lite.buffer.list(table, 0, 1);
    if (offset > 1) {
      // Data beyond 2 GB stands behind the FlatBuffer.
      if (offset + size > lite.buffer.pages.size) {
        lite.add('tflite/structure', table.at, `A buffer is at bytes ${offset} to ${offset + size}, beyond the end.`);
      }
      lite.buffer.use(offset, Math.min(offset + size, lite.buffer.pages.size));
      places.push({ at: offset, bytes: size });
    } else {
      places.push({ at: list?.at ?? 0, bytes: list?.count ?? 0 });
    }
  }
  return places;
}

async function checkGraph(lite: Lite, graph: Table, codes: number, places: readonly Place[]): Promise<Contract | null> {
  const { buffer } = lite;
  const tensors: (Tensor | null)[] = [];
  for (const table of await buffer.tables(graph, 0)) tensors.push(await checkTensor(lite, table, places));
  const isTensor = (index: number) => index >= 0 && index < tensors.length;
  for (const operator of await buffer.tables(graph, 3)) {
    lite.nodes++;
    const code = operator.number(0, 4);
    if (code >= codes) lite.add('tflite/reference', operator.at, `An operator has the code ${code} of ${codes}.`);
    const inputs = await buffer.integers(operator, 1);
    const others = [...(await buffer.integers(operator, 2)), ...(await buffer.integers(operator, 8))];
    // An input that is left out is -1.
    const wrong =
      inputs.find((index) => index !== -1 && !isTensor(index)) ??
      others.find((index) => index !== -1 && !isTensor(index));
    if (wrong !== undefined)
      lite.add('tflite/reference', operator.at, `An operator uses tensor ${wrong} of ${tensors.length}.`);
    await buffer.list(operator, 5, 1);
    await buffer.table(operator, 4);
    await buffer.table(operator, 12);
    const [offset, size] = [operator.number(9, 8), operator.number(10, 8)];
    if (offset > 1) {
      if (offset + size > buffer.pages.size)
        lite.add('tflite/structure', operator.at, 'Options of an operator are beyond the end.');
      buffer.use(offset, Math.min(offset + size, buffer.pages.size));
    }
  }
  await buffer.text(graph, 4);
  const [inputs, outputs] = [await buffer.integers(graph, 1), await buffer.integers(graph, 2)];
  const wrong = [...inputs, ...outputs].find((index) => !isTensor(index));
  if (wrong !== undefined)
    lite.add('tflite/reference', graph.at, `An input or output is tensor ${wrong} of ${tensors.length}.`);
  const specs = (indices: readonly number[]) => indices.flatMap((index) => tensors[index]?.spec ?? []);
  return { inputs: specs(inputs), outputs: specs(outputs), source: 'tflite' };
}

async function checkTensor(lite: Lite, table: Table, places: readonly Place[]): Promise<Tensor | null> {
  const { buffer } = lite;
  const name = await buffer.text(table, 3);
  const shape = await buffer.integers(table, 0);
  const open = await buffer.integers(table, 7);
  await checkQuantization(lite, table);
  const sparse = (await buffer.table(table, 6)) !== null;
  const type = tensorType(table.number(1, 1));
  const user = `The tensor "${printable(name)}"`;
  if (type === null) {
    lite.add('tflite/tensor', table.at, `${user} has the unknown type ${table.number(1, 1)}.`);
    return null;
  }
  const place = places[table.number(2, 4)];
  if (place === undefined) {
    lite.add('tflite/reference', table.at, `${user} has its data in buffer ${table.number(2, 4)} of ${places.length}.`);
    return null;
  }
  const elements = shape.reduce((product, length) => product * Math.max(0, length), 1);
  const bytes = Math.ceil((elements * type.bits) / 8);
  if (!Number.isSafeInteger(elements * Math.max(1, type.bits)) || shape.some((length) => length < -1)) {
    lite.add('tflite/tensor', table.at, `${user} has the shape [${shape.join(', ')}].`);
  } else if (place.bytes > 0 && type.bits > 0 && !sparse) {
    if (place.bytes !== bytes) {
      const what = `${user} needs ${bytes} bytes for ${type.word} [${shape.join(', ')}] and has ${place.bytes}`;
      lite.add('tflite/tensor', table.at, `${what}.`);
    }
    lite.tensors.push({ name, dtype: type.table, elements, bytes });
  }
  const dims = (open.length === shape.length ? open : shape).map((length) => (length < 0 ? null : length));
  return { at: table.at, spec: { name, dtype: type.word, shape: dims } };
}

async function checkQuantization({ buffer }: Lite, tensor: Table): Promise<void> {
  const quantization = await buffer.table(tensor, 4);
  if (quantization === null) return;
  for (const [field, width] of [
    [0, 4],
    [1, 4],
    [2, 4],
    [3, 8],
  ] as const) {
    await buffer.list(quantization, field, width);
  }
}

/** Metadata and signatures: they may only refer to what is there. */
async function checkRest(lite: Lite, model: Table, places: readonly Place[], graphs: number): Promise<void> {
  const { buffer } = lite;
  await buffer.integers(model, 5);
  for (const metadata of await buffer.tables(model, 6)) {
    await buffer.text(metadata, 0);
    const index = metadata.number(1, 4);
    if (index >= places.length)
      lite.add('tflite/reference', metadata.at, `Metadata is in buffer ${index} of ${places.length}.`);
  }
  for (const signature of await buffer.tables(model, 7)) {
    await buffer.text(signature, 2);
    for (const field of [0, 1]) {
      for (const entry of await buffer.tables(signature, field)) await buffer.text(entry, 0);
    }
    const index = signature.number(4, 4);
    if (index >= graphs)
      lite.add('tflite/reference', signature.at, `A signature is about graph ${index} of ${graphs}.`);
  }
}
