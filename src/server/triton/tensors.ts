import type { TensorSpec } from '../../pipeline/evidence.ts';
import type { Message } from '../../text-proto.ts';

/** Our words for Triton's types (model_config.proto, DataType). */
export const dataTypes: Readonly<Record<string, string>> = {
  TYPE_BOOL: 'bool',
  TYPE_UINT8: 'uint8',
  TYPE_UINT16: 'uint16',
  TYPE_UINT32: 'uint32',
  TYPE_UINT64: 'uint64',
  TYPE_INT8: 'int8',
  TYPE_INT16: 'int16',
  TYPE_INT32: 'int32',
  TYPE_INT64: 'int64',
  TYPE_FP16: 'float16',
  TYPE_FP32: 'float32',
  TYPE_FP64: 'float64',
  TYPE_STRING: 'string',
  TYPE_BF16: 'bfloat16',
};

/** The inputs or outputs of a configuration, or what is wrong with them. With batches the first dimension is that of the batch. */
export function tritonTensors(config: Message, field: 'input' | 'output', batches: boolean): TensorSpec[] | string {
  const specs: TensorSpec[] = [];
  for (const tensor of config.messages(field)) {
    const name = tensor.text('name') ?? '';
    if (name === '') return `has an ${field} without a name`;
    if (specs.some((other) => other.name === name)) return `has the ${field} ${name} twice`;
    const dtype = dataTypes[tensor.text('data_type') ?? ''];
    if (dtype === undefined)
      return `has the ${field} ${name} of the unknown type ${tensor.text('data_type') ?? 'none'}`;
    const dims = tensor.texts('dims').map(Number);
    if (dims.length === 0) return `has the ${field} ${name} without dims`;
    if (!dims.every((length) => Number.isSafeInteger(length) && (length > 0 || length === -1))) {
      return `has the ${field} ${name} with the dims ${tensor.texts('dims').join(', ')}`;
    }
    const shape = dims.map((length) => (length === -1 ? null : length));
    specs.push({ name, dtype, shape: batches ? [null, ...shape] : shape });
  }
  return specs;
}

/** What differs between the tensors of the configuration and those of the model file, by name and type; null when nothing does. */
export function tensorDifference(configured: readonly TensorSpec[], own: readonly TensorSpec[]): string | null {
  for (const spec of configured) {
    const other = own.find(({ name }) => name === spec.name);
    if (other === undefined) return `${spec.name} is not in the model`;
    if (other.dtype !== spec.dtype) return `${spec.name} is ${spec.dtype} here and ${other.dtype} in the model`;
    if (other.shape.length !== spec.shape.length) {
      return `${spec.name} has ${spec.shape.length} dimensions here and ${other.shape.length} in the model`;
    }
    const at = spec.shape.findIndex((length, index) => {
      const known = other.shape[index] ?? null;
      return length !== null && known !== null && length !== known;
    });
    if (at >= 0)
      return `${spec.name} has ${spec.shape[at]} at dimension ${at} here and ${other.shape[at]} in the model`;
  }
  return null;
}
