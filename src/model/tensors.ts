/** One tensor of a weights file. */
export interface TensorFacts {
  readonly name: string;
  /** In the words of safetensors: `F32`, `BF16`, `I64`, `Q4_K` for GGUF blocks. */
  readonly dtype: string;
  /** Elements. */
  readonly elements: number;
  readonly bytes: number;
  /** What reading its data proved; absent when the data was not looked at. */
  readonly data?: TensorData;
}

/** Exact counts over the data of one tensor. */
export interface TensorData {
  /**
   * 128 bits in hex, to find equal tensors. Equal means: proved for two tensors of one file; for two files, the same in all of a small tensor
   * and in 64 bytes of every 4096 of a large one.
   */
  readonly hash: string;
  readonly nan: number;
  readonly infinite: number;
  /** All elements are equal. */
  readonly constant: boolean;
  /** F32 whose low 16 bits are all zero: bf16 holds the same values. */
  readonly exactInBf16: boolean;
}

/** The tensors of one file, for the size advice. */
export type TensorTable = readonly TensorFacts[];
