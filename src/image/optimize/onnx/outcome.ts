import { MlDeployError } from '../../../errors.ts';

/** report.json of the program. */
export interface Outcome {
  readonly tools: Readonly<Record<string, string>>;
  /** sha256 of each file that was read. */
  readonly read: Readonly<Record<string, string>>;
  /** sha256 of the new model; null: no step changed anything. */
  readonly written: string | null;
  readonly steps: readonly {
    readonly step: 'prune' | 'float16' | 'int8';
    readonly changed: boolean;
    readonly message: string;
  }[];
  /** Null: no step changed anything. */
  readonly comparison: {
    readonly calls: number;
    readonly outputs: readonly (LabelFacts | NumberFacts)[];
    readonly latencyMs: { readonly before: number; readonly after: number };
  } | null;
  /** Why this model cannot be optimised so; null: it can. */
  readonly problem: string | null;
}

interface OutputFacts {
  readonly name: string;
  readonly items: number;
  /** Labels that differ; numbers of which one is none (NaN, infinite). */
  readonly unlike: number;
}

/** Integers, texts or truth values. */
export interface LabelFacts extends OutputFacts {
  readonly kind: 'labels';
}

/** Numbers with fractions. */
export interface NumberFacts extends OutputFacts {
  readonly kind: 'numbers';
  /** Largest distance of two. */
  readonly largest: number;
  /** Largest absolute number of the original. */
  readonly scale: number;
  /** Rows of two or more numbers, and how many have their largest elsewhere. */
  readonly rows: number;
  readonly moved: number;
}

/**
 * Reads the report of the program.
 * @param text JSON
 * @throws MlDeployError `build/optimize-failed` when it is none
 */
export function parseOutcome(text: string): Outcome {
  try {
    const outcome = JSON.parse(text) as Partial<Outcome>;
    if (Array.isArray(outcome.steps) && typeof outcome.read === 'object' && typeof outcome.tools === 'object') {
      return { written: null, comparison: null, problem: null, ...outcome } as Outcome;
    }
  } catch {
    // said below
  }
  throw new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'infrastructure',
    message: 'the program that optimises ONNX models has left a report that cannot be read',
    hint: 'Build again; remove .mldeploy/cache/optimize when that does not help.',
  });
}
