import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { MetricPlan, TickEvidence } from '../../../pipeline/evidence.ts';
import type { Markup } from '../markup.ts';
import { drawing, frame, left, n, right, rule, sideLabels, text, thin, type Label, type TimeAxis } from './frame.ts';

/** One evidence value over time; values are powers of ten. */
interface Curve {
  readonly label: string;
  readonly class: 'bad' | 'good' | 'soft';
  readonly dashed: boolean;
  readonly points: readonly { readonly at: number; readonly power: number }[];
}

interface Threshold {
  readonly power: number;
  readonly label: string;
  readonly zone: 'badzone' | 'goodzone';
}

interface Mark {
  readonly at: number;
  readonly power: number;
  readonly label: string;
  readonly class: 'bad' | 'good';
}

const lowest = -4;
/** Powers of ten shown above the threshold; far more evidence than needed says nothing new. */
const above = 3;

/** The bet that the candidate is worse: both values must be above the threshold. */
export function rollbackChart(
  ticks: readonly TickEvidence[],
  plan: MetricPlan,
  crossing: TickEvidence | null,
  axis: TimeAxis,
  xTitle: string,
): Markup {
  const threshold = plan.logRollback / Math.LN10;
  const curve = (label: string, dashed: boolean, value: (tick: TickEvidence) => number): Curve => ({
    label,
    class: 'bad',
    dashed,
    points: [
      { at: start(ticks, axis), power: 0 },
      ...ticks.map((tick) => ({ at: Date.parse(tick.at), power: value(tick) / Math.LN10 })),
    ],
  });
  const marks: Mark[] =
    crossing === null
      ? []
      : [
          {
            at: Date.parse(crossing.at),
            power: Math.min(crossing.logWorse, crossing.logAboveFloor) / Math.LN10,
            label: 'rolled back here',
            class: 'bad',
          },
        ];
  return chart(
    'Evidence that the candidate is worse, over time, logarithmic',
    [
      curve('worse than stable', false, (tick) => tick.logWorse),
      curve('bad enough to matter', true, (tick) => tick.logAboveFloor),
    ],
    { power: threshold, label: `roll back at ${value(plan.logRollback)}`, zone: 'badzone' },
    marks,
    axis,
    xTitle,
  );
}

/** The bet that the candidate is good enough; it starts anew at each step. */
export function promotionChart(
  ticks: readonly TickEvidence[],
  plan: MetricPlan,
  passed: readonly { readonly at: number; readonly label: string }[],
  axis: TimeAxis,
  xTitle: string,
): Markup {
  const points: { at: number; power: number }[] = [];
  let weight: number | null = null;
  let before = start(ticks, axis);
  for (const tick of ticks) {
    if (tick.weight !== weight) points.push({ at: before, power: 0 });
    weight = tick.weight;
    before = Date.parse(tick.at);
    points.push({ at: before, power: tick.logGood / Math.LN10 });
  }
  const marks = passed.flatMap(({ at, label }): Mark[] => {
    const tick = ticks.findLast((each) => Date.parse(each.at) <= at);
    return tick === undefined
      ? []
      : [{ at: Date.parse(tick.at), power: tick.logGood / Math.LN10, label, class: 'good' }];
  });
  return chart(
    'Evidence that the candidate is good enough, over time, logarithmic',
    [{ label: 'good enough', class: 'good', dashed: false, points }],
    { power: plan.logPromote / Math.LN10, label: `step passes at ${value(plan.logPromote)}`, zone: 'goodzone' },
    marks,
    axis,
    xTitle,
  );
}

function chart(
  label: string,
  curves: readonly Curve[],
  threshold: Threshold,
  marks: readonly Mark[],
  axis: TimeAxis,
  xTitle: string,
): Markup {
  const panel = { top: 26, bottom: 184 };
  const powers = curves.flatMap((curve) => curve.points.map(({ power }) => power));
  const top = Math.min(
    Math.ceil(threshold.power) + above,
    Math.max(Math.ceil(threshold.power + 0.3), ...powers.map((power) => Math.ceil(power))),
  );
  const bottom = Math.max(lowest, Math.min(-1, ...powers.map((power) => Math.floor(power))));
  const y = scaleLinear().domain([bottom, top]).range([panel.bottom, panel.top]).clamp(true);
  const every = top - bottom > 8 ? 3 : top - bottom > 4 ? 2 : 1;
  const rows = Array.from({ length: top - bottom + 1 }, (_, index) => bottom + index)
    .filter((power) => power % every === 0)
    .map((power) => ({ y: y(power), label: powerOfTen(power) }));
  const labels: Label[] = [{ y: y(threshold.power), text: threshold.label, class: 'ink' }];
  const paths = curves.map((curve) => {
    const shown = thin(curve.points);
    const last = shown.at(-1);
    if (last !== undefined) labels.push({ y: y(last.power), text: curve.label, class: `f-${curve.class} strong` });
    const path = line<{ at: number; power: number }>(
      (d) => axis.x(d.at),
      (d) => y(d.power),
    )(shown);
    return `<path d="${path ?? ''}" class="line s-${curve.class}${curve.dashed ? ' dashed' : ''}"/>`;
  });
  const dots = marks.map((mark) => markAt(mark, axis, y));
  return drawing(210, label, [
    `<rect x="${left}" y="${panel.top}" width="${right - left}" height="${n(y(threshold.power) - panel.top)}" class="f-${threshold.zone}"/>`,
    frame(panel, axis, rows, xTitle),
    rule(left, y(threshold.power), right, y(threshold.power), 'line thin dashed s-ink'),
    ...paths,
    ...dots,
    sideLabels(labels, panel.top, panel.bottom),
  ]);
}

function markAt(mark: Mark, axis: TimeAxis, y: (power: number) => number): string {
  const x = axis.x(mark.at);
  const end = x > (left + right) / 2;
  return (
    `<circle cx="${n(x)}" cy="${n(y(mark.power))}" r="5.5" class="f-${mark.class} s-card" stroke-width="2"/>` +
    text(end ? x + 5 : x - 5, y(mark.power) - 11, mark.label, {
      anchor: end ? 'end' : 'start',
      class: `f-${mark.class} strong halo`,
    })
  );
}

/** Where the first tick began: the first weight. */
function start(ticks: readonly TickEvidence[], axis: TimeAxis): number {
  const [first, second] = ticks;
  if (first === undefined) return axis.from;
  const at = Date.parse(first.at);
  return second === undefined ? at : Math.max(axis.from, at - (Date.parse(second.at) - at));
}

function value(log: number): string {
  return String(Number(Math.exp(log).toPrecision(2)));
}

function powerOfTen(power: number): string {
  if (power >= -3 && power <= 3) return String(Number((10 ** power).toPrecision(1)));
  return `10${Array.from(String(power), (digit) => (digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''))).join(
    '',
  )}`;
}
