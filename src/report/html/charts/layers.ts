import { scaleLinear } from 'd3-scale';
import type { LayerEvidence } from '../../../pipeline/evidence.ts';
import { bytes } from '../../format.ts';
import type { Markup } from '../markup.ts';
import { drawing, n, text } from './frame.ts';

/** The image as one bar: what its bytes are. */
export function layersChart(layers: readonly LayerEvidence[]): Markup {
  const kinds = ['base', 'dependencies', 'code', 'weights', 'other'] as const;
  const sums = kinds
    .map((kind) => ({
      kind,
      size: layers.filter((layer) => layer.kind === kind).reduce((sum, layer) => sum + layer.bytes, 0),
    }))
    .filter(({ size }) => size > 0);
  const total = sums.reduce((sum, { size }) => sum + size, 0);
  const x = scaleLinear()
    .domain([0, Math.max(1, total)])
    .range([0, 1000]);
  let sofar = 0;
  let free = 0;
  const body = sums.flatMap(({ kind, size }) => {
    const from = x(sofar);
    sofar += size;
    const label = `${kind} ${bytes(size)}`;
    const at = Math.min(Math.max(from, free), 1000 - 7.2 * label.length);
    free = at + 7.2 * label.length + 14;
    return [
      `<rect x="${n(from)}" y="2" width="${n(Math.max(2, x(size) - 1.5))}" height="22" rx="2" class="k-${kind}"/>`,
      text(at, 41, label, { class: 'ink' }),
    ];
  });
  return drawing(48, 'Sizes of the image by what they hold', body);
}
