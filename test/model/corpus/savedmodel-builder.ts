import { crc32c, masked } from '../../../src/model/formats/savedmodel/table.ts';
import { int, part, varint } from '../protobuf/encoder.ts';

/** An attribute of a node; the value is the AttrValue. */
export function attribute(name: string, ...value: readonly Buffer[]): Buffer {
  return part(5, part(1, name), part(2, ...value));
}

export function node(
  operator: string,
  name: string,
  inputs: readonly string[] = [],
  ...fields: readonly Buffer[]
): Buffer {
  return Buffer.concat([part(1, name), part(2, operator), ...inputs.map((input) => part(3, input)), ...fields]);
}

/** A constant of text. */
export function text(name: string, value: string): Buffer {
  return node('Const', name, [], attribute('value', part(8, int(1, 7), part(2), part(8, value))));
}

/** A constant of float32 zeros of a shape, with so many bytes of content. */
export function constant(name: string, dims: readonly number[], bytes: number): Buffer {
  const shape = part(2, ...dims.map((dim) => part(2, int(1, dim))));
  const content = bytes === 0 ? part(5, Buffer.alloc(4)) : part(4, Buffer.alloc(bytes));
  return node('Const', name, [], attribute('value', part(8, int(1, 1), shape, content)));
}

/** A call of a function. */
export function call(
  name: string,
  callee: string,
  inputs: readonly string[],
  operator = 'StatefulPartitionedCall',
): Buffer {
  return node(operator, name, inputs, attribute('f', part(10, part(1, callee))));
}

export function body(name: string, names: readonly string[], nodes: readonly Buffer[]): Buffer {
  const signature = part(1, part(1, name), ...names.map((argument) => part(2, part(1, argument), int(3, 7))));
  return Buffer.concat([signature, ...nodes.map((each) => part(3, each))]);
}

export interface ModelParts {
  readonly nodes?: readonly Buffer[];
  readonly functions?: readonly Buffer[];
  /** Fields of the MetaGraphDef. */
  readonly more?: readonly Buffer[];
}

const info = (name: string) =>
  part(2, part(1, `${name}:0`), int(2, 1), part(3, part(2, int(1, -1)), part(2, int(1, 4))));
const signature = part(
  5,
  part(1, 'serving_default'),
  part(2, part(1, part(1, 'x'), info('x')), part(2, part(1, 'y'), info('y'))),
);
/** The names of what saves and restores. */
const saver = part(3, part(1, 'saver_filename:0'), part(2, 'save:0'), part(3, 'restore'));

/** A saved_model.pb: `y = relu(x)`, and what is added. */
export function savedModel({ nodes = [], functions = [], more = [] }: ModelParts = {}): Buffer {
  const own = [node('Placeholder', 'x'), node('Relu', 'y', ['x']), node('Placeholder', 'saver_filename'), ...nodes];
  // More than a function takes arguments.
  const all = (parts: readonly Buffer[]): Buffer => Buffer.concat(parts.map((each) => part(1, each)));
  const graph = part(2, all(own), part(2, all(functions)));
  return Buffer.concat([
    int(1, 1),
    part(2, part(1, part(4, 'serve'), part(5, '2.21.0')), graph, saver, signature, ...more),
  ]);
}

/** Functions that save and restore as TensorFlow writes them. */
export const saverFunctions: readonly Buffer[] = [
  body(
    'traced_save',
    ['file_prefix', 'value'],
    [
      text('suffix', '_temp/part'),
      node('StringJoin', 'joined', ['file_prefix', 'suffix:output:0']),
      node('ShardedFilename', 'sharded', ['joined:output:0']),
      text('names', 'w'),
      node('SaveV2', 'saved', ['sharded:filename:0', 'names:output:0', 'names:output:0', 'value']),
      node('Pack', 'packed', ['sharded:filename:0', '^saved']),
      node('MergeV2Checkpoints', 'merged', ['packed:output:0', 'file_prefix']),
    ],
  ),
  body(
    'traced_restore',
    ['file_prefix'],
    [text('names', 'w'), node('RestoreV2', 'restored', ['file_prefix', 'names:output:0', 'names:output:0'])],
  ),
];

/** One block of a table, with its checksum. */
function block(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  const rows = entries.map(([key, value]) =>
    Buffer.concat([varint(0), varint(key.length), varint(value.length), key, value]),
  );
  const content = Buffer.concat([...rows, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 0])]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(masked(crc32c(content)));
  return Buffer.concat([content, checksum]);
}

/** A table of LevelDB with one block of entries. */
export function table(entries: readonly (readonly [string, Buffer])[], between = Buffer.alloc(0)): Buffer {
  const data = block(entries.map(([key, value]) => [Buffer.from(key), value]));
  const place = (from: number, whole: Buffer) => Buffer.concat([varint(from), varint(whole.length - 5)]);
  const meta = block([]);
  const index = block([[Buffer.from('~'), place(0, data)]]);
  const handles = Buffer.concat([place(data.length, meta), place(data.length + meta.length, index)]);
  const magic = Buffer.from('57fb808b247547db', 'hex');
  return Buffer.concat([data, meta, index, between, handles, Buffer.alloc(40 - handles.length), magic]);
}

const header: readonly [string, Buffer] = ['', int(1, 1)];

/** The entry of a float32 variable. */
export function variable(
  name: string,
  elements: number,
  offset: number,
  size = 4 * elements,
): readonly [string, Buffer] {
  return [name, Buffer.concat([int(1, 1), part(2, part(2, int(1, elements))), int(4, offset), int(5, size)])];
}

/** An index of variables. */
export function index(...variables: readonly (readonly [string, Buffer])[]): Buffer {
  return table([header, ...variables]);
}
