import { moment } from '../format.ts';
import { endedAt, runOutcome, stagesOf } from '../outcome.ts';
import { titleOf, type ReportRun } from '../run.ts';
import { html, type Markup } from './markup.ts';
import { hasRollout, outcomeTable } from './outcome-table.ts';
import { runSection } from './run-section.ts';
import { style } from './style.ts';

export type { ClientSecond, ClientView, ReportRun } from '../run.ts';

/**
 * One self-contained HTML page about one or more runs, made from evidence alone: no scripts, no network, light and dark, printable.
 * Every text from outside is escaped, and the page's own policy forbids scripts.
 */
export function htmlReport(runs: readonly ReportRun[]): string {
  const title = headline(runs);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            ${subtitle(runs)}
          </header>
          ${outcomeTable(runs)} ${runs.map((run, index) => runSection(run, index))}
          <footer>
            Made by ${engines(runs)} from the evidence of each
            stage.${
              hasRollout(runs)
                ? ' An evidence value of 40 says: if the candidate were no worse than tolerated, a value this large would ever appear in at most 1 of 40 rollouts, however often one looks.'
                : ''
            }
          </footer>
        </main>
      </body>
    </html> `;
  return page.source;
}

function headline(runs: readonly ReportRun[]): string {
  const project = runs.flatMap(({ evidence }) => stagesOf(evidence))[0]?.project ?? 'ml-deploy';
  const endings = runs.map((run) => ({ name: titleOf(run).name, word: runOutcome(run.evidence).word }));
  const [only, ...others] = endings;
  if (only === undefined) return `${project}: no runs`;
  if (others.length === 0) return `${only.name}: ${only.word}`;
  return `${project}: ${endings.map(({ name, word }) => `${name} ${word}`).join(', ')}`;
}

function subtitle(runs: readonly ReportRun[]): Markup | null {
  const stages = runs.flatMap(({ evidence }) => stagesOf(evidence));
  // Stages before it may be of another day.
  const last = stages.toSorted((a, b) => Date.parse(a.volatile.startedAt) - Date.parse(b.volatile.startedAt)).at(-1);
  const rollout = runs.map(({ evidence }) => evidence.rollout).find((each) => each !== undefined);
  if (last === undefined) return null;
  const facts = [
    `ended ${moment(endOf(runs) ?? last.volatile.endedAt)}`,
    last.environment === null ? null : `environment ${last.environment}`,
    rollout === undefined ? null : `namespace ${rollout.namespace}`,
    rollout === undefined ? null : `traffic split by ${rollout.provider}`,
    `run on ${last.volatile.host}`,
  ];
  return html`<p class="sub">${facts.filter((fact) => fact !== null).join(' · ')}</p>`;
}

function endOf(runs: readonly ReportRun[]): string | undefined {
  return runs
    .flatMap(({ evidence }) => endedAt(evidence) ?? [])
    .toSorted()
    .at(-1);
}

function engines(runs: readonly ReportRun[]): string {
  const names = new Set(runs.flatMap(({ evidence }) => stagesOf(evidence)).map((stage) => stage.volatile.engine));
  return names.size === 0 ? 'ml-deploy' : [...names].join(', ');
}
