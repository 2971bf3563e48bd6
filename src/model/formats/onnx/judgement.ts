import type { Findings } from '../../findings.ts';
import type { TensorFacts } from '../../tensors.ts';
import type { Reference } from '../format.ts';

/** What is collected while one ONNX model is judged. */
export interface Judgement {
  readonly findings: Findings;
  readonly tensors: TensorFacts[];
  readonly references: Reference[];
  /** `domain.operator`, or the operator alone in the standard domain. */
  readonly operators: Set<string>;
  /** Of the functions in the model: `domain.name`. */
  readonly functions: Set<string>;
  nodes: number;
}
