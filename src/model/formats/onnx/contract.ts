import type { Contract, TensorSpec } from '../../../pipeline/evidence.ts';
import type { Message } from '../../protobuf/message.ts';
import { elementType } from './tensor-types.ts';

/** Inputs and outputs of the main graph; null when a type or a rank is left open. Weights that may be overridden are no inputs. */
export function contractOf(graph: Message): Contract | null {
  const weights = new Set(graph.messages('initializer').map((tensor) => tensor.text('name')));
  const inputs = graph.messages('input').filter((input) => !weights.has(input.text('name')));
  const specs = [inputs, graph.messages('output')].map((values) => values.map((value) => specOf(value)));
  const [ins = [], outs = []] = specs.map((list) => list.filter((spec) => spec !== null));
  const whole = specs.every((list) => list.every((spec) => spec !== null));
  return whole && outs.length > 0 ? { inputs: ins, outputs: outs, source: 'onnx' } : null;
}

function specOf(value: Message): TensorSpec | null {
  const type = value.message('type');
  const dtype = type === null ? null : wordOf(type);
  if (type === null || dtype === null) return null;
  const tensor = type.message('tensor_type') ?? type.message('sparse_tensor_type');
  if (tensor === null) return { name: value.text('name'), dtype, shape: [] };
  const shape = tensor.message('shape');
  if (shape === null) return null;
  const dims = shape.messages('dim').map((dim) => (dim.has('dim_value') ? dim.number('dim_value') : null));
  // Zero and less are what some exporters write for a dimension that is open.
  return {
    name: value.text('name'),
    dtype,
    shape: dims.map((length) => (length !== null && length > 0 ? length : null)),
  };
}

/** `float32`, `sequence(map(int64,float32))`; null when an element type is not given. */
function wordOf(type: Message): string | null {
  const tensor = type.message('tensor_type') ?? type.message('sparse_tensor_type');
  if (tensor !== null) return elementType(tensor.number('elem_type'))?.word ?? null;
  const map = type.message('map_type');
  if (map !== null) {
    const value = map.message('value_type');
    const inner = value === null ? null : wordOf(value);
    const key = elementType(map.number('key_type'))?.word;
    return inner === null || key === undefined ? null : `map(${key},${inner})`;
  }
  for (const [field, word] of [
    ['sequence_type', 'sequence'],
    ['optional_type', 'optional'],
  ] as const) {
    const element = type.message(field)?.message('elem_type') ?? null;
    const inner = element === null ? null : wordOf(element);
    if (inner !== null) return `${word}(${inner})`;
  }
  return null;
}
