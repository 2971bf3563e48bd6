import type { OptimizeTolerance } from '../../../config/config.ts';
import { MlDeployError } from '../../../errors.ts';
import type { ComparedOutput, ComparisonEvidence } from '../../../pipeline/evidence.ts';
import { comparisonTable } from '../../../report/comparison.ts';
import type { LabelFacts, NumberFacts } from './outcome.ts';

/**
 * One output, judged.
 * @param facts over all answers
 * @param tolerance `optimize.tolerance`
 */
export function judged(facts: LabelFacts | NumberFacts, tolerance: OptimizeTolerance): ComparedOutput {
  const { name, items } = facts;
  if (facts.kind === 'labels') {
    const same = items === 0 ? 1 : (items - facts.unlike) / items;
    return {
      name,
      items,
      difference: `${items - facts.unlike} of ${items} labels equal`,
      allowed: `${percent(tolerance.agreement)} or more`,
      within: same >= tolerance.agreement,
    };
  }
  const { largest, scale, rows, moved, unlike } = facts;
  const most = Math.max(tolerance.absolute, tolerance.relative * scale);
  const same = rows === 0 ? 1 : (rows - moved) / rows;
  const share = scale === 0 ? '' : ` (${percent(largest / scale)} of ${short(scale)})`;
  return {
    name,
    items,
    difference: [
      `up to ${short(largest)}${share}`,
      ...(rows === 0 ? [] : [`${rows - moved} of ${rows} rows with the same largest number`]),
      ...(unlike === 0 ? [] : [`${unlike} of ${items} not finite in one of them`]),
    ].join('; '),
    allowed: `up to ${short(most)}${tolerance.top === null || rows === 0 ? '' : `; ${percent(tolerance.top)} or more`}`,
    within: unlike === 0 && largest <= most && (tolerance.top === null || same >= tolerance.top),
  };
}

/**
 * Refuses answers that are too far from the original's.
 * @param comparison of both models
 * @throws MlDeployError `build/optimize-changed-answers` with the whole comparison
 */
export function refuseOtherAnswers(comparison: ComparisonEvidence): void {
  const beyond = comparison.outputs.filter(({ within }) => !within);
  if (beyond.length === 0) return;
  const { before, rows } = comparisonTable(comparison);
  const line = ([output, difference, allowed]: readonly string[]): string =>
    `- ${output}: ${difference}; allowed: ${allowed}`;
  throw new MlDeployError({
    code: 'build/optimize-changed-answers',
    kind: 'model',
    message: [`${comparison.path} answers too differently after optimize`, before, ...rows.map(line)].join('\n'),
    hint: `Take away what ${comparison.path} does not bear (optimize.quantize, float16 or prune), or allow more in optimize.tolerance when these answers are still good.${
      comparison.questions === 'golden' ? '' : ' Golden requests (smoke.golden) tell more than made-up ones.'
    }`,
  });
}

function percent(share: number): string {
  return `${short(share * 100)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
