import type { Message } from '../../protobuf/message.ts';

/** Elements beyond which a tensor made of constants is a bomb: 4 GiB of float32. */
export const maxElements = 2 ** 30;

/** Operators whose output is at least as large as their largest input. */
const elementwise = new Set(
  (
    'Identity Cast Abs Neg Relu Sigmoid Tanh Exp Log Sqrt Not Add Sub Mul Div Pow Min Max Sum And Or Xor Where Equal Less ' +
    'Greater Reshape Transpose Flatten Squeeze Unsqueeze Softmax Clip Floor Ceil Round Sign Erf Dropout'
  ).split(' '),
);

/** What is known of the values in one graph before it runs: constants, and how many elements a value has at least. */
export class Sizes {
  private readonly outer: Sizes | null;
  private readonly constants = new Map<string, readonly number[]>();
  private readonly elements = new Map<string, number>();

  constructor(outer: Sizes | null) {
    this.outer = outer;
  }

  /** A tensor whose values are in the file. */
  tensor(name: string, tensor: Message, elements: number): void {
    this.elements.set(name, elements);
    const values = smallValues(tensor, elements);
    if (values !== null) this.constants.set(name, values);
  }

  size(name: string, elements: number): void {
    this.elements.set(name, elements);
  }

  /** Elements of the outputs of a node, at least; null when nothing is known. */
  node(node: Message): number | null {
    const inputs = node.texts('input');
    if (node.text('op_type') === 'Constant') {
      this.constant(node);
      return null;
    }
    const elements = this.estimate(node.text('op_type'), inputs, node);
    if (elements !== null) for (const output of node.texts('output')) this.elements.set(output, elements);
    return elements;
  }

  private constant(node: Message): void {
    const [output] = node.texts('output');
    const [attribute] = node.messages('attribute');
    if (output === undefined || attribute === undefined) return;
    const numbers = [
      ...attribute.numbers('ints'),
      ...attribute.numbers('floats'),
      ...attribute.numbers('i'),
      ...attribute.numbers('f'),
    ];
    if (numbers.length > 0) this.constants.set(output, numbers);
    const tensor = attribute.message('t');
    if (tensor === null) return;
    this.tensor(output, tensor, product(tensor.numbers('dims')));
  }

  private estimate(operator: string, inputs: readonly string[], node: Message): number | null {
    if (elementwise.has(operator)) return this.largest(inputs);
    if (operator === 'Concat') return inputs.reduce((sum, name) => sum + (this.elementsOf(name) ?? 1), 0);
    if (operator.startsWith('Random')) {
      const shape = node.messages('attribute').find((attribute) => attribute.text('name') === 'shape');
      return shape === undefined ? null : product(shape.numbers('ints'));
    }
    const values = (index: number) => this.valuesOf(inputs[index] ?? '');
    if (operator === 'Range') return rangeSize(values(0), values(1), values(2));
    if (operator === 'Resize' && values(3) !== null) return product(values(3) ?? []);
    const factors = values(({ ConstantOfShape: 0, Resize: 2 } as const)[operator] ?? 1);
    if (factors === null || factors.length === 0) return null;
    return this.grown(operator, this.elementsOf(inputs[0] ?? '') ?? 1, factors);
  }

  /** Elements of the output of an operator whose size a list of constants decides. */
  private grown(operator: string, elements: number, factors: readonly number[]): number | null {
    switch (operator) {
      case 'ConstantOfShape':
        return product(factors);
      case 'Expand':
        return Math.max(product(factors), elements);
      case 'Tile':
      case 'Upsample':
      case 'Resize':
        return product(factors) * elements;
      case 'OneHot':
        return (factors[0] ?? 0) * elements;
      case 'Pad':
        return factors.reduce((sum, width) => sum + Math.max(0, width), 0);
      default:
        return null;
    }
  }

  private largest(inputs: readonly string[]): number | null {
    const sizes = inputs.map((name) => this.elementsOf(name) ?? 0);
    const most = Math.max(0, ...sizes);
    return most > 0 ? most : null;
  }

  private elementsOf(name: string): number | null {
    return this.elements.get(name) ?? this.outer?.elementsOf(name) ?? null;
  }

  private valuesOf(name: string): readonly number[] | null {
    return this.constants.get(name) ?? this.outer?.valuesOf(name) ?? null;
  }
}

function product(values: readonly number[]): number {
  return values.reduce((size, value) => size * Math.max(0, value), 1);
}

function rangeSize(...bounds: readonly (readonly number[] | null)[]): number | null {
  const [start, limit, delta] = bounds.map((values) => values?.[0]);
  if (start === undefined || limit === undefined || delta === undefined || delta === 0) return null;
  return Math.max(0, Math.ceil((limit - start) / delta));
}

/** The values of a small tensor of numbers; null for any other. */
function smallValues(tensor: Message, elements: number): readonly number[] | null {
  if (elements > 64) return null;
  const raw = tensor.span('raw_data');
  if (raw === null || raw.length === 0) {
    const lists = ['int64_data', 'int32_data', 'float_data', 'double_data'].flatMap((list) => tensor.numbers(list));
    return lists.length === elements && elements > 0 ? lists : null;
  }
  const width = ({ 1: 4, 6: 4, 7: 8, 11: 8 } as const)[tensor.number('data_type')];
  if (width === undefined || raw.kept.length !== elements * width) return null;
  return Array.from({ length: elements }, (_, index) => valueAt(raw.kept, index * width, tensor.number('data_type')));
}

function valueAt(bytes: Buffer, at: number, type: number): number {
  if (type === 1) return bytes.readFloatLE(at);
  if (type === 6) return bytes.readInt32LE(at);
  return type === 7 ? Number(bytes.readBigInt64LE(at)) : bytes.readDoubleLE(at);
}
