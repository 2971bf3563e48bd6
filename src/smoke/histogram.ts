import type { HistogramBin } from '../pipeline/evidence.ts';

const mostBins = 40;
/** Steps that people read: 1, 2, 5, 10, ... */
const steps = [1, 2, 5];

/**
 * Times in bins of the same width, a round number of milliseconds, so that no more than 40 reach to the 99th percentile; one last bin has
 * all above. Empty bins at both ends are left out.
 */
export function histogram(times: readonly number[]): readonly HistogramBin[] {
  const sorted = times.toSorted((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const most = sorted[Math.ceil(0.99 * sorted.length) - 1] ?? last;
  const width = widthFor(most - first);
  const from = Math.floor(first / width);
  const bins = Math.floor(most / width) - from + 1;
  const counts = Array.from({ length: bins }, () => 0);
  let above = 0;
  for (const time of sorted) {
    const bin = Math.floor(time / width) - from;
    if (bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
    else above++;
  }
  const edge = (index: number) => Number(((from + index) * width).toPrecision(6));
  return [
    ...counts.map((count, index) => ({ from: edge(index), to: edge(index + 1), count })),
    ...(above === 0 ? [] : [{ from: edge(bins), to: Number(last.toPrecision(4)), count: above }]),
  ];
}

function widthFor(span: number): number {
  for (let decade = -3; ; decade++)
    for (const step of steps) {
      const width = step * 10 ** decade;
      if (span / width < mostBins - 1) return width;
    }
}
