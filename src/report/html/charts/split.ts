import { scaleLinear } from 'd3-scale';
import { curveLinear, curveStepAfter, line } from 'd3-shape';
import type { TickEvidence } from '../../../pipeline/evidence.ts';
import { percent } from '../../format.ts';
import type { LivePhase } from '../../live.ts';
import type { Markup } from '../markup.ts';
import { drawing, frame, n, sideLabels, thin, type TimeAxis } from './frame.ts';

/** Intended share of the candidate against the share of requests that it really got. */
export function splitChart(ticks: readonly TickEvidence[], phase: LivePhase, axis: TimeAxis, xTitle: string): Markup {
  const panel = { top: 26, bottom: 144 };
  const y = scaleLinear().domain([0, 1]).range([panel.bottom, panel.top]);
  const intended = [
    { at: axis.from, weight: 0 },
    ...phase.weights,
    { at: axis.to, weight: phase.weights.at(-1)?.weight ?? 0 },
  ];
  const step = line<{ at: number; weight: number }>(
    (d) => axis.x(d.at),
    (d) => y(d.weight),
  ).curve(curveStepAfter)(intended);
  const shown = thin(ticks.filter((tick) => tick.candidate.total + tick.stable.total > 0));
  const seen = shown.map((tick) => ({
    at: Date.parse(tick.at),
    share: tick.candidate.total / (tick.candidate.total + tick.stable.total),
  }));
  const path = line<{ at: number; share: number }>(
    (d) => axis.x(d.at),
    (d) => y(d.share),
  ).curve(curveLinear)(seen);
  const dots =
    seen.length > 120
      ? []
      : seen.map((d) => `<circle cx="${n(axis.x(d.at))}" cy="${n(y(d.share))}" r="2.5" class="f-candidate"/>`);
  const last = seen.at(-1);
  return drawing(170, 'Share of the requests that the candidate got, over time', [
    frame(
      panel,
      axis,
      [0, 0.5, 1].map((share) => ({ y: y(share), label: percent(share) })),
      xTitle,
    ),
    `<path d="${step ?? ''}" class="line thin s-ink"/>`,
    `<path d="${path ?? ''}" class="line s-candidate"/>`,
    ...dots,
    sideLabels(
      [
        { y: y(intended.at(-1)?.weight ?? 0), text: 'intended share', class: 'ink' },
        ...(last === undefined
          ? []
          : [{ y: y(last.share), text: 'seen share of requests', class: 'f-candidate strong' }]),
      ],
      panel.top,
      panel.bottom,
    ),
  ]);
}
