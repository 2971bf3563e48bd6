import type { Contract, TensorSpec } from '../../pipeline/evidence.ts';
import { parseStrictJson, type Json } from '../strict-json.ts';

type Fields = ReadonlyMap<string, Json>;

/** Words for MLflow's types of columns. */
const columnTypes: Readonly<Record<string, string>> = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  string: 'string',
  binary: 'string',
  datetime: 'string',
};

/** Inputs and outputs of a model signature; null without any. */
export function signatureOf(signature: Fields): Contract | 'unreadable' | null {
  try {
    const inputs = specsOf(signature.get('inputs'), 'input');
    const outputs = specsOf(signature.get('outputs'), 'output');
    if (inputs === null && outputs === null) return null;
    return { inputs: inputs ?? [], outputs: outputs ?? [], source: 'mlflow' };
  } catch {
    return 'unreadable';
  }
}

function specsOf(value: Json | undefined, word: string): TensorSpec[] | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new TypeError('a schema is JSON in a text');
  const schema = parseStrictJson(value);
  if (!Array.isArray(schema)) throw new TypeError('a schema is a list');
  const specs = schema as readonly Json[];
  return specs.map((spec, index) => specOf(spec, specs.length === 1 ? word : `${word}_${index}`));
}

function specOf(value: Json, unnamed: string): TensorSpec {
  if (!(value instanceof Map)) throw new TypeError('a column is an object');
  const spec: Fields = value;
  const given = spec.get('name');
  const name = typeof given === 'string' ? given : unnamed;
  const type = spec.get('type');
  if (type === 'tensor') {
    const tensor = spec.get('tensor-spec');
    if (!(tensor instanceof Map)) throw new TypeError('a tensor has a specification');
    const [dtype, shape] = [(tensor as Fields).get('dtype'), (tensor as Fields).get('shape')];
    if (typeof dtype !== 'string' || !Array.isArray(shape)) throw new TypeError('a tensor has a type and a shape');
    return {
      name,
      dtype: dtype === 'object' || dtype.startsWith('str') ? 'string' : dtype,
      shape: (shape as readonly Json[]).map((length) => (typeof length === 'number' && length >= 0 ? length : null)),
    };
  }
  if (typeof type !== 'string') throw new TypeError('a column has a type');
  return { name, dtype: columnTypes[type] ?? type, shape: [null] };
}
