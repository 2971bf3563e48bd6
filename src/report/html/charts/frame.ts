import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { Markup, escapeHtml } from '../markup.ts';

/** Drawing area of every chart; one width for all, so that times line up from chart to chart. */
export const width = 1000;
export const left = 56;
export const right = 790;

/** A horizontal time axis: milliseconds since 1970 to x. */
export interface TimeAxis {
  readonly x: ScaleLinear<number, number>;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  readonly from: number;
  readonly to: number;
  /** Moments that every chart over this axis marks with a dotted line, named above it. */
  readonly marks: readonly Moment[];
}

export interface Moment {
  readonly at: number;
  readonly label: string;
}

const stepsSeconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 172_800];

/** Axis over [from, to] whose labels count from `zero`. */
export function timeAxis(from: number, to: number, zero: number, marks: readonly Moment[] = []): TimeAxis {
  const end = to > from ? to : from + 1000;
  const x = scaleLinear().domain([from, end]).range([left, right]);
  const span = (end - from) / 1000;
  const step = stepsSeconds.find((seconds) => span / seconds <= 9) ?? Math.ceil(span / 8 / 86_400) * 86_400;
  const ticks: { x: number; label: string }[] = [];
  for (let at = Math.ceil((from - zero) / 1000 / step) * step; at <= (end - zero) / 1000; at += step) {
    ticks.push({ x: x(zero + at * 1000), label: clock(at, step) });
  }
  return { x, ticks, from, to: end, marks: marks.filter(({ at }) => at >= from && at <= end) };
}

function clock(seconds: number, step: number): string {
  if (seconds === 0) return '0';
  if (step < 60) return `${minus(seconds)} s`;
  return step < 3600 ? `${minus(seconds / 60)} min` : `${minus(Number((seconds / 3600).toFixed(1)))} h`;
}

function minus(value: number): string {
  return String(value).replace('-', '−');
}

/** Rounds coordinates: the report stays small. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** One line of text; `text` is escaped. */
export function text(
  x: number,
  y: number,
  content: string,
  options: { anchor?: 'start' | 'middle' | 'end'; class?: string } = {},
): string {
  const anchor = options.anchor === undefined || options.anchor === 'start' ? '' : ` text-anchor="${options.anchor}"`;
  const style = options.class === undefined ? '' : ` class="${options.class}"`;
  return `<text x="${n(x)}" y="${n(y)}"${anchor}${style}>${escapeHtml(content)}</text>`;
}

/** A straight line. */
export function rule(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" class="${style}"/>`;
}

export interface Label {
  readonly y: number;
  readonly text: string;
  readonly class: string;
}

/** Direct labels right of the chart, moved apart where they would overlap. */
export function sideLabels(labels: readonly Label[], top: number, bottom: number): string {
  const height = 15;
  const placed = labels.toSorted((a, b) => a.y - b.y).map((label) => ({ ...label, at: Math.max(label.y, top + 4) }));
  for (let index = 1; index < placed.length; index++) {
    const [above, below] = [placed[index - 1], placed[index]];
    if (above !== undefined && below !== undefined) below.at = Math.max(below.at, above.at + height);
  }
  let floor = bottom - 4;
  for (const label of placed.toReversed()) {
    label.at = Math.min(label.at, floor);
    floor = label.at - height;
  }
  return placed.map((label) => text(right + 12, label.at + 4, label.text, { class: label.class })).join('');
}

export interface Panel {
  readonly top: number;
  readonly bottom: number;
}

/** Grid, axis labels and unit of a chart over time. */
export function frame(
  panel: Panel,
  axis: TimeAxis,
  rows: readonly { readonly y: number; readonly label: string }[],
  xTitle: string,
): string {
  const horizontal = rows.map(
    ({ y, label }) => rule(left, y, right, y, 'grid') + text(left - 8, y + 4, label, { anchor: 'end' }),
  );
  const vertical = axis.ticks.map(
    ({ x, label }) =>
      rule(x, panel.bottom, x, panel.bottom + 4, 'axis') + text(x, panel.bottom + 18, label, { anchor: 'middle' }),
  );
  return [
    ...horizontal,
    ...axis.marks.map(({ at }) => rule(axis.x(at), panel.top, axis.x(at), panel.bottom, 'event')),
    ...momentLabels(axis, panel.top - 7),
    rule(left, panel.bottom, right, panel.bottom, 'axis'),
    ...vertical,
    text(right + 12, panel.bottom + 18, xTitle),
  ].join('');
}

function momentLabels(axis: TimeAxis, y: number): string[] {
  let free = 0;
  return axis.marks.map(({ at, label }) => {
    const x = Math.max(axis.x(at) - 4, free);
    free = x + 7 * label.length + 10;
    return text(x, y, label, { class: 'ink' });
  });
}

/** The finished drawing; `label` says what it shows to those who do not see it. */
export function drawing(height: number, label: string, body: readonly string[]): Markup {
  return new Markup(
    `<div class="chart"><svg viewBox="0 0 ${width} ${n(height)}" role="img" aria-label="${escapeHtml(label)}">${body.join('')}</svg></div>`,
  );
}

/** Fewer points for long rollouts, the first and the last always kept. */
export function thin<T>(points: readonly T[], most = 800): T[] {
  if (points.length <= most) return [...points];
  const every = Math.ceil(points.length / most);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}
