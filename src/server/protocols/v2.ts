import type { TensorSpec } from '../../pipeline/evidence.ts';
import { batchesUpTo, withinBody } from './batches.ts';
import { asArray, asObject, parseJson } from './json.ts';
import { refusalProblems } from './judging.ts';
import { edgeValuesOf, isOpen, otherSizes } from './edges.ts';
import type { Ask, Edge, Known, Protocol } from './protocol.ts';
import { isBatch, sampleTensor, type SampleTensor, type SampleWish } from './tensors.ts';
import { malformedAsks } from './v2/malformed.ts';
import { readMetadata } from './v2/metadata.ts';
import { answerProblems, outputsOf, rowsOf } from './v2/answer.ts';
import { datatypeOf } from './v2/datatypes.ts';

/**
 * Open Inference protocol v2 over REST, as Triton, MLServer and KServe speak it. Requests are made from the server's metadata; what it
 * leaves open is taken from the contract.
 */
export const v2: Protocol = {
  id: 'v2',
  notReady: () => null,
  discover: async (send, known) => {
    const path = `/v2/models/${encodeURIComponent(known.model)}/infer`;
    const metadata = await readMetadata(send, known);
    const valid: Ask[] = [];
    let open =
      metadata.inputs.length === 0 ? (metadata.problem ?? 'neither server nor contract names the inputs') : null;
    for (const [index, rows] of batchesFor(metadata.inputs, metadata.maxBatch ?? known.maxRows).entries()) {
      const tensors = samples(metadata.inputs, rows ?? 1, index + 1, known);
      if (typeof tensors === 'string') open = tensors;
      else if (tensors.length > 0) valid.push(askWith(path, tensors, rows));
    }
    const template = open === null ? samples(metadata.inputs, 1, 1, known) : null;
    return {
      title: `POST ${path} (Open Inference v2${metadata.platform === null ? '' : `, ${metadata.platform}`})`,
      valid: open === null ? withinBody(valid, known.maxBodyBytes) : [],
      malformed: malformedAsks(path, template === null || typeof template === 'string' ? null : bodyOf(template)),
      edges: open === null ? edgesOf(path, metadata.inputs, known) : [],
      open,
      fault: metadata.fault,
      ask: (name, body) => ({
        name,
        request: { method: 'POST', path, body: JSON.stringify(body) },
        rows: rowsOf(asObject(body)?.['inputs'], metadata.inputs),
      }),
      judge: (ask, outcome) => answerProblems(ask, outcome, metadata.outputs),
      judgeRefusal: (_, outcome) => refusalProblems(outcome),
      outputs: (_, answer) => {
        const body = parseJson(answer.body);
        return 'problem' in body ? null : outputsOf(body.value);
      },
    };
  },
};

/** Without a batch dimension: two requests that differ in their numbers. */
function batchesFor(inputs: readonly TensorSpec[], maxRows: number | null): readonly (number | null)[] {
  if (inputs.length === 0) return [];
  return inputs.every(isBatch) ? batchesUpTo(maxRows).map(({ rows }) => rows) : [null, null];
}

type Change = Partial<Pick<SampleWish, 'sizeOf' | 'elementOf'>>;

function samples(
  inputs: readonly TensorSpec[],
  rows: number,
  seed: number,
  known: Known,
  change: Change = {},
): SampleTensor[] | string {
  const tensors: SampleTensor[] = [];
  for (const [index, spec] of inputs.entries()) {
    const sizeOf = (name: string, dimension: number): number | null =>
      sizeInExamples(known.examples, name, dimension) ?? known.anySize;
    const tensor = sampleTensor(spec, { rows, seed: seed * 100 + index, sizeOf, ...change });
    if (typeof tensor === 'string') return tensor;
    if (datatypeOf(tensor.dtype) === null) return `the input ${spec.name} has the type ${spec.dtype}`;
    tensors.push(tensor);
  }
  return tensors;
}

function edgesOf(path: string, inputs: readonly TensorSpec[], known: Known): readonly Edge[] {
  const batched = inputs.every(isBatch);
  const tried: readonly (readonly [name: string, rows: number, change: Change, must: Edge['must']])[] = [
    ...(batched ? [['no rows', 0, {}, 'answer or refuse'] as const] : []),
    ...edgeValuesOf(inputs).map(({ name, of }) => [name, 1, { elementOf: of }, 'survive'] as const),
    ...(inputs.some(isOpen) ? otherSizes : []).map(
      (size) => [`sizes of ${size}`, 1, { sizeOf: () => size }, 'survive'] as const,
    ),
  ];
  return tried.flatMap(([name, rows, change, must]) => {
    const tensors = samples(inputs, rows, 1, known, change);
    return typeof tensors === 'string'
      ? []
      : [{ ask: { ...askWith(path, tensors, batched ? rows : null), name }, must }];
  });
}

function sizeInExamples(examples: readonly unknown[], name: string, dimension: number): number | null {
  for (const example of examples) {
    const inputs = asArray(asObject(example)?.['inputs']) ?? [];
    const tensor = inputs.map(asObject).find((input) => input?.['name'] === name);
    const size = asArray(tensor?.['shape'])?.[dimension];
    if (typeof size === 'number') return size;
  }
  return null;
}

function bodyOf(tensors: readonly SampleTensor[]): Record<string, unknown> {
  return {
    // Optional, but KServe's server answers 500 without it.
    id: 'ml-deploy',
    inputs: tensors.map(({ name, dtype, shape, flat }) => ({ name, datatype: datatypeOf(dtype), shape, data: flat })),
  };
}

function askWith(path: string, tensors: readonly SampleTensor[], rows: number | null): Ask {
  const name = rows === null ? 'a generated request' : `a generated batch of ${rows}`;
  return { name, request: { method: 'POST', path, body: JSON.stringify(bodyOf(tensors)) }, rows };
}
