import { count, duration } from '../format.ts';
import { livePhase, rollbackTick, wasDecided } from '../live.ts';
import { runDurationMs, runOutcome, runSummary } from '../outcome.ts';
import { titleOf, type ReportRun } from '../run.ts';
import { badge } from './badge.ts';
import { html, type Markup } from './markup.ts';

/** One line per run: how it ended, what it cost. */
export function outcomeTable(runs: readonly ReportRun[]): Markup {
  const live = hasRollout(runs);
  const rows = runs.map((run, index) => {
    const { word, tone } = runOutcome(run.evidence);
    return html`<tr>
      <td class="name"><a href="#run-${index + 1}">${titleOf(run).name}</a></td>
      <td>${badge(word, tone)}</td>
      <td>${runSummary(run.evidence)}</td>
      ${
        live
          ? html`<td class="number" data-label="Decided after first live request">${decidedAfter(run)}</td>
              <td class="number" data-label="Requests harmed">${harmed(run)}</td>`
          : null
      }
      <td class="number" data-label="Whole run">${duration(runDurationMs(run.evidence))}</td>
    </tr>`;
  });
  return html`<div class="outcomes">
    <table class="stacked">
      <thead>
        <tr>
          <th>Run</th>
          <th>Outcome</th>
          <th>In one sentence</th>
          ${
            live
              ? html`<th class="number">Decided after<br />first live request</th>
                  <th class="number">Requests<br />harmed</th>`
              : null
          }
          <th class="number">Whole run</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** True when there is something to say of live traffic. */
export function hasRollout(runs: readonly ReportRun[]): boolean {
  return runs.some(({ evidence }) => evidence.rollout !== undefined);
}

/** Time from the candidate's first traffic to the decision. */
export function decidedAfter({ evidence: { rollout } }: ReportRun): string {
  if (rollout === undefined) return '–';
  const phase = livePhase(rollout);
  if (phase === null || !wasDecided(rollout)) return '–';
  const crossings = rollout.metrics.flatMap(({ metric }) => {
    const tick = rollbackTick(rollout, metric);
    return tick === null ? [] : [Date.parse(tick.at)];
  });
  const decided = rollout.decision === 'rollback' && crossings.length > 0 ? Math.min(...crossings) : phase.decided;
  return duration(decided - phase.from);
}

/** Requests that failed and were not answered by the stable revision; by the clients' own count where there is one. */
export function harmed({ evidence: { rollout }, clients }: ReportRun): string {
  if (rollout === undefined) return '–';
  if (clients === undefined) return livePhase(rollout) === null ? '–' : count(rollout.volatile.totals.candidate.errors);
  const blamed = clients.perSecond.filter(({ revision }) => revision !== rollout.stable?.name);
  return count(blamed.reduce((sum, { failed }) => sum + failed, 0));
}
