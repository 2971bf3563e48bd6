import type { TensorSpec } from '../../../pipeline/evidence.ts';
import { asArray, asObject } from '../json.ts';
import { faultOf, jsonOf } from '../judging.ts';
import type { Fault, Known, Send } from '../protocol.ts';
import { dtypeOf } from './datatypes.ts';

/** What is known about the tensors of one served model. */
export interface Metadata {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly platform: string | null;
  /** Largest batch that the server takes; null: it does not say. */
  readonly maxBatch: number | null;
  /** Why the server's own metadata is no help; null: it is. */
  readonly problem: string | null;
  /** It failed to tell. */
  readonly fault: Fault | null;
}

/** Asks the server for the model's tensors; sizes and tensors that it does not tell come from the contract. */
export async function readMetadata(send: Send, { model, contract }: Known): Promise<Metadata> {
  const path = `/v2/models/${encodeURIComponent(model)}`;
  const outcome = await send({ method: 'GET', path });
  const body = jsonOf(outcome);
  const told = 'problem' in body ? null : asObject(body.value);
  const problem = 'problem' in body ? `GET ${path}: ${body.problem}` : null;
  const inputs = told === null ? null : tensorsOf(told['inputs']);
  const outputs = told === null ? null : tensorsOf(told['outputs']);
  const platform = told?.['platform'];
  return {
    inputs: merge(inputs ?? [], contract?.inputs ?? []),
    outputs: merge(outputs ?? [], contract?.outputs ?? []),
    platform: typeof platform === 'string' && platform !== '' ? platform : null,
    maxBatch: told === null ? null : await readMaxBatch(send, path),
    problem,
    fault: faultOf(`GET ${path}`, outcome),
  };
}

/** Only Triton tells its configuration. Zero means that the model does not batch: its first dimension is one like the others. */
async function readMaxBatch(send: Send, path: string): Promise<number | null> {
  const body = jsonOf(await send({ method: 'GET', path: `${path}/config` }));
  const size = 'problem' in body ? null : asObject(body.value)?.['max_batch_size'];
  return typeof size === 'number' && size > 0 ? size : null;
}

function tensorsOf(list: unknown): TensorSpec[] {
  return (asArray(list) ?? []).flatMap((item) => {
    const tensor = asObject(item);
    const { name, datatype } = tensor ?? {};
    const shape = asArray(tensor?.['shape']);
    if (typeof name !== 'string' || typeof datatype !== 'string' || shape === null) return [];
    return [
      {
        name,
        dtype: dtypeOf(datatype),
        shape: shape.map((size) => (typeof size === 'number' && size >= 0 ? size : null)),
      },
    ];
  });
}

function merge(told: readonly TensorSpec[], contract: readonly TensorSpec[]): readonly TensorSpec[] {
  if (told.length === 0) return contract;
  return told.map((spec) => {
    const other = contract.find(({ name, shape }) => name === spec.name && shape.length === spec.shape.length);
    if (other === undefined) return spec;
    return { ...spec, shape: spec.shape.map((size, index) => size ?? other.shape[index] ?? null) };
  });
}
