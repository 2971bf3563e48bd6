import { scaleLinear } from 'd3-scale';
import { milliseconds, type SpeedRow } from '../../speed.ts';
import type { Markup } from '../markup.ts';
import { drawing, left, n, right, rule, text } from './frame.ts';

/** Measured quantiles as bars, with whiskers for their confidence intervals; an open upper side has no cap. */
export function speedChart(rows: readonly SpeedRow[]): Markup | null {
  if (rows.length === 0) return null;
  const from = left + 60;
  const most = Math.max(...rows.flatMap(({ ms, interval }) => [ms, interval?.high ?? 0]));
  const x = scaleLinear()
    .domain([0, most > 0 ? most * 1.1 : 1])
    .range([from, right]);
  const row = 24;
  const body = rows.flatMap(({ name, ms, interval }, index) => {
    const top = 4 + index * row;
    const middle = top + 10;
    return [
      text(from - 10, middle + 4, name, { anchor: 'end', class: 'ink' }),
      `<rect x="${n(from)}" y="${n(top + 4)}" width="${n(Math.max(2, x(ms) - from))}" height="12" rx="3" class="f-stable"/>`,
      ...(interval === null ? [] : whisker(interval, middle, x)),
      text(right + 12, middle + 4, milliseconds(ms), { class: 'ink' }),
    ];
  });
  return drawing(8 + row * rows.length, 'Times of the smoke test with 95 % confidence intervals', body);
}

function whisker({ low, high }: NonNullable<SpeedRow['interval']>, y: number, x: (ms: number) => number): string[] {
  if (low === null && high === null) return [];
  const [start, end] = [low === null ? x(0) : x(low), high === null ? right : x(high)];
  const cap = (at: number) => rule(at, y - 4, at, y + 4, 'line thin s-ink');
  return [
    rule(start, y, end, y, 'line thin s-ink'),
    ...(low === null ? [] : [cap(start)]),
    ...(high === null ? [] : [cap(end)]),
  ];
}
