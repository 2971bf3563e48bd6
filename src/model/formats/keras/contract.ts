import type { Contract, TensorSpec } from '../../../pipeline/evidence.ts';
import type { Json } from '../../strict-json.ts';

type JsonObject = ReadonlyMap<string, Json>;

/** Inputs of the outermost model, from its input layers; the configuration does not tell the outputs. Null without inputs. */
export function contractOf(model: Json): Contract | null {
  const config = objectOf(model, 'config');
  const layers = config?.get('layers') ?? (Array.isArray(objectOf(model, '')) ? [] : undefined);
  if (!Array.isArray(layers)) return null;
  const inputs = (layers as readonly Json[]).flatMap((layer, index) => specOf(layer, index) ?? []);
  return inputs.length === 0 ? null : { inputs, outputs: [], source: 'keras' };
}

function objectOf(value: Json | undefined, key: string): JsonObject | null {
  const found: Json | undefined = value instanceof Map ? (value as JsonObject).get(key) : undefined;
  return found instanceof Map ? (found as JsonObject) : null;
}

/** An input layer; in models of Keras 2, also the first layer with the shape of its input. */
function specOf(layer: Json, index: number): TensorSpec | null {
  const config = objectOf(layer, 'config');
  if (config === null) return null;
  const isInput = layer instanceof Map && (layer as JsonObject).get('class_name') === 'InputLayer';
  const shape = config.get('batch_shape') ?? config.get('batch_input_shape');
  if (!(isInput || index === 0) || !Array.isArray(shape)) return null;
  const name = config.get('name');
  const dtype = config.get('dtype');
  const dims = (shape as readonly Json[]).map((length) => (typeof length === 'number' ? length : null));
  return {
    name: typeof name === 'string' ? name : '',
    dtype: typeof dtype === 'string' ? dtype : 'float32',
    shape: dims,
  };
}
