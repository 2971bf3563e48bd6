import { scaleLinear } from 'd3-scale';
import type { LayerEvidence } from '../../../pipeline/evidence.ts';
import { bytes } from '../../format.ts';
import type { Markup } from '../markup.ts';
import { drawing, n, text, width } from './frame.ts';

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
    .range([0, width]);
  let sofar = 0;
  const parts = sums.map(({ kind, size }) => {
    const from = x(sofar);
    sofar += size;
    return { kind, from, wide: Math.max(2, x(size) - 1.5), label: `${kind} ${bytes(size)}`, at: from };
  });
  spread(parts);
  const body = parts.flatMap(({ kind, from, wide, label, at }) => [
    `<rect x="${n(from)}" y="2" width="${n(wide)}" height="22" rx="2" class="k-${kind}"/>`,
    text(at, 41, label, { class: 'ink' }),
  ]);
  return drawing(48, 'Sizes of the image by what they hold', body);
}

/** Moves labels apart where they would overlap: first to the right, then back from the edge. */
function spread(labels: { readonly label: string; at: number }[]): void {
  const room = ({ label }: { readonly label: string }): number => 7.2 * label.length + 14;
  let free = 0;
  for (const label of labels) {
    label.at = Math.max(label.at, free);
    free = label.at + room(label);
  }
  let edge = width + 14;
  for (const label of labels.toReversed()) {
    label.at = Math.min(label.at, edge - room(label));
    edge = label.at;
  }
}
