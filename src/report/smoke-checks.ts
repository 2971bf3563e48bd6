import type { CheckEvidence, SmokeEvidence } from '../pipeline/evidence.ts';
import { worstFirst } from '../pipeline/worst-first.ts';

/** Where all that the server printed is kept, beside `smoke.json`. */
export const serverLogName = 'smoke-server.log';

/** How lines of it stand among the details of the evidence. */
export const logPrefix = 'log: ';

/** One row of the table of checks. */
export interface CheckRow {
  readonly verdict: CheckEvidence['verdict'];
  /** Several where they were skipped for one reason. */
  readonly titles: readonly string[];
  readonly limit: string | null;
  /** The message, then figures and what it leaves out. */
  readonly seen: readonly string[];
}

/** The checks as a report shows them: failed ones first and the worst of them at the top, skipped ones last, those of one reason together. */
export function checkRows(smoke: SmokeEvidence): readonly CheckRow[] {
  const passed = smoke.checks.filter(({ verdict }) => verdict === 'passed');
  const skipped = smoke.checks.filter(({ verdict }) => verdict === 'skipped');
  const reasons = [...Map.groupBy(skipped, ({ message }) => message)];
  return [
    ...[...failedChecks(smoke), ...passed].map(({ verdict, title, limit, message, id }) => ({
      ...{ verdict, titles: [title], limit },
      seen: [message, ...detailsOf(smoke, id)],
    })),
    ...reasons.map(([message, checks]) => ({
      ...{ verdict: 'skipped' as const, titles: checks.map(({ title }) => title), limit: null },
      seen: [message, ...checks.flatMap(({ id }) => detailsOf(smoke, id))],
    })),
  ];
}

/** What failed, the worst first. */
export function failedChecks({ checks }: SmokeEvidence): readonly CheckEvidence[] {
  return worstFirst(checks.filter(({ verdict }) => verdict === 'failed'));
}

/** Figures of one check, and what its message leaves out. */
export function detailsOf({ volatile }: SmokeEvidence, id: string): readonly string[] {
  return volatile.checkDetails?.[id] ?? [];
}

/** The last lines that a server printed which failed; empty where none are known. */
export function lastWords({ volatile }: SmokeEvidence): readonly string[] {
  return volatile.details.filter((line) => line.startsWith(logPrefix)).map((line) => line.slice(logPrefix.length));
}

/** True when the server ended, or never answered: then its last words are the reason. */
export function serverDied({ checks }: SmokeEvidence): boolean {
  return checks.some(({ id, verdict }) => verdict === 'failed' && (id === 'ready' || id === 'alive'));
}

/** True when this test stopped the server. */
export function wasStopped({ checks }: SmokeEvidence): boolean {
  return checks.some(({ id, verdict }) => id === 'stop' && verdict !== 'skipped');
}

/** The summary, or where checks failed, which stand in the table, their number. */
export function shortSummary(smoke: SmokeEvidence): string {
  const { passed, others } = checkCounts(smoke);
  return failedChecks(smoke).length === 0 ? smoke.summary : `${passed} checks passed; ${others}`;
}

/** How many passed of all, and what became of the others: `10 of 18`, `2 failed, 6 skipped`. */
export function checkCounts({ checks }: SmokeEvidence): { readonly passed: string; readonly others: string } {
  const count = (wanted: CheckEvidence['verdict']): number => checks.filter(({ verdict }) => verdict === wanted).length;
  return {
    passed: `${count('passed')} of ${checks.length}`,
    others: `${count('failed')} failed, ${count('skipped')} skipped`,
  };
}
