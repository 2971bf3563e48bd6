import type { SmokeEvidence } from '../pipeline/evidence.ts';
import { shortenDigests } from './format.ts';
import { courses, gpuUseRows } from './gpu-use.ts';
import { escapeMarkdown, folded, mostRows, table } from './markdown-parts.ts';
import {
  checkCounts,
  checkRows,
  failedChecks,
  lastWords,
  serverDied,
  serverLogName,
  shortSummary,
} from './smoke-checks.ts';
import { comparedRows, intervalText, milliseconds, speedFacts, speedRows } from './speed.ts';

/** What it ran on, the checks, and what was measured. */
export function smokeMarkdown(smoke: SmokeEvidence): string {
  const rows = checkRows(smoke).map(({ verdict, titles, limit, seen }) => [
    verdict,
    titles.join('; '),
    shortenDigests(limit ?? '–'),
    shortenDigests(seen.slice(0, mostRows).join(' · ')),
  ]);
  const { passed, others } = checkCounts(smoke);
  const checks = table(['Result', 'Check', 'Allowed', 'Seen'], rows);
  const facts = table(['Measured', ''], speedFacts(smoke));
  const counts = failedChecks(smoke).length === 0 ? `${passed} passed; ${others}.\n\n` : '';
  const body = `${counts}${checks}\n${facts}${speed(smoke)}`;
  return `${gpus(smoke)}${words(smoke)}${folded(`Smoke test: ${shortSummary(smoke)}`, body)}`;
}

/** What a server that failed printed last. */
function words(smoke: SmokeEvidence): string {
  const lines = lastWords(smoke).slice(-mostRows);
  if (lines.length === 0) return '';
  const shown = lines.map((line) => `${escapeMarkdown(line)}\n`).join('');
  const body = `<pre>\n${shown}</pre>\n\nAll of it is in ${serverLogName}, beside smoke.json.\n`;
  return serverDied(smoke)
    ? `### The last that the server printed\n\n${body}\n`
    : folded('The last that the server printed', body);
}

/** What it ran on, where it is seen without a click. */
function gpus(smoke: SmokeEvidence): string {
  const rows = gpuUseRows(smoke).map(({ title, memory, peak, busy }) => [title, memory, peak, busy]);
  const lines = courses(smoke).map(
    ({ what, line, scale }) => `| ${escapeMarkdown(what)} | <code>${line}</code> | ${escapeMarkdown(scale)} |\n`,
  );
  if (rows.length === 0 && lines.length === 0) return '';
  const driver = smoke.volatile.gpu?.driver ?? null;
  const title = rows.length === 0 ? 'Smoke test' : `Smoke test on ${smoke.hardware.name}`;
  return (
    `### ${escapeMarkdown(title)}\n\n` +
    (rows.length === 0 ? '' : `${table(['GPU', 'Memory', 'In use at most', 'Busy at most'], rows)}\n`) +
    (driver === null ? '' : `Driver ${escapeMarkdown(driver)}.\n\n`) +
    (lines.length === 0 ? '' : `| Over time | | Scale |\n| --- | --- | --- |\n${lines.join('')}\n`)
  );
}

const barWidth = 24;

/** Times with bars of text: a job summary shows no drawings of ours. */
function speed(smoke: SmokeEvidence): string {
  const times = speedRows(smoke);
  if (times.length === 0) return '';
  const most = Math.max(...times.map(({ ms }) => ms));
  const bar = (ms: number) => '█'.repeat(Math.max(1, Math.round((ms / Math.max(most, Number.MIN_VALUE)) * barWidth)));
  const rows = times.map(({ name, ms, interval }) => [
    name,
    milliseconds(ms),
    interval === null ? '–' : intervalText(interval),
    bar(ms),
  ]);
  const before = comparedRows(smoke);
  const { comparedWith } = smoke.volatile;
  const compared =
    before.length === 0
      ? ''
      : `\n${table(['Compared', 'Now', comparedWith?.title ?? '', 'Time, of that then'], before)}`;
  return `\n${table(['Time', 'Measured', '95 % confidence interval', ''], rows)}${compared}`;
}
