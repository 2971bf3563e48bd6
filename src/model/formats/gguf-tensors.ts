import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Pulling, Pushed } from '../pushed.ts';
import { Truncated, decode } from './gguf-metadata.ts';
import { tensorTypes } from './gguf-types.ts';

const maxName = 64;
const maxDimensions = 4;
const maxElements = 2n ** 63n;

/** An entry of the tensor table. */
export interface TensorInfo {
  readonly name: string;
  readonly type: string;
  readonly elements: number;
  readonly bytes: number;
  /** From the start of the data. */
  readonly offset: bigint;
  /** Where the entry stands in the file. */
  readonly at: number;
}

/** Reads the tensor table; null when it does not say where the data of each tensor is. Throws Truncated. */
export function* readTensors(pushed: Pushed, count: number, findings: Findings): Pulling<TensorInfo[] | null> {
  const infos: TensorInfo[] = [];
  const names = new Set<string>();
  let whole = true;
  for (let index = 0; index < count; index++) {
    const at = pushed.offset;
    const name = yield* readName(pushed, at, findings);
    if (name === null) return null;
    if (names.has(name)) findings.add('gguf/tensor', at, `The tensor "${printable(name)}" is there twice.`);
    names.add(name);
    const rank = (yield* bytes(pushed, 4)).readUInt32LE(0);
    if (rank > maxDimensions) {
      findings.add('gguf/tensor', at, `"${printable(name)}" has ${rank} dimensions; readers accept ${maxDimensions}.`);
      return null;
    }
    const rest = yield* bytes(pushed, rank * 8 + 12);
    const shape = Array.from({ length: rank }, (_, dimension) => rest.readBigUInt64LE(dimension * 8));
    const type = rest.readUInt32LE(rank * 8);
    const size = sizeOf(name, type, shape, at, findings);
    if (size === null) whole = false;
    else infos.push({ name, ...size, offset: rest.readBigUInt64LE(rank * 8 + 4), at });
  }
  return whole ? infos : null;
}

function* readName(pushed: Pushed, at: number, findings: Findings): Pulling<string | null> {
  const length = (yield* bytes(pushed, 8)).readBigUInt64LE(0);
  if (length >= BigInt(maxName)) {
    findings.add('gguf/tensor', at, `A name has ${length} bytes; readers accept fewer than ${maxName}.`);
    return null;
  }
  const name = decode(yield* bytes(pushed, Number(length)));
  if (name === null) findings.add('gguf/tensor', at + 8, 'A name is not UTF-8 text.');
  // Readers in C end the name there.
  else if (name.includes('\0')) findings.add('gguf/tensor', at + 8, `The name "${printable(name)}" has a zero byte.`);
  return name;
}

function sizeOf(
  name: string,
  number: number,
  shape: readonly bigint[],
  at: number,
  findings: Findings,
): Pick<TensorInfo, 'type' | 'elements' | 'bytes'> | null {
  const shown = `"${printable(name)}" with the shape [${shape.join(', ')}]`;
  const elements = shape.reduce((product, length) => product * length, 1n);
  if (shape.some((length) => length >= maxElements) || elements >= maxElements) {
    findings.add('gguf/tensor', at, `${shown} has more elements than 63 bits count.`);
    return null;
  }
  const type = tensorTypes.get(number);
  if (type === undefined) {
    findings.add('gguf/unknown-type', at, `"${printable(name)}" has the type ${number}, which is not known.`);
    return null;
  }
  const row = shape[0] ?? 1n;
  if (row % BigInt(type.block) !== 0n) {
    findings.add('gguf/tensor', at, `${shown} has rows that are no multiple of the ${type.block} of ${type.name}.`);
    return null;
  }
  const bytes = (elements / BigInt(type.block)) * BigInt(type.bytes);
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    findings.add('gguf/tensor', at, `${shown} needs ${bytes} bytes.`);
    return null;
  }
  return { type: type.name, elements: Number(elements), bytes: Number(bytes) };
}

function* bytes(pushed: Pushed, length: number): Pulling<Buffer> {
  const taken = yield* pushed.take(length);
  if (taken === null) throw new Truncated('the table of tensors');
  return taken;
}
