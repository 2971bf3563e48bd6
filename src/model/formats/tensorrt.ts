import type { RuleId } from '../rules/index.ts';
import type { Facts, Format, Head } from './format.ts';

const title = 'a TensorRT engine, which is native code';
const rule: RuleId = 'opaque/native-code';

/**
 * An engine of TensorRT: told from others, and only its head read. Facts: `tensorrt`, the version that built it, and `computeCapability`, that of
 * the GPU it was built on, where the head tells.
 * @param detect whether a file is one
 */
export function tensorrt(detect: (head: Head) => boolean): Format {
  return {
    id: 'tensorrt',
    title,
    extensions: ['engine', 'plan', 'trt'],
    detect,
    inspect: ({ findings, head }) => ({
      write: () => undefined,
      end: () => {
        findings.add(rule, 0, `This is ${title}.`);
        return { format: 'tensorrt', facts: factsOf(head.bytes) };
      },
    }),
  };
}

/** Types of values in the archive inside an engine, each announced by one byte and `80 01 00`; sizes in bytes. */
const sizes: Readonly<Record<number, number>> = { 0x02: 1, 0x07: 4, 0x08: 8, 0x09: 8, 0x0a: 1 };
const mark = Buffer.from([0x80, 0x01, 0x00]);

interface Value {
  readonly type: number;
  readonly value: number;
}

/**
 * What the head of an engine says. NVIDIA does not describe the format; what is read here was found alike in engines of 8.2.1, 8.6.1, 10.3.0 and
 * 10.15.1, built on GPUs of compute capability 5.3, 7.5, 8.6 and 8.9 whose clocks and processors stand beside it. The version in bytes 24 to 27 is
 * confirmed by NVIDIA (https://github.com/NVIDIA/TensorRT/issues/3073). Whatever looks otherwise tells nothing.
 */
export function factsOf(bytes: Buffer): Facts {
  const archive = bytes.subarray(0, 256).indexOf('ptrt', 0, 'latin1');
  const start = archive < 0 ? -1 : bytes.subarray(0, archive + 64).indexOf(Buffer.from([0x02, ...mark]), archive);
  if (start < 0) return {};
  const values = valuesFrom(bytes, start);
  const version = values.slice(0, 4);
  if (version.length < 4 || version.some(({ type }) => type !== 0x02)) return {};
  const numbers = version.map(({ value }) => value);
  // The file's own head says it once more.
  const wrapped = bytes.toString('latin1', 0, 4) === 'ftrt';
  if (wrapped && !bytes.subarray(24, 28).equals(Buffer.from(numbers))) return {};
  const capability = capabilityIn(values.slice(4));
  return {
    tensorrt: numbers.join('.'),
    ...(capability === null ? {} : { computeCapability: capability }),
  };
}

/** Values one after the other; marks without a value (of classes and their ends) are passed over. */
function valuesFrom(bytes: Buffer, start: number): readonly Value[] {
  const found: Value[] = [];
  let at = start;
  while (found.length < 40 && at + 12 <= bytes.length) {
    const type = bytes[at] ?? 0;
    if (!bytes.subarray(at + 1, at + 4).equals(mark)) break;
    const size = sizes[type] ?? 0;
    // Sizes of memory need 8 bytes; nothing that is used here does.
    if (size > 0) found.push({ type, value: bytes.readUIntLE(at + 4, Math.min(size, 6)) });
    at += 4 + size;
  }
  return found;
}

/**
 * The device stands in one of two orders: up to 10.3 its capability first, then clocks; in 10.15 memory and clocks first, then its
 * processors, its limits and its capability.
 */
function capabilityIn(values: readonly Value[]): string | null {
  const types = values.map(({ type }) => type.toString(16)).join('');
  const of = (position: number): string | null => {
    const [major = 0, minor = 0] = values.slice(position, position + 2).map(({ value }) => value);
    return major >= 5 && major <= 15 && minor <= 9 ? `${major}.${minor}` : null;
  };
  if (/^7?77777/.test(types)) {
    // The first value is a number of its own from 8.6 on: 0.
    return of(values[0]?.value === 0 ? 1 : 0);
  }
  return /^7988777777777777/.test(types) ? of(13) : null;
}
