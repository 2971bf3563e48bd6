import type { Contract, FileEvidence } from '../../pipeline/evidence.ts';
import type { Budget } from '../budget.ts';
import type { Findings } from '../findings.ts';
import type { Policy } from '../policy.ts';
import type { Source } from '../source.ts';
import type { TensorTable } from '../tensors.ts';

/** What is known about a file before it is read through. */
export interface Head {
  /** The first bytes, at most `headBytes`. */
  readonly bytes: Buffer;
  /** Size of the whole content in bytes; null while it is being unpacked. */
  readonly size: number | null;
  /** File name without folders. */
  readonly name: string;
  /** Extension in lower case without the full stop; empty without one. */
  readonly extension: string;
}

/** How much of a file a format sees before it decides. Bytes. */
export const headBytes = 65_536;

export type Facts = FileEvidence['facts'];

/** What an inspector says at the end. */
export interface Inspected {
  /** For the evidence: usually the id of the format. */
  readonly format: string;
  readonly facts: Facts;
  /** Inputs and outputs, where the format tells them. */
  readonly contract?: Contract;
  /** What the size advice needs to know of the weights. */
  readonly tensors?: TensorTable;
  /** Files beside this one that it makes no sense without. */
  readonly references?: readonly Reference[];
  /** Nothing in the bytes says what they are: a finding, unless a layout of the folder accounts for them. */
  readonly unaccounted?: boolean;
}

/** What a file says about another one. */
export interface Reference {
  /** As it is written in the file, unchecked. */
  readonly path: string;
  /** The bytes that are used, when it says so; null: to the end. */
  readonly offset: number;
  readonly length: number | null;
  /** Who uses them, for messages: `tensor "w"`. */
  readonly user: string;
  /** What refers: decides which rules hold. */
  readonly kind: 'onnx-external-data' | 'tensor-bundle' | 'savedmodel-asset' | 'shard' | 'asset';
}

/** Reads one file, piece by piece, in order. */
export interface Inspector {
  /** Takes the next bytes; the chunk may be reused when this returns or resolves. */
  write(chunk: Buffer): void | Promise<void>;
  /** Says that the file ends. */
  end(): Inspected | Promise<Inspected>;
}

export interface InspectContext {
  readonly head: Head;
  readonly findings: Findings;
  readonly policy: Policy;
  /** The same bytes in any order; null while they are being unpacked. Reading from it costs a second read: for directories, not for data. */
  readonly source: Source | null;
  /** Shared by everything inside one file of the model. */
  readonly budget: Budget;
  /** For content inside the content. */
  recognise(head: Head): Promise<Recognition>;
}

/** The format of a content, and the one that its extension promises instead, if it promises another. */
export interface Recognition {
  readonly format: Format;
  readonly promised: Format | null;
}

/** A file format: how to recognise it, and how to check it. */
export interface Format {
  readonly id: string;
  /** For people: "a safetensors file". */
  readonly title: string;
  /** Extensions that promise this format: other content under them is a finding. */
  readonly extensions: readonly string[];
  /** Extensions under which this format is ordinary too, although they promise another one. */
  readonly accepts?: readonly string[];
  /** By content; extensions only where content cannot tell. */
  detect(head: Head): boolean | Promise<boolean>;
  /** Begins to read. What is large is imported only then: most models have one format, and people wait for the start. */
  inspect(context: InspectContext): Inspector | Promise<Inspector>;
}

/** The head of a content. `name` may have folders. */
export function headOf(name: string, start: Buffer, size: number | null): Head {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const extension = (/.\.([^.]*)$/.exec(last)?.[1] ?? '').toLowerCase();
  return { bytes: start.subarray(0, headBytes), size, name: last, extension };
}
