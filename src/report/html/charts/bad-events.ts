import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { ArmName, MetricPlan, TickEvidence } from '../../../pipeline/evidence.ts';
import { percent } from '../../format.ts';
import type { Markup } from '../markup.ts';
import { drawing, frame, left, n, right, rule, sideLabels, thin, type Label, type TimeAxis } from './frame.ts';

interface Point {
  readonly at: number;
  /** Share of bad events among all so far. */
  readonly running: number;
  /** Share in this tick alone; null without requests. */
  readonly tick: number | null;
}

/** Share of bad events per arm: all so far as a line, each tick as a dot, the slo as a dashed line. */
export function badEventsChart(
  ticks: readonly TickEvidence[],
  plan: MetricPlan,
  axis: TimeAxis,
  xTitle: string,
): Markup {
  const panel = { top: 26, bottom: 174 };
  const arms = { stable: points(ticks, 'stable'), candidate: points(ticks, 'candidate') };
  const all = [...arms.stable, ...arms.candidate];
  const largest = Math.max(plan.slo * 1.6, ...all.slice(2).map(({ running }) => running * 1.4));
  const y = scaleLinear()
    .domain([0, Math.min(1, largest)])
    .nice(4)
    .range([panel.bottom, panel.top])
    .clamp(true);
  const names = ['stable', 'candidate'] as const;
  const labels: Label[] = [{ y: y(plan.slo), text: `limit (slo): ${percent(plan.slo)}`, class: 'ink' }];
  const body: string[] = [
    frame(
      panel,
      axis,
      y.ticks(4).map((share) => ({ y: y(share), label: percent(share) })),
      xTitle,
    ),
  ];
  for (const name of names) {
    const shown = thin(arms[name]);
    const path = line<Point>(
      (d) => axis.x(d.at),
      (d) => y(d.running),
    )(shown);
    if (shown.length <= 200) body.push(...shown.map((point) => dot(point, axis, y, name)));
    body.push(`<path d="${path ?? ''}" class="line s-${name}"/>`);
    const last = shown.at(-1);
    if (last !== undefined)
      labels.push({ y: y(last.running), text: `${name}: ${percent(last.running)} so far`, class: `f-${name} strong` });
  }
  body.push(
    rule(left, y(plan.slo), right, y(plan.slo), 'line thin dashed s-ink'),
    sideLabels(labels, panel.top, panel.bottom),
  );
  return drawing(200, `Share of ${plan.title} per arm, over time`, body);
}

function dot({ at, tick }: Point, axis: TimeAxis, y: (share: number) => number, name: ArmName): string {
  return tick === null ? '' : `<circle cx="${n(axis.x(at))}" cy="${n(y(tick))}" r="2.5" class="f-${name} faint"/>`;
}

function points(ticks: readonly TickEvidence[], arm: ArmName): Point[] {
  let total = 0;
  let bad = 0;
  return ticks.flatMap((tick) => {
    const counts = tick[arm];
    total += counts.total;
    bad += counts.bad;
    if (total === 0) return [];
    return [
      { at: Date.parse(tick.at), running: bad / total, tick: counts.total === 0 ? null : counts.bad / counts.total },
    ];
  });
}
