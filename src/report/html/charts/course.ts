import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { SmokeEvidence } from '../../../pipeline/evidence.ts';
import { count } from '../../format.ts';
import { courses, type Course } from '../../gpu-use.ts';
import { html, type Markup } from '../markup.ts';
import { drawing, left, n, right, rule, text, thin } from './frame.ts';

const panel = { top: 12, bottom: 132 };

/** How memory and use went over the test, one drawing each. */
export function courseCharts(evidence: SmokeEvidence): Markup | null {
  const all = courses(evidence);
  if (all.length === 0) return null;
  return html`<h3>Over the test</h3>
    ${all.map(
      (course) =>
        html`<figure>
          <figcaption>
            <h4>${course.what}: ${course.scale}</h4>
          </figcaption>
          ${courseChart(course)}
        </figure>`,
    )}`;
}

function courseChart({ what, points, most, unit, format }: Course): Markup {
  const known = points.flatMap(({ at, value }) => (value === null ? [] : [{ at, value }]));
  const ends = known.map(({ at }) => at);
  const [from, to] = [Math.min(0, ...ends), Math.max(...ends)];
  const x = scaleLinear()
    .domain([from, to > from ? to : from + 1])
    .range([left + 20, right]);
  const y = scaleLinear()
    .domain([0, Math.max(most, Number.MIN_VALUE)])
    .nice(4)
    .range([panel.bottom, panel.top]);
  const shown = thin(points, 400);
  const path = line<Course['points'][number]>(
    ({ at }) => x(at),
    ({ value }) => y(value ?? 0),
  ).defined(({ value }) => value !== null)(shown);
  const last = known.at(-1);
  return drawing(panel.bottom + 26, `${what} over the test`, [
    ...y
      .ticks(4)
      .flatMap((at) => [
        rule(left + 20, y(at), right, y(at), 'grid'),
        text(left + 12, y(at) + 4, format(at), { anchor: 'end' }),
      ]),
    rule(left + 20, panel.bottom, right, panel.bottom, 'axis'),
    ...x.ticks(8).map((at) => text(x(at), panel.bottom + 18, count(at), { anchor: 'middle' })),
    `<path d="${path ?? ''}" class="line s-stable"/>`,
    ...(last === undefined
      ? []
      : [
          `<circle cx="${n(x(last.at))}" cy="${n(y(last.value))}" r="3" class="f-stable"/>`,
          text(right + 12, y(last.value) + 4, format(last.value), { class: 'ink' }),
        ]),
    text(right + 12, panel.bottom + 18, unit),
  ]);
}
