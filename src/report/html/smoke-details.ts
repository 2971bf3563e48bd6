import type { SmokeEvidence } from '../../pipeline/evidence.ts';
import { duration, moment, shortenDigests } from '../format.ts';
import { gpuUseRows } from '../gpu-use.ts';
import { checkRows, lastWords, logPrefix, serverLogName, shortSummary, wasStopped } from '../smoke-checks.ts';
import { comparedRows, intervalText, milliseconds, speedFacts, speedRows } from '../speed.ts';
import { courseCharts } from './charts/course.ts';
import { histogramChart } from './charts/histogram.ts';
import { speedChart } from './charts/speed.ts';
import { html, type Markup } from './markup.ts';
import { mostRows, section, table } from './tables.ts';

const tone = { passed: 'good', failed: 'bad', skipped: 'sub' } as const;

/** The checks on the very image that is deployed, then what was measured. */
export function smokeDetails(evidence: SmokeEvidence): Markup {
  const { volatile, hardware } = evidence;
  const stopped = wasStopped(evidence) ? `, stopped in ${duration(volatile.stopMs)}` : '';
  const figures = speedFacts(evidence).map(([name, figure]) => [
    html`<td>${name}</td>
      <td>${figure}</td>`,
  ]);
  return section(
    'Smoke test',
    `${shortSummary(evidence)} · ${moment(volatile.startedAt)}`,
    html`<p class="note">
        On ${hardware.device === 'gpu' ? 'GPU' : 'CPU'} (${hardware.name}), runtime ${evidence.runtime}; ready after
        ${duration(volatile.readyMs)}${stopped}.
      </p>
      ${checks(evidence)} ${words(evidence)}
      <h3>Measured</h3>
      ${table(['Figure', ''], figures)}${times(evidence)}${devices(evidence)}${courseCharts(evidence)}${compared(
        evidence,
      )}${notes(evidence)}`,
    evidence.outcome !== 'passed',
  );
}

function checks(evidence: SmokeEvidence): Markup {
  const rows = checkRows(evidence).map(({ verdict, titles, limit, seen }) => {
    const lines = seen.map((line, index) => (index === 0 ? line : html`<br />${shortenDigests(line)}`));
    return [
      html`<td class="tight strong ${tone[verdict]}">${verdict}</td>
        <td>${titles.map((title, index) => (index === 0 ? title : html`<br />${title}`))}</td>
        <td class="${limit === null ? 'none' : 'limit'}">${limit === null ? '–' : shortenDigests(limit)}</td>
        <td>${lines.slice(0, mostRows).map((line) => (typeof line === 'string' ? shortenDigests(line) : line))}</td>`,
    ];
  });
  return table(['Result', 'Check', 'Allowed', 'Seen'], rows, { stacked: true });
}

/** What a server that failed printed last. */
function words(evidence: SmokeEvidence): Markup | null {
  const lines = lastWords(evidence);
  if (lines.length === 0) return null;
  return html`<h3>The last that the server printed</h3>
    <pre>${lines.slice(-mostRows).join('\n')}</pre>
    <p class="note">All of it is in ${serverLogName}, beside smoke.json.</p>`;
}

function times(evidence: SmokeEvidence): Markup | null {
  const all = speedRows(evidence);
  if (all.length === 0) return null;
  const rows = all.map(({ name, ms, interval }) => [
    html`<td>${name}</td>
      <td class="number">${milliseconds(ms)}</td>
      <td class="number">${interval === null ? '–' : intervalText(interval)}</td>`,
  ]);
  return html`<h3>Times</h3>
    ${table(['Time', '>Measured', '>95 % confidence interval'], rows)}
    <figure>${speedChart(all)}</figure>
    <figure>${histogramChart(evidence.volatile.latencyHistogram ?? [])}</figure>`;
}

function devices(evidence: SmokeEvidence): Markup | null {
  const rows = gpuUseRows(evidence).map(({ title, memory, peak, busy }) => [
    html`<td>${title}</td>
      <td class="number">${memory}</td>
      <td class="number">${peak}</td>
      <td class="number">${busy}</td>`,
  ]);
  return rows.length === 0
    ? null
    : html`<h3>GPUs</h3>
        ${table(['GPU', '>Memory', '>In use at most', '>Busy at most'], rows)}`;
}

function compared(evidence: SmokeEvidence): Markup | null {
  const { comparedWith } = evidence.volatile;
  const rows = comparedRows(evidence).map(([name, now, then, ratio]) => [
    html`<td>${name}</td>
      <td class="number">${now}</td>
      <td class="number">${then}</td>
      <td class="number">${ratio}</td>`,
  ]);
  if (rows.length === 0) return null;
  return html`<h3>Compared with ${comparedWith?.title ?? ''}</h3>
    ${table(['Figure', '>Now', `>${comparedWith?.title ?? ''}`, '>Time, of that then'], rows)}`;
}

function notes({ volatile }: SmokeEvidence): Markup | null {
  const lines = volatile.details.filter((line) => !line.startsWith(logPrefix));
  return lines.length === 0
    ? null
    : section('Notes of the test', '', html`<pre>${lines.slice(-mostRows).join('\n')}</pre>`, false);
}
