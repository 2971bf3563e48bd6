import type { FileEvidence } from '../../pipeline/evidence.ts';
import type { Findings } from '../findings.ts';
import type { Rulings } from '../pickle/rulings.ts';

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
  readonly rulings: Rulings;
  /** For content inside the content. */
  recognise(head: Head): Recognition;
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
  /** By content; extensions only where content cannot tell. */
  detect(head: Head): boolean;
  inspect(context: InspectContext): Inspector;
}
