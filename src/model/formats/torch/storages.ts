import { Global, Persistent, Tuple, type Value } from '../../pickle/values.ts';

/** A part of the file that tensors look at, as a persistent id names it. */
export interface Storage {
  /** Name of its member below `data/`. */
  readonly key: string;
  /** In the words of safetensors; null for bytes without a type. */
  readonly dtype: string | null;
  readonly bytes: number;
  /** Bytes of one element. */
  readonly width: number;
}

/** Bytes per element, and name in the words of safetensors. */
const storageTypes: Readonly<Record<string, readonly [bytes: number, dtype: string]>> = {
  BFloat16Storage: [2, 'BF16'],
  BoolStorage: [1, 'BOOL'],
  ByteStorage: [1, 'U8'],
  CharStorage: [1, 'I8'],
  ComplexDoubleStorage: [16, 'C128'],
  ComplexFloatStorage: [8, 'C64'],
  DoubleStorage: [8, 'F64'],
  FloatStorage: [4, 'F32'],
  HalfStorage: [2, 'F16'],
  IntStorage: [4, 'I32'],
  LongStorage: [8, 'I64'],
  QInt32Storage: [4, 'QI32'],
  QInt8Storage: [1, 'QI8'],
  QUInt2x4Storage: [1, 'QU2'],
  QUInt4x2Storage: [1, 'QU4'],
  QUInt8Storage: [1, 'QU8'],
  ShortStorage: [2, 'I16'],
};

const dtypes: Readonly<Record<string, readonly [bytes: number, dtype: string]>> = {
  bfloat16: [2, 'BF16'],
  bool: [1, 'BOOL'],
  complex128: [16, 'C128'],
  complex64: [8, 'C64'],
  float16: [2, 'F16'],
  float32: [4, 'F32'],
  float64: [8, 'F64'],
  float8_e4m3fn: [1, 'F8_E4M3'],
  float8_e4m3fnuz: [1, 'F8_E4M3FNUZ'],
  float8_e5m2: [1, 'F8_E5M2'],
  float8_e5m2fnuz: [1, 'F8_E5M2FNUZ'],
  float8_e8m0fnu: [1, 'F8_E8M0'],
  int16: [2, 'I16'],
  int32: [4, 'I32'],
  int64: [8, 'I64'],
  int8: [1, 'I8'],
  uint16: [2, 'U16'],
  uint32: [4, 'U32'],
  uint64: [8, 'U64'],
  uint8: [1, 'U8'],
};

/** The storage that a persistent id names: `('storage', type, key, device, elements)`; else what is wrong with it. */
export function storageOf(id: Value): Storage | string {
  const items = id instanceof Tuple ? id.items : null;
  const [kind, type, key, , elements] = items ?? [];
  // PyTorch 0.3 and older had a sixth item: a view of another storage.
  if (items === null || kind !== 'storage' || (items.length !== 5 && !(items.length === 6 && items[5] === null))) {
    return 'is not that of a storage';
  }
  if (!(type instanceof Global)) return 'has no type of storage';
  if (typeof key !== 'string' || !/^[\w.-]+$/.test(key)) return 'has a key that names no member';
  if (typeof elements !== 'number' || !Number.isSafeInteger(elements) || elements < 0)
    return 'has no number of elements';
  if (type.path === 'torch.storage.UntypedStorage') return { key, dtype: null, bytes: elements, width: 1 };
  const known = ['torch', 'torch.cuda'].includes(type.module) ? storageTypes[type.name] : undefined;
  if (known === undefined) return `has the type ${type.name}, which is no storage`;
  return { key, dtype: known[1], bytes: elements * known[0], width: known[0] };
}

/** A tensor as the arguments of its rebuild function describe it. */
export interface TensorView {
  readonly storage: Storage;
  readonly dtype: string;
  readonly elements: number;
  /** Bytes of one element. */
  readonly width: number;
  /** Bytes of the storage that must be there for the last element. */
  readonly reach: number;
}

/** Reads `(storage, offset, size, strides, ...)`; the seventh argument of version 3 is the dtype. */
export function viewOf(args: readonly Value[], storages: ReadonlyMap<Persistent, Storage>): TensorView | null {
  const [reference, offset, size, strides] = args;
  const storage = reference instanceof Persistent ? storages.get(reference) : undefined;
  const sizes = naturals(size);
  const steps = naturals(strides);
  if (storage === undefined || typeof offset !== 'number' || sizes === null || steps?.length !== sizes.length)
    return null;
  const named = args[6] instanceof Global ? dtypes[args[6].name] : undefined;
  const typed = Object.values(storageTypes).find(([, dtype]) => dtype === storage.dtype);
  const [width, dtype] = (storage.dtype === null ? named : typed) ?? [1, 'U8'];
  const elements = sizes.reduce((product, length) => product * length, 1);
  const last = sizes.reduce((sum, length, axis) => sum + (length - 1) * (steps[axis] ?? 0), offset);
  return { storage, dtype, elements, width, reach: elements === 0 ? 0 : (last + 1) * width };
}

function naturals(value: Value | undefined): readonly number[] | null {
  if (!(value instanceof Tuple) || value.items === null) return null;
  const numbers = value.items.filter((item) => typeof item === 'number' && item >= 0) as number[];
  return numbers.length === value.items.length ? numbers : null;
}
