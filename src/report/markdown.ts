import type {
  BuildEvidence,
  ComparisonEvidence,
  OptimisedEvidence,
  RolloutEvidence,
  ValidateEvidence,
} from '../pipeline/evidence.ts';
import { comparisonTable } from './comparison.ts';
import { besideImage } from './beside-image.ts';
import { bytes, count, duration, moment, percent, plural, shortDigest, shortenDigests } from './format.ts';
import { decisionWords, livePhase, sinceStart, ticksOf } from './live.ts';
import {
  furtherReasons,
  runDurationMs,
  runLead,
  runOutcome,
  stageSpans,
  stoppedReasons,
  type Tone,
} from './outcome.ts';
import { escapeMarkdown, folded, mostRows, table } from './markdown-parts.ts';
import { smokeMarkdown } from './markdown-smoke.ts';
import { titleOf, type ReportRun } from './run.ts';
import { waiverText } from './waiver.ts';

/** A job summary may have 1 MiB; other steps of the job want some of it too. */
const limitBytes = 1024 * 1024 - 64 * 1024;

const icons: Readonly<Record<Tone, string>> = { good: '✅', bad: '⛔', waiting: '⏸️', trouble: '⚠️' };

/**
 * The runs as GitHub Markdown, for a job summary. Text from outside is escaped: it cannot become markup, a mention or a link. Parts
 * that do not fit are left out from the end, with a note.
 */
export function markdownReport(runs: readonly ReportRun[]): string {
  const parts = runs.flatMap((run) => {
    const { validate, build, smoke, rollout } = run.evidence;
    return [
      heading(run),
      ...(rollout === undefined ? [] : [canary(rollout)]),
      ...(validate === undefined ? [] : [findings(validate)]),
      ...(smoke === undefined ? [] : [smokeMarkdown(smoke)]),
      ...(build === undefined ? [] : [image(build)]),
      ...(rollout === undefined ? [] : [events(rollout)]),
    ];
  });
  return fit(parts.filter((part) => part !== ''));
}

function fit(parts: readonly string[]): string {
  const kept: string[] = [];
  let size = 200;
  for (const [index, part] of parts.entries()) {
    size += Buffer.byteLength(part) + 1;
    if (size > limitBytes) {
      kept.push(
        `_${plural(parts.length - index, 'part')} left out: too long for a summary. The HTML report and the JSON evidence have them._\n`,
      );
      break;
    }
    kept.push(part);
  }
  return kept.join('\n');
}

function heading(run: ReportRun): string {
  const { evidence } = run;
  const { word, tone } = runOutcome(evidence);
  const { name, about } = titleOf(run);
  const stages = stageSpans(evidence).map(({ stage, outcome, ms, startedAt, summary }) => [
    stage,
    outcome,
    moment(startedAt),
    duration(ms),
    shortenDigests(summary),
  ]);
  const told = evidence.rollout === undefined ? [] : furtherReasons(evidence.rollout);
  const reasons = [...stoppedReasons(evidence), ...told].map((reason) => `- ${escapeMarkdown(reason)}\n`).join('');
  return (
    `## ${icons[tone]} ${escapeMarkdown(name)}: ${escapeMarkdown(word)}\n\n${about === '' ? '' : `${escapeMarkdown(about)}\n\n`}${escapeMarkdown(runLead(evidence))}\n\n` +
    `${reasons}${reasons === '' ? '' : '\n'}${table(['Stage', 'Outcome', 'Began', 'Time', 'Summary'], stages)}\n` +
    `All stages together: ${duration(runDurationMs(evidence))}\n`
  );
}

