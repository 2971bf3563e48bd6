/** Fields of TensorProto that hold the values of a tensor beside `raw_data`. */
export type ValueList = 'float_data' | 'int32_data' | 'int64_data' | 'double_data' | 'uint64_data' | 'string_data';

/** A type of elements. */
export interface ElementType {
  /** In contracts. */
  readonly word: string;
  /** In the words of safetensors. */
  readonly table: string;
  /** Per element; 0 for text, whose size the type does not tell. */
  readonly bits: number;
  readonly list: ValueList;
  /** Values in `list` per element. */
  readonly perElement: number;
}

function type(word: string, table: string, bits: number, list: ValueList, perElement = 1): ElementType {
  return { word, table, bits, list, perElement };
}

/** `TensorProto.DataType` by number. */
const types: Readonly<Record<number, ElementType>> = {
  1: type('float32', 'F32', 32, 'float_data'),
  2: type('uint8', 'U8', 8, 'int32_data'),
  3: type('int8', 'I8', 8, 'int32_data'),
  4: type('uint16', 'U16', 16, 'int32_data'),
  5: type('int16', 'I16', 16, 'int32_data'),
  6: type('int32', 'I32', 32, 'int32_data'),
  7: type('int64', 'I64', 64, 'int64_data'),
  8: type('string', 'STRING', 0, 'string_data'),
  9: type('bool', 'BOOL', 8, 'int32_data'),
  10: type('float16', 'F16', 16, 'int32_data'),
  11: type('float64', 'F64', 64, 'double_data'),
  12: type('uint32', 'U32', 32, 'uint64_data'),
  13: type('uint64', 'U64', 64, 'uint64_data'),
  14: type('complex64', 'C64', 64, 'float_data', 2),
  15: type('complex128', 'C128', 128, 'double_data', 2),
  16: type('bfloat16', 'BF16', 16, 'int32_data'),
  17: type('float8e4m3fn', 'F8_E4M3', 8, 'int32_data'),
  18: type('float8e4m3fnuz', 'F8_E4M3FNUZ', 8, 'int32_data'),
  19: type('float8e5m2', 'F8_E5M2', 8, 'int32_data'),
  20: type('float8e5m2fnuz', 'F8_E5M2FNUZ', 8, 'int32_data'),
  21: type('uint4', 'U4', 4, 'int32_data', 1 / 2),
  22: type('int4', 'I4', 4, 'int32_data', 1 / 2),
  23: type('float4e2m1', 'F4', 4, 'int32_data', 1 / 2),
  24: type('float8e8m0', 'F8_E8M0', 8, 'int32_data'),
  25: type('uint2', 'U2', 2, 'int32_data', 1 / 4),
  26: type('int2', 'I2', 2, 'int32_data', 1 / 4),
  27: type('float6e2m3', 'F6_E2M3', 6, 'int32_data'),
  28: type('float6e3m2', 'F6_E3M2', 6, 'int32_data'),
};

/** The type with this number in `TensorProto.DataType`; null for one that is not known. */
export function elementType(number: number): ElementType | null {
  return types[number] ?? null;
}
