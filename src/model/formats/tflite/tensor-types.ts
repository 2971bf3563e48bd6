/** `TensorType` of the TensorFlow Lite schema: name in contracts, in tables of tensors, bits per element (0: not told by the type). */
const types: readonly (readonly [word: string, table: string, bits: number])[] = [
  ['float32', 'F32', 32],
  ['float16', 'F16', 16],
  ['int32', 'I32', 32],
  ['uint8', 'U8', 8],
  ['int64', 'I64', 64],
  ['string', 'STRING', 0],
  ['bool', 'BOOL', 8],
  ['int16', 'I16', 16],
  ['complex64', 'C64', 64],
  ['int8', 'I8', 8],
  ['float64', 'F64', 64],
  ['complex128', 'C128', 128],
  ['uint64', 'U64', 64],
  ['resource', 'RESOURCE', 0],
  ['variant', 'VARIANT', 0],
  ['uint32', 'U32', 32],
  ['uint16', 'U16', 16],
  ['int4', 'I4', 4],
  ['bfloat16', 'BF16', 16],
  ['int2', 'I2', 2],
  ['uint4', 'U4', 4],
];

export interface TensorType {
  readonly word: string;
  readonly table: string;
  /** Per element; 0 when the type does not tell. */
  readonly bits: number;
}

/** The type with this number; null for one that is not known. */
export function tensorType(number: number): TensorType | null {
  const found = types[number];
  return found === undefined ? null : { word: found[0], table: found[1], bits: found[2] };
}
