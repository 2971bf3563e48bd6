/** Types of the protocol by ours. Half-precision numbers have none in its JSON form: they travel as bytes only. */
const datatypes: Readonly<Record<string, string>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

const ours: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(datatypes).map(([own, theirs]) => [theirs, own])),
  FP16: 'float16',
  BF16: 'bfloat16',
};

/** `FP32` for `float32`; null for a type that JSON cannot carry in this protocol. */
export function datatypeOf(dtype: string): string | null {
  return datatypes[dtype] ?? null;
}

/** `float32` for `FP32`; a type that is not of the protocol stays as it is. */
export function dtypeOf(datatype: string): string {
  return ours[datatype] ?? datatype;
}
