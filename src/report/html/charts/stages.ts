import { scaleLinear } from 'd3-scale';
import { duration } from '../../format.ts';
import type { StageSpan } from '../../outcome.ts';
import type { Markup } from '../markup.ts';
import { drawing, left, n, right, rule, text } from './frame.ts';

/** Where the time went: one bar per stage, each from where the one before ended. */
export function stagesChart(stages: readonly StageSpan[]): Markup {
  let end = 0;
  const spans = stages.map((stage) => {
    const from = end;
    end += stage.ms;
    return { stage, from, to: end };
  });
  const labelled = left + 30;
  const x = scaleLinear()
    .domain([0, Math.max(end, 1)])
    .range([labelled, right]);
  const row = 24;
  const body = spans.flatMap(({ stage, from, to }, index) => {
    const y = 4 + index * row;
    const wide = Math.max(3, x(to) - x(from));
    const tone = {
      passed: 'f-good',
      failed: 'f-bad',
      inconclusive: 'f-waiting',
      held: 'f-waiting',
      error: 'f-trouble',
      interrupted: 'f-trouble',
    }[stage.outcome];
    return [
      text(labelled - 10, y + 14, stage.stage, { anchor: 'end', class: 'ink' }),
      rule(labelled, y + 10, right, y + 10, 'grid'),
      `<rect x="${n(x(from))}" y="${n(y + 2)}" width="${n(wide)}" height="16" rx="3" class="${tone}"/>`,
      text(right + 12, y + 14, `${stage.outcome}, ${duration(to - from)}`, { class: 'ink' }),
    ];
  });
  return drawing(8 + row * spans.length, 'Time that each stage took', body);
}
