import { int, packed, part } from '../protobuf/encoder.ts';

/** A tensor of type and shape, with more fields. */
export function tensor(name: string, type: number, dims: readonly number[], ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([packed(1, dims), int(2, type), part(8, name), ...fields]);
}

/** A float32 tensor of zeros with data in place. */
export function zeros(name: string, dims: readonly number[], bytes = 4 * dims.reduce((a, b) => a * b, 1)): Buffer {
  return tensor(name, 1, dims, part(9, Buffer.alloc(bytes)));
}

/** A tensor of int64 values. */
export function ints(name: string, values: readonly number[]): Buffer {
  return tensor(name, 7, [values.length], packed(7, values));
}

/** A float32 tensor whose data stand in another file. */
export function external(name: string, dims: readonly number[], entries: Readonly<Record<string, string>>): Buffer {
  const list = Object.entries(entries).map(([key, value]) => part(13, part(1, key), part(2, value)));
  return tensor(name, 1, dims, ...list, int(14, 1));
}

/** A value with a type and a shape; text is a named dimension. */
export function value(name: string, dims: readonly (number | string)[], type = 1): Buffer {
  const shape = dims.map((dim) => part(1, typeof dim === 'number' ? int(1, dim) : part(2, dim)));
  return Buffer.concat([part(1, name), part(2, part(1, int(1, type), part(2, ...shape)))]);
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...fields: readonly Buffer[]
): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => part(1, name)),
    ...outputs.map((name) => part(2, name)),
    part(4, operator),
    ...fields,
  ]);
}

export interface GraphParts {
  readonly nodes?: readonly Buffer[];
  readonly initializers?: readonly Buffer[];
  readonly inputs?: readonly Buffer[];
  readonly outputs?: readonly Buffer[];
  readonly more?: readonly Buffer[];
}

/** A graph; by default `y = x + w` with a weight of four floats. */
export function graph({
  nodes = [node('Add', ['x', 'w'], ['y'])],
  initializers = [zeros('w', [4])],
  inputs = [value('x', ['n', 4])],
  outputs = [value('y', ['n', 4])],
  more = [],
}: GraphParts = {}): Buffer {
  return Buffer.concat([
    ...nodes.map((each) => part(1, each)),
    part(2, 'g'),
    ...initializers.map((each) => part(5, each)),
    ...inputs.map((each) => part(11, each)),
    ...outputs.map((each) => part(12, each)),
    ...more,
  ]);
}

/** A model of version 8 with standard operators of version 17. */
export function model(body: Buffer = graph(), ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([int(1, 8), part(2, 'corpus'), part(7, body), part(8, part(1), int(2, 17)), ...fields]);
}

/** A model whose only weight is this one. */
export function withWeight(weight: Buffer): Buffer {
  return model(graph({ initializers: [weight] }));
}
