import type { EvidenceBase, Severity, Verdict, VolatileFacts } from './base.ts';

/** A scanner finding: rule, severity, where in bytes, why it matters, how to fix it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** Byte offset inside the file (or the archive member named by `member`); null when it concerns the whole file. */
  readonly offset: number | null;
  readonly member?: string;
  readonly message: string;
  readonly hint: string;
  /** A waiver of the project matches it: it stays visible and decides nothing. */
  readonly waived?: Waived;
}

/** Who took the responsibility for a finding, why, and until when. */
export interface Waived {
  readonly reason: string;
  readonly owner: string;
  /** Last day, ISO date. */
  readonly expires: string;
}

export interface FileEvidence {
  /** Path relative to the model root, `/`-separated. */
  readonly path: string;
  readonly format: string;
  readonly verdict: Verdict;
  readonly bytes: number;
  readonly sha256: string;
  readonly findings: readonly Finding[];
  /** Facts of the format, such as `protocol`, `opcodes`, `globals`, `tensors`. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Type of one input or output; `shape` uses null for a dynamic dimension. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

export interface Contract {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Where it was read: `declared`, or a format such as `onnx`. */
  readonly source: string;
}

export interface ValidateEvidence extends EvidenceBase<'validate', VolatileFacts> {
  readonly verdict: Verdict;
  readonly model: {
    readonly path: string;
    /** `sha256:` over the sorted list of (path, bytes, sha256); the key that ties all later evidence together. */
    readonly digest: string;
    readonly bytes: number;
    readonly files: readonly FileEvidence[];
  };
  readonly contract: Contract | null;
}