function canary(rollout: RolloutEvidence): string {
  const phase = livePhase(rollout);
  if (phase === null) return '';
  const { totals } = rollout.volatile;
  const rows = rollout.metrics.map((plan) => {
    const last = ticksOf(rollout, plan.metric).at(-1);
    const value = (log: number | undefined, threshold: number): string =>
      log === undefined ? '–' : `${evidenceValue(log)} of ${evidenceValue(threshold)}`;
    const sums = (['candidate', 'stable'] as const).map((arm) => {
      const ticks = ticksOf(rollout, plan.metric);
      const total = ticks.reduce((sum, tick) => sum + tick[arm].total, 0);
      const bad = ticks.reduce((sum, tick) => sum + tick[arm].bad, 0);
      return total === 0 ? 'no requests' : `${count(bad)} of ${count(total)} (${percent(bad / total)})`;
    });
    return [
      plan.title,
      percent(plan.slo),
      ...sums,
      value(last?.logWorse, plan.logRollback),
      value(last?.logAboveFloor, plan.logRollback),
      value(last?.logGood, plan.logPromote),
    ];
  });
  return (
    `### Canary\n\nThe candidate ${escapeMarkdown(rollout.candidate.name)} served ${plural(totals.candidate.requests, 'request')}, ` +
    `${count(totals.candidate.errors)} of them failed; ${decisionWords(rollout, phase)}.\n\n` +
    table(
      ['Metric', 'Limit', 'Candidate', 'Stable', 'Worse than stable', 'Bad enough to matter', 'Good enough'],
      rows,
    ) +
    '\nEvidence values stand against what they need: both of the first two for a rollback, the last one for a step to pass.\n' +
    (rollout.volatile.thresholdRules ?? [])
      .map(({ message }) => `\nFor comparison: ${escapeMarkdown(message)}\n`)
      .join('')
  );
}

function evidenceValue(log: number): string {
  const value = Math.exp(Math.min(log, 700));
  return value >= 1000 || value < 0.01
    ? value.toExponential(1).replace('e+', 'e')
    : String(Number(value.toPrecision(2)));
}

function findings({ model, verdict }: ValidateEvidence): string {
  const rows = model.files.flatMap((file) =>
    file.findings.map((finding) => {
      const { severity, rule, member, offset, message, hint } = finding;
      const place = `${file.path}${member === undefined ? '' : `, member ${member}`}${offset === null ? '' : `, byte ${count(offset)}`}`;
      return [severity, rule, place, `${sentence(message)} ${hint} ${waiverText(finding)}`.trim()];
    }),
  );
  const title = `Model: ${verdict}, ${plural(model.files.length, 'file')}, ${bytes(model.bytes)}, ${shortDigest(model.digest)}`;
  if (rows.length === 0) return `### ${escapeMarkdown(title)}\n`;
  return `### ${escapeMarkdown(title)}\n\n${table(['Severity', 'Rule', 'Where', 'What'], rows)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function image(evidence: BuildEvidence): string {
  const { image: built, optimised, volatile } = evidence;
  const rows = built.layers.map((layer) => [layer.kind, layer.title, bytes(layer.bytes), shortDigest(layer.digest)]);
  const facts = table(['Holds', 'What', 'Size', 'Digest'], rows);
  const beside = besideImage(evidence).map((line) => `${escapeMarkdown(line)}\n\n`);
  const changed = optimised === undefined ? '' : `\n${optimisation(optimised)}`;
  const compared = volatile.comparison === undefined ? '' : `\n${comparison(volatile.comparison)}`;
  return folded(`Image: ${bytes(built.bytes)}, ${built.reference}`, `${beside.join('')}${facts}${changed}${compared}`);
}

/** The ONNX model before and after it was optimised. */
function comparison(compared: ComparisonEvidence): string {
  const { before, rows } = comparisonTable(compared);
  return `${escapeMarkdown(before)}\n\n${table(['Output', 'Difference', 'Allowed'], rows)}`;
}

/** What was done to the model before it was put into the image. */
function optimisation({ bytesBefore, bytesAfter, steps, notes }: OptimisedEvidence): string {
  const rows = steps.map((each) => [
    each.step,
    each.path,
    bytes(each.bytesBefore),
    each.bytesAfter === 0 ? 'left out' : bytes(each.bytesAfter),
    each.message,
  ]);
  const total = `The model: ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} in the image.\n`;
  const told = notes.map((note) => `\n${escapeMarkdown(note)}\n`).join('');
  return `${total}\n${rows.length === 0 ? '' : table(['Step', 'File', 'Before', 'In the image', 'Why'], rows)}${told}`;
}

function events(rollout: RolloutEvidence): string {
  const { timeline, diagnosis } = rollout.volatile;
  const rows = sinceStart(timeline).map(({ afterMs, event }) => [
    duration(afterMs),
    event.kind,
    shortenDigests(event.message),
  ]);
  const captured = diagnosis
    .slice(0, mostRows)
    .map((each) => `- ${escapeMarkdown(each)}\n`)
    .join('');
  return folded(
    'Events of the rollout',
    `${table(['After', 'Kind', 'What happened'], rows)}${captured === '' ? '' : `\nCaptured before the candidate was removed:\n\n${captured}`}`,
  );
}
