import type { Message } from '../../protobuf/message.ts';
import { printable } from '../../../printable.ts';
import type { Judgement } from './judgement.ts';
import { readExternal } from './external.ts';
import { elementType, type ElementType, type ValueList } from './tensor-types.ts';

const lists: readonly ValueList[] = [
  'float_data',
  'int32_data',
  'int64_data',
  'double_data',
  'uint64_data',
  'string_data',
];

/** What a tensor holds, when its description holds together. */
export interface TensorShape {
  readonly elements: number;
  readonly dims: readonly number[];
}

/**
 * Checks that the data of a TensorProto is exactly what its shape and type need, wherever it stands, and adds it to the table of
 * tensors. Null, with a finding, when it is not.
 */
export function checkTensor(tensor: Message, judgement: Judgement, role = 'tensor'): TensorShape | null {
  const user = `${role} "${printable(tensor.text('name'))}"`;
  const refuse = (what: string): null => {
    judgement.findings.add('onnx/tensor', tensor.offset, `The ${user} ${what}.`);
    return null;
  };
  const type = elementType(tensor.number('data_type'));
  if (type === null) return refuse(`has the unknown type ${tensor.number('data_type')}`);
  if (tensor.has('segment')) return refuse('is a segment of another one, which no library reads');
  const dims = tensor.numbers('dims');
  if (dims.length < tensor.count('dims')) return refuse(`has ${tensor.count('dims')} dimensions`);
  if (dims.some((length) => length < 0)) return refuse(`has the shape [${dims.join(', ')}]`);
  const elements = dims.reduce((product, length) => product * length, 1);
  const bytes = Math.ceil((elements * type.bits) / 8);
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(elements * type.bits)) {
    return refuse(`has the shape [${dims.join(', ')}], whose size overflows`);
  }
  const places = placesOf(tensor);
  if (places.length > 1) return refuse(`has its values in several places (${places.join(', ')})`);
  const problem = dataProblem(tensor, type, elements, bytes, places[0]);
  if (problem !== null) return refuse(`with the shape [${dims.join(', ')}] and the type ${type.word} ${problem}`);
  if (places[0] === 'external_data') readExternal(tensor, bytes, user, judgement);
  if (role === 'initializer') {
    judgement.tensors.push({ name: tensor.text('name'), dtype: type.table, elements, bytes: bytesOf(tensor, bytes) });
  }
  return { elements, dims };
}

function placesOf(tensor: Message): string[] {
  const places: string[] = lists.filter((list) => tensor.has(list));
  if ((tensor.span('raw_data')?.length ?? 0) > 0) places.push('raw_data');
  // An empty list of entries without the mark is what some writers leave behind.
  if (tensor.number('data_location') === 1 || tensor.has('external_data')) places.push('external_data');
  return places;
}

function dataProblem(
  tensor: Message,
  type: ElementType,
  elements: number,
  bytes: number,
  place: string | undefined,
): string | null {
  if (place === 'external_data') {
    if (tensor.number('data_location') !== 1) return 'names external data and does not say that it is external';
    return type.bits === 0 ? 'is text in an external file, which no library reads' : null;
  }
  if (place === 'raw_data' && type.bits > 0) {
    const length = tensor.span('raw_data')?.length ?? 0;
    return length === bytes ? null : `needs ${bytes} bytes and has ${length}`;
  }
  const needed = Math.ceil(elements * type.perElement);
  if (place === undefined) return needed === 0 ? null : `needs ${needed} values and has none`;
  if (place !== type.list) return `has its values in ${place}`;
  const count = tensor.count(place);
  return count === needed ? null : `needs ${needed} values and has ${count}`;
}

function bytesOf(tensor: Message, bytes: number): number {
  return tensor.spans('string_data').reduce((sum, { length }) => sum + length, bytes);
}

/** Checks a sparse tensor: a list of values, and where they stand in a larger tensor. */
export function checkSparse(sparse: Message, judgement: Judgement): void {
  const values = sparse.message('values');
  const indices = sparse.message('indices');
  const refuse = (what: string) => judgement.findings.add('onnx/tensor', sparse.offset, `A sparse tensor ${what}.`);
  if (values === null || indices === null) {
    refuse('has no values or no indices');
    return;
  }
  const held = checkTensor(values, judgement, 'initializer');
  const places = checkTensor(indices, judgement, 'sparse index');
  if (held === null || places === null) return;
  const dims = sparse.numbers('dims');
  const rank = sparse.count('dims');
  const [count, width] = places.dims;
  const fits = held.dims.length === 1 && count === held.elements && (width === undefined || width === rank);
  if (!fits || places.dims.length > 2 || indices.number('data_type') !== 7) {
    refuse(`has ${held.elements} values and indices of the shape [${places.dims.join(', ')}]`);
  }
  const size = dims.reduce((product, length) => product * length, 1);
  if (dims.some((length) => length <= 0) || !Number.isSafeInteger(size)) refuse(`has the shape [${dims.join(', ')}]`);
}
