import { scaleLinear } from 'd3-scale';
import { count } from '../../format.ts';
import type { ClientSecond, ClientView } from '../../run.ts';
import type { Markup } from '../markup.ts';
import { drawing, frame, n, sideLabels, text, type Label, type TimeAxis } from './frame.ts';

interface Second {
  readonly at: number;
  readonly stable: number;
  readonly candidate: number;
  readonly failed: number;
}

/** What the clients saw: requests per second by the revision that answered, and failed ones in a strip of their own below. */
export function clientsChart(
  view: ClientView,
  names: { readonly candidate: string; readonly stable: string | null },
  axis: TimeAxis,
  xTitle: string,
): Markup {
  const { candidate } = names;
  const panel = { top: 26, bottom: 204 };
  const floor = 150;
  const seconds = bySecond(view.perSecond, candidate, axis);
  const most = Math.max(1, ...seconds.map((each) => each.stable + each.candidate));
  const worst = Math.max(1, ...seconds.map(({ failed }) => failed));
  const y = scaleLinear().domain([0, most]).nice(3).range([floor, panel.top]);
  const down = scaleLinear()
    .domain([0, worst])
    .range([0, panel.bottom - floor - 22]);
  const step = binMs(axis);
  const wide = Math.max(1, axis.x(axis.from + step) - axis.x(axis.from) - 1);
  const bar = (at: number, from: number, to: number, style: string): string =>
    to - from < 0.05
      ? ''
      : `<rect x="${n(axis.x(at))}" y="${n(from)}" width="${n(wide)}" height="${n(to - from)}" class="${style}"/>`;
  const strip = floor + 14;
  const bars = seconds.flatMap((each) => [
    bar(each.at, y(each.stable), floor, 'f-stable'),
    bar(each.at, y(each.stable + each.candidate), y(each.stable), 'f-candidate'),
    bar(each.at, strip, strip + (each.failed === 0 ? 0 : Math.max(2, down(each.failed))), 'f-bad'),
  ]);
  const others = seconds.some(({ stable }) => stable > 0);
  const labels: Label[] = [
    { y: panel.top + 12, text: `answered by ${candidate}`, class: 'f-candidate strong' },
    ...(others
      ? [{ y: panel.top + 40, text: `answered by ${names.stable ?? 'another revision'}`, class: 'f-stable strong' }]
      : []),
    {
      y: strip + 8,
      text: view.totals.failed === 0 ? 'none' : `${count(view.totals.failed)} in all`,
      class: 'f-bad strong',
    },
  ];
  return drawing(230, 'Requests of the clients over time, by the revision that answered, and failed ones', [
    frame(
      panel,
      axis,
      y.ticks(3).map((value) => ({ y: y(value), label: count(value) })),
      xTitle,
    ),
    ...bars,
    text(axis.x(axis.from) - 8, strip + 12, 'failed', { anchor: 'end', class: 'f-bad strong' }),
    sideLabels(labels, panel.top, panel.bottom),
  ]);
}

/** Width of a bar: one second, or more for long rollouts. */
export function binMs(axis: TimeAxis): number {
  const span = axis.to - axis.from;
  return (
    [1, 2, 5, 10, 30, 60, 300, 600, 3600].map((seconds) => seconds * 1000).find((ms) => span / ms <= 240) ?? 86_400_000
  );
}

function bySecond(perSecond: readonly ClientSecond[], candidate: string, axis: TimeAxis): Second[] {
  const bins = new Map<number, Second>();
  const step = binMs(axis);
  for (const { at, revision, ok, failed } of perSecond) {
    const time = Date.parse(at);
    if (!(time >= axis.from && time <= axis.to)) continue;
    const bin = axis.from + Math.floor((time - axis.from) / step) * step;
    const sofar = bins.get(bin) ?? { at: bin, stable: 0, candidate: 0, failed: 0 };
    const ours = revision === candidate;
    bins.set(bin, {
      at: bin,
      stable: sofar.stable + (ours ? 0 : ok),
      candidate: sofar.candidate + (ours ? ok : 0),
      failed: sofar.failed + failed,
    });
  }
  return [...bins.values()];
}
