/** A type of elements of TensorFlow. */
export interface DataType {
  /** In contracts. */
  readonly word: string;
  /** In the words of safetensors. */
  readonly table: string;
  /** Of one element; null when the type does not tell. */
  readonly bytes: number | null;
}

/** `DataType` of types.proto: name in contracts, in tables, bytes. */
const types: Readonly<Record<number, readonly [string, string, number | null]>> = {
  1: ['float32', 'F32', 4],
  2: ['float64', 'F64', 8],
  3: ['int32', 'I32', 4],
  4: ['uint8', 'U8', 1],
  5: ['int16', 'I16', 2],
  6: ['int8', 'I8', 1],
  7: ['string', 'STRING', null],
  8: ['complex64', 'C64', 8],
  9: ['int64', 'I64', 8],
  10: ['bool', 'BOOL', 1],
  11: ['qint8', 'I8', 1],
  12: ['quint8', 'U8', 1],
  13: ['qint32', 'I32', 4],
  14: ['bfloat16', 'BF16', 2],
  15: ['qint16', 'I16', 2],
  16: ['quint16', 'U16', 2],
  17: ['uint16', 'U16', 2],
  18: ['complex128', 'C128', 16],
  19: ['float16', 'F16', 2],
  20: ['resource', 'RESOURCE', null],
  21: ['variant', 'VARIANT', null],
  22: ['uint32', 'U32', 4],
  23: ['uint64', 'U64', 8],
  24: ['float8e5m2', 'F8_E5M2', 1],
  25: ['float8e4m3fn', 'F8_E4M3', 1],
  // TensorFlow stores elements of 4 bits in bytes of their own.
  29: ['int4', 'I8', 1],
  30: ['uint4', 'U8', 1],
};

/** The type with this number; the references of TensorFlow 1 are 100 higher. Null for one that is not known. */
export function dataType(number: number): DataType | null {
  const found = types[number > 100 ? number - 100 : number];
  return found === undefined ? null : { word: found[0], table: found[1], bytes: found[2] };
}
