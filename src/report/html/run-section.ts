import { bytes, count, duration, percent } from '../format.ts';
import { livePhase, wasDecided } from '../live.ts';
import {
  furtherReasons,
  isUnchanged,
  runDurationMs,
  runLead,
  runOutcome,
  stageSpans,
  stoppedReasons,
} from '../outcome.ts';
import { titleOf, type ReportRun } from '../run.ts';
import { checkCounts } from '../smoke-checks.ts';
import { badge } from './badge.ts';
import { stagesChart } from './charts/stages.ts';
import { eventDetails, imageDetails, objectDetails, validateDetails } from './details.ts';
import { html, type Markup } from './markup.ts';
import { decidedAfter } from './outcome-table.ts';
import { rolloutPlots } from './rollout-section.ts';
import { smokeDetails } from './smoke-details.ts';

/** One run from the decision down to the details. */
export function runSection(run: ReportRun, index: number): Markup {
  const { evidence } = run;
  const { validate, build, smoke, rollout } = evidence;
  const { word, tone } = runOutcome(evidence);
  const { name, about } = titleOf(run);
  const stages = stageSpans(evidence);
  const reasons = [...stoppedReasons(evidence), ...(rollout === undefined ? [] : furtherReasons(rollout))];
  return html`<section class="run" id="run-${index + 1}">
    <h2>${name}${badge(word, tone)}</h2>
    ${about === '' ? null : html`<p class="sub about">${about}</p>`}
    <p class="lead">${runLead(evidence)}</p>
    ${
      reasons.length === 0
        ? null
        : html`<ul class="reasons">
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
    ${(rollout?.volatile.thresholdRules ?? []).map(({ message }) => html`<p class="sub about">For comparison: ${message}</p>`)}
    ${figures(run)}
    ${
      stages.length === 0
        ? null
        : html`<figure>
            <figcaption><h4>${stagesTitle(run)}</h4></figcaption>
            ${stagesChart(stages)}
          </figure>`
    }
    ${rolloutPlots(run)}
    <h3>Details</h3>
    ${rollout === undefined ? null : eventDetails(rollout)} ${validate === undefined ? null : validateDetails(validate)}
    ${build === undefined ? null : imageDetails(build)} ${smoke === undefined ? null : smokeDetails(smoke)}
    ${rollout === undefined ? null : objectDetails(rollout)}
  </section>`;
}

function stagesTitle({ evidence }: ReportRun): string {
  const time = duration(runDurationMs(evidence));
  const { rollout } = evidence;
  return rollout?.outcome === 'passed' && !isUnchanged(rollout)
    ? `From model to all traffic in ${time}`
    : `Where the time went: ${time}`;
}

function figures(run: ReportRun): Markup | null {
  const { validate, build, smoke, rollout } = run.evidence;
  const shown: [string, string][] = [];
  if (rollout !== undefined && livePhase(rollout) !== null) {
    const { candidate } = rollout.volatile.totals;
    const weights = rollout.volatile.timeline.flatMap(({ weight, kind }) =>
      weight === undefined || kind === 'promoted' ? [] : [weight],
    );
    if (wasDecided(rollout)) shown.push(['from the first live request to the decision', decidedAfter(run)]);
    shown.push(['requests the candidate served as a canary', count(candidate.requests)]);
    shown.push(['of them failed', count(candidate.errors)]);
    shown.push(['largest share of traffic before the decision', percent(Math.max(0, ...weights))]);
  }
  if (validate !== undefined) shown.push(['model', bytes(validate.model.bytes)]);
  if (build !== undefined) shown.push(['image', bytes(build.image.bytes)]);
  if (smoke !== undefined) {
    const { passed, others } = checkCounts(smoke);
    shown.push([`smoke checks passed; ${others}`, passed]);
  }
  if (shown.length === 0) return null;
  return html`<dl class="figures">
    ${shown.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
