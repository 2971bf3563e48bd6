import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Entries, Json } from '../strict-json.ts';

/** Bits of one element by dtype. */
const bits: Readonly<Record<string, number>> = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  U16: 16,
  I16: 16,
  U32: 32,
  I32: 32,
  U64: 64,
  I64: 64,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F16: 16,
  BF16: 16,
  F32: 32,
  F64: 64,
  C64: 64,
};

export interface Layout {
  /** In the order of the header. */
  readonly tensors: readonly Tensor[];
  /** Every entry is well-formed. */
  readonly whole: boolean;
}

/** One entry; places count from the begin of the data. */
export interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly elements: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * Checks the entries of a safetensors header as they are read: each well-formed, sizes equal to shape times dtype. Adds findings. Holds what is
 * needed of each tensor, since there may be very many.
 */
export class HeaderEntries implements Entries, Layout {
  readonly tensors: Tensor[] = [];
  whole = true;
  private readonly names = new Set<string>();
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  set(name: string, entry: Json): void {
    this.names.add(name);
    const problem = name === '__metadata__' ? metadataProblem(entry) : addTensor(name, entry, this.tensors);
    if (problem === null) return;
    this.whole = false;
    this.findings.add('safetensors/header', 8, `The entry "${printable(name)}" ${problem}.`);
  }
}

function metadataProblem(entry: Json): string | null {
  const plain = entry instanceof Map && [...entry.values()].every((value) => typeof value === 'string');
  return plain ? null : 'is not an object of strings';
}

function addTensor(name: string, entry: Json, tensors: Tensor[]): string | null {
  if (!(entry instanceof Map)) return 'is not an object';
  const fields: ReadonlyMap<string, Json> = entry;
  const surplus = [...fields.keys()].find((key) => !['dtype', 'shape', 'data_offsets'].includes(key));
  if (surplus !== undefined) return `has the unknown field "${printable(surplus)}"`;
  const dtype = fields.get('dtype');
  const size = typeof dtype === 'string' && Object.hasOwn(bits, dtype) ? bits[dtype] : undefined;
  if (typeof dtype !== 'string' || size === undefined)
    return `has no known dtype (${typeof dtype === 'string' ? printable(dtype) : 'none'})`;
  const shape = naturals(fields.get('shape'));
  if (shape === null) return 'has a shape that is not a list of natural numbers';
  const [begin, end, ...more] = naturals(fields.get('data_offsets')) ?? [];
  if (begin === undefined || end === undefined || more.length > 0)
    return 'has data_offsets that are not two natural numbers';
  if (begin > end) return `ends (${end}) before it begins (${begin})`;
  const elements = shape.reduce((product, length) => product * length, 1);
  const bytes = (elements * size) / 8;
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger(elements * size))
    return 'has a shape whose size overflows';
  if (!Number.isInteger(bytes)) return `has ${elements} elements of ${size} bits, which do not fill whole bytes`;
  if (bytes !== end - begin) {
    return `holds ${end - begin} bytes, but ${dtype} with the shape [${shape.join(', ')}] needs ${bytes}`;
  }
  tensors.push({ name, dtype, elements, begin, end });
  return null;
}

function naturals(value: Json | undefined): number[] | null {
  if (!Array.isArray(value)) return null;
  const numbers: number[] = [];
  for (const item of value as readonly Json[]) {
    if (typeof item !== 'number' || !Number.isSafeInteger(item) || item < 0 || Object.is(item, -0)) return null;
    numbers.push(item);
  }
  return numbers;
}

/**
 * Checks that the tensors cover the data of `dataBytes` bytes from byte `dataStart` on from end to end, without gap or overlap.
 */
export function checkCoverage(
  { tensors, whole }: Layout,
  dataStart: number,
  dataBytes: number,
  findings: Findings,
): void {
  if (!whole) return;
  let covered = 0;
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin > covered) {
      findings.add(
        'safetensors/layout',
        dataStart + covered,
        `${begin - covered} bytes before "${printable(name)}" belong to no tensor.`,
      );
    } else if (begin < covered) {
      findings.add(
        'safetensors/layout',
        dataStart + begin,
        `"${printable(name)}" shares ${covered - begin} bytes with the tensor before it.`,
      );
    }
    covered = Math.max(covered, end);
  }
  if (covered > dataBytes) {
    findings.add(
      'safetensors/truncated',
      dataStart + dataBytes,
      `The tensors need ${covered} bytes; the file has ${dataBytes}.`,
    );
  } else if (covered < dataBytes) {
    findings.add(
      'safetensors/layout',
      dataStart + covered,
      `${dataBytes - covered} bytes behind the last tensor belong to no tensor.`,
    );
  }
}
