import { scaleLinear } from 'd3-scale';
import type { HistogramBin } from '../../../pipeline/evidence.ts';
import { plural } from '../../format.ts';
import { milliseconds } from '../../speed.ts';
import type { Markup } from '../markup.ts';
import { drawing, left, n, right, rule, text } from './frame.ts';

const bottom = 120;
/** Room for the bar of what took longer than all others, behind a gap in the axis. */
const longWide = 26;

/** How many requests took how long; the slowest hundredth, where it took much longer, is one bar behind the axis. */
export function histogramChart(bins: readonly HistogramBin[]): Markup | null {
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined || bins.length < 3) return null;
  const width = first.to - first.from;
  // Counts are whole bins; the last one is wider where it has all that is above.
  const tail = last.to - last.from > width * 1.5 ? last : null;
  const shown = tail === null ? bins : bins.slice(0, -1);
  const end = shown.at(-1)?.to ?? last.to;
  const x = scaleLinear()
    .domain([first.from, end])
    .range([left, tail === null ? right : right - 6 * longWide]);
  const most = Math.max(...bins.map(({ count }) => count));
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (bottom - 16)));
  const bar = (from: number, wide: number, count: number) =>
    `<rect x="${n(from)}" y="${n(bottom - high(count))}" width="${n(wide)}" height="${n(high(count))}" class="f-stable"/>`;
  const tailAt = right - 3 * longWide;
  const body = [
    rule(left, bottom, x(end), bottom, 'axis'),
    text(left - 8, bottom - high(most) + 4, String(most), { anchor: 'end' }),
    text(left - 8, bottom + 4, '0', { anchor: 'end' }),
    ...shown.map(({ from, to, count }) => bar(x(from) + 0.5, Math.max(1, x(to) - x(from) - 1), count)),
    ...x
      .ticks(8)
      .flatMap((at) => [
        rule(x(at), bottom, x(at), bottom + 4, 'axis'),
        text(x(at), bottom + 18, String(at), { anchor: 'middle' }),
      ]),
    ...(tail === null
      ? []
      : [
          bar(tailAt, longWide, tail.count),
          rule(tailAt - 8, bottom, tailAt + longWide + 8, bottom, 'axis'),
          text(tailAt + longWide / 2, bottom + 18, `above ${end}`, { anchor: 'middle' }),
          text(
            tailAt + longWide / 2,
            bottom - high(tail.count) - 6,
            `${plural(tail.count, 'request')}, up to ${milliseconds(tail.to)}`,
            { anchor: 'middle', class: 'ink' },
          ),
        ]),
    text(right + 12, bottom + 18, 'ms'),
    text(left + 4, 12, 'requests'),
  ];
  return drawing(bottom + 26, 'How many requests took how long', body);
}
