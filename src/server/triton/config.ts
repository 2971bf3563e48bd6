import type { Config } from '../../config/config.ts';
import { servedContract } from '../../contract/served.ts';
import type { Contract, TensorSpec, ValidateEvidence } from '../../pipeline/evidence.ts';
import { layoutError } from '../layout-error.ts';
import { isBatch } from '../protocols/tensors.ts';
import { dataTypes } from './tensors.ts';

/** Backends that a configuration is made for. */
export type Backend = 'onnxruntime' | 'pytorch' | 'tensorflow' | 'python';

/** Last release whose images carry the TensorFlow backend. */
const lastWithTensorflow = 25.02;

/**
 * The text of `config.pbtxt`: names, types and shapes of the contract. With `server.batching` the first dimension is Triton's batch and
 * requests are put together; without, it is one of the tensor's and requests are computed as they come.
 * @throws MlDeployError `build/model-layout` when the contract does not tell what the configuration must say
 */
export function renderConfig(config: Config, model: ValidateEvidence, backend: Backend): string {
  if (backend === 'tensorflow') checkTensorflow(config.image.base);
  const { batching } = config.server;
  const contract = contractOf(config, model);
  const all = [...contract.inputs, ...contract.outputs];
  if (batching !== null && !all.every(isBatch)) {
    const fixed = all.find((spec) => !isBatch(spec))?.name ?? '';
    throw layoutError(
      `server.batching is set, but the tensor ${fixed} has no first dimension of any size`,
      'Remove server.batching, or export the model with a dynamic batch dimension.',
    );
  }
  const tensors = (field: 'input' | 'output', specs: readonly TensorSpec[]): string =>
    specs.map((spec, index) => tensor(field, nameOf(spec, field, index, backend), spec, batching !== null)).join('');
  return [
    `name: ${quoted(config.name)}\n`,
    backend === 'tensorflow' ? 'platform: "tensorflow_savedmodel"\n' : `backend: "${backend}"\n`,
    `max_batch_size: ${batching?.maxBatch ?? 0}\n`,
    tensors('input', contract.inputs),
    tensors('output', contract.outputs),
    batching === null
      ? ''
      : `dynamic_batching {\n  max_queue_delay_microseconds: ${Math.round(batching.delayMs * 1000)}\n}\n`,
    `instance_group {\n  count: ${config.server.workers}\n  kind: ${config.resources.gpu === null ? 'KIND_CPU' : 'KIND_GPU'}\n}\n`,
  ].join('');
}

/** The images lost the backend with 25.03; of an image with another kind of name nothing is known. */
function checkTensorflow(base: string): void {
  const release = /tritonserver:(\d\d\.\d\d)-/.exec(base)?.[1];
  if (release === undefined || Number(release) <= lastWithTensorflow) return;
  throw layoutError(
    `the images of Triton ${release} have no TensorFlow backend, so ${base} cannot serve a SavedModel`,
    'Take server.type: tf-serving, convert the model to ONNX, or set image.base to nvcr.io/nvidia/tritonserver:25.02-py3.',
  );
}

function contractOf(config: Config, model: ValidateEvidence): Contract {
  const contract = servedContract(config, model);
  if (contract !== null && contract.inputs.length > 0 && contract.outputs.length > 0) return contract;
  throw layoutError(
    'the inputs and outputs of the model are not known, and config.pbtxt has to name them',
    'Declare them in model.inputs and model.outputs.',
  );
}

/** TorchScript keeps no names: Triton goes by the number in `INPUT__0`. */
function nameOf({ name }: TensorSpec, field: 'input' | 'output', index: number, backend: Backend): string {
  return backend === 'pytorch' && !/__\d+$/.test(name) ? `${field.toUpperCase()}__${index}` : name;
}

function tensor(field: string, name: string, spec: TensorSpec, batched: boolean): string {
  const type = Object.entries(dataTypes).find(([, own]) => own === spec.dtype)?.[0];
  if (type === undefined) {
    throw layoutError(
      `the tensor ${spec.name} has the type ${spec.dtype}, which Triton does not have`,
      'Export the model with another type.',
    );
  }
  const sizes = batched ? spec.shape.slice(1) : spec.shape;
  // A scalar per row is a vector of one for Triton's backends, and reshaped on the way.
  const dims =
    sizes.length === 0 ? '[ 1 ]\n  reshape { shape: [ ] }' : `[ ${sizes.map((size) => size ?? -1).join(', ')} ]`;
  return `${field} {\n  name: ${quoted(name)}\n  data_type: ${type}\n  dims: ${dims}\n}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
