import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

import { maxHeaderBytes } from '../../safetensors-header.ts';
import { narrowedHeader, parseHeader, type Header, type Tensor } from './header.ts';

/** What became of a file. */
export type Narrowed =
  | { readonly kind: 'written'; readonly sourceSha256: string; readonly sha256: string; readonly bytes: number }
  /** Nothing in it is float32. */
  | { readonly kind: 'nothing' }
  /** An element that the type does not hold: exactly in bfloat16, within its range in float16. */
  | { readonly kind: 'misfit'; readonly tensor: string; readonly element: number };

/** A type of half the size of float32. */
export type HalfType = 'BF16' | 'F16';

const pieceBytes = 4 * 1024 * 1024;

/**
 * Writes a safetensors file anew with another type in the place of float32. One pass; memory does not grow with the file.
 *
 * BF16 only if that changes no value: bfloat16 is the upper half of a float32, so every lower half has to be zero. Bits are compared,
 * not numbers: zeros keep their sign, and NaNs their payload. F16 rounds to the nearest, as IEEE 754 says; what is finite has to stay
 * so.
 * @param source a validated safetensors file
 * @param target written; incomplete unless the result is `written`
 * @param type in the place of float32
 * @param onRead called with the bytes of each piece; may throw to end everything
 */
export async function narrowFile(
  source: string,
  target: string,
  type: HalfType,
  onRead: (bytes: number) => void,
): Promise<Narrowed> {
  const input = await open(source);
  try {
    const raw = await readHeader(input);
    const header = parseHeader(raw.subarray(8).toString('utf8'));
    if (!header.tensors.some(({ dtype }) => dtype === 'F32')) return { kind: 'nothing' };
    const output = await open(target, 'w', 0o644);
    try {
      return await rewrite(input, output, raw, header, type, onRead);
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

/**
 * What the header of a safetensors file says, as validate's evidence has it of the original.
 * @param source a file that is valid
 */
export async function headerFacts(source: string): Promise<{ dtypes: readonly string[]; headerBytes: number }> {
  const input = await open(source);
  try {
    const raw = await readHeader(input);
    const { tensors } = parseHeader(raw.subarray(8).toString('utf8'));
    return { dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].toSorted(), headerBytes: raw.length - 8 };
  } finally {
    await input.close();
  }
}

/**
 * Bytes that float32 tensors have in a safetensors file.
 * @param source a validated file
 */
export async function float32Bytes(source: string): Promise<number> {
  const input = await open(source);
  try {
    const { tensors } = parseHeader((await readHeader(input)).subarray(8).toString('utf8'));
    return tensors.reduce((sum, { dtype, begin, end }) => sum + (dtype === 'F32' ? end - begin : 0), 0);
  } finally {
    await input.close();
  }
}

async function rewrite(
  input: FileHandle,
  output: FileHandle,
  raw: Buffer,
  header: Header,
  type: HalfType,
  onRead: (bytes: number) => void,
): Promise<Narrowed> {
  const read = createHash('sha256').update(raw);
  const written = createHash('sha256');
  let bytes = 0;
  const write = async (piece: Uint8Array): Promise<void> => {
    written.update(piece);
    bytes += piece.length;
    for (let done = 0; done < piece.length;) done += (await output.write(piece, done)).bytesWritten;
  };
  await write(narrowedHeader(header, type));
  const narrow = type === 'BF16' ? upperHalves : rounded;
  const buffer = Buffer.alloc(pieceBytes);
  for (const tensor of header.tensors) {
    for (let at = tensor.begin; at < tensor.end;) {
      const size = Math.min(pieceBytes, tensor.end - at);
      await readFully(input, buffer.subarray(0, size), header.bytes + at);
      const piece = buffer.subarray(0, size);
      read.update(piece);
      onRead(size);
      if (tensor.dtype === 'F32') {
        const misfit = narrow(piece);
        if (misfit !== null) return misfitAt(tensor, at, misfit);
        await write(piece.subarray(0, size / 2));
      } else await write(piece);
      at += size;
    }
  }
  return { kind: 'written', sourceSha256: read.digest('hex'), sha256: written.digest('hex'), bytes };
}

function misfitAt({ name, begin }: Tensor, at: number, index: number): Narrowed {
  return { kind: 'misfit', tensor: name, element: (at - begin) / 4 + index };
}

/** Moves the upper half of each element to the front; returns the first element whose lower half is not zero. */
function upperHalves(piece: Buffer): number | null {
  // The order of bytes in the file is the machine's own wherever Node.js runs; the buffer begins at its memory.
  const halves = new Uint16Array(piece.buffer, piece.byteOffset, piece.length / 2);
  const elements = halves.length / 2;
  let lower = 0;
  for (let index = 0; index < elements; index++) {
    lower |= halves[2 * index] ?? 0;
    if (lower !== 0) return index;
    halves[index] = halves[2 * index + 1] ?? 0;
  }
  return null;
}

/** Moves each element as float16 to the front; returns the first one that is finite and too large for it. */
function rounded(piece: Buffer): number | null {
  const wide = new Float32Array(piece.buffer, piece.byteOffset, piece.length / 4);
  const half = new Float16Array(wide);
  const misfit = half.findIndex((value, index) => !Number.isFinite(value) && Number.isFinite(wide[index]));
  if (misfit !== -1) return misfit;
  piece.set(new Uint8Array(half.buffer));
  return null;
}

async function readHeader(input: FileHandle): Promise<Buffer> {
  const length = Buffer.alloc(8);
  await readFully(input, length, 0);
  const size = Number(length.readBigUInt64LE());
  if (size > maxHeaderBytes) throw new RangeError(`a header of ${size} bytes`);
  const raw = Buffer.alloc(8 + size);
  await readFully(input, raw, 0);
  return raw;
}

async function readFully(input: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await input.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new RangeError('the file became shorter');
    done += bytesRead;
  }
}
