import type { ComparisonEvidence } from '../pipeline/evidence.ts';
import { bytes } from './format.ts';
import { plural } from '../plural.ts';

/**
 * The comparison of an ONNX model with what `optimize` made of it.
 * @returns sizes and times in one sentence, and output, difference and what is allowed of each output
 */
export function comparisonTable(comparison: ComparisonEvidence): {
  readonly before: string;
  readonly rows: readonly (readonly [output: string, difference: string, allowed: string])[];
} {
  const { path, questions, calls, bytesBefore, bytesAfter, latencyMs, outputs } = comparison;
  const asked = questions === 'golden' ? 'with the golden requests' : 'with made-up numbers';
  return {
    before: `${path} before and after, asked ${asked} (${plural(calls, 'call')}): ${bytes(bytesBefore)} and ${bytes(bytesAfter)}; median of a call ${milliseconds(latencyMs.before)} and ${milliseconds(latencyMs.after)}.`,
    rows: outputs.map(({ name, difference, allowed, within }) => [
      name,
      within ? difference : `${difference} (beyond the tolerance)`,
      allowed,
    ]),
  };
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}
