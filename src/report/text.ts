import type { EvidenceSoFar, Finding, RolloutEvidence, SmokeEvidence } from '../pipeline/evidence.ts';
import { count, duration, plural, shortenDigests } from './format.ts';
import { decisionWords, livePhase } from './live.ts';
import {
  furtherReasons,
  isUnchanged,
  runDurationMs,
  runOutcome,
  stageSpans,
  stagesOf,
  type StageSpan,
  type Tone,
} from './outcome.ts';
import { detailsOf, failedChecks, lastWords, serverDied, serverLogName } from './smoke-checks.ts';
import { visible } from './visible.ts';
import { waiverText } from './waiver.ts';

/** How a terminal emphasises; the identity where it does not. */
export interface TextStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const plain = (text: string): string => text;
const noStyle: TextStyle = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

const mostFindings = 10;
/** About one pod: its state, five events, twenty lines of its log. */
const mostCaptured = 26;

const stageTones: Readonly<Record<StageSpan['outcome'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  inconclusive: 'waiting',
  held: 'waiting',
  error: 'trouble',
  interrupted: 'trouble',
};

/**
 * What a terminal shows at the end of a run: the outcome, a line per stage, why, and what to look at. Text from outside cannot steer the
 * terminal. Ends with a line feed.
 */
export function textReport(evidence: EvidenceSoFar, style: TextStyle = noStyle): string {
  const project = stagesOf(evidence)[0]?.project ?? 'ml-deploy';
  const { word, tone } = runOutcome(evidence);
  const title = `${style.bold(visible(project, true))}${evidence.rollout !== undefined && isUnchanged(evidence.rollout) ? ':' : ''}`;
  const lines = [`${title} ${paint(tone, style)(visible(word, true))} in ${duration(runDurationMs(evidence))}`, ''];
  for (const { stage, outcome, ms, summary } of stageSpans(evidence)) {
    const ended = paint(stageTones[outcome], style)(outcome.padEnd(12));
    const time = duration(ms).padStart(11);
    lines.push(`  ${stage.padEnd(9)} ${ended} ${time}  ${visible(shortenDigests(summary), true)}`);
  }
  lines.push(...notable(evidence, style));
  if (evidence.rollout !== undefined) lines.push(...why(evidence.rollout, style));
  return `${lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n')}\n`;
}

function paint(tone: Tone, style: TextStyle): (text: string) => string {
  return { good: style.green, bad: style.red, waiting: style.yellow, trouble: style.yellow }[tone];
}

/** Findings and failed checks, when they are why a stage did not pass. */
function notable({ validate, smoke }: EvidenceSoFar, style: TextStyle): string[] {
  const lines: string[] = [];
  if (validate !== undefined && validate.outcome !== 'passed') {
    const found = validate.model.files.flatMap(({ path, findings }) => findings.map((finding) => ({ path, finding })));
    lines.push('');
    for (const { path, finding } of found.slice(0, mostFindings)) lines.push(...findingLines(path, finding, style));
    if (found.length > mostFindings) lines.push(`  and ${count(found.length - mostFindings)} more, in validate.json`);
  }
  return smoke === undefined ? lines : [...lines, ...failures(smoke, style)];
}

/** Failed checks with their figures, and what the server said last when it is gone. */
function failures(smoke: SmokeEvidence, style: TextStyle): string[] {
  const failed = failedChecks(smoke);
  const lines = failed.flatMap((check) => {
    const limit = check.limit === null ? '' : ` (allowed: ${check.limit})`;
    const details = detailsOf(smoke, check.id);
    const rest = details.length - mostFindings;
    return [
      visible(`  ${check.title}: ${check.message}${limit}`, true),
      ...details.slice(0, mostFindings).map((line) => `    ${visible(line, true)}`),
      ...(rest > 0 ? [`    and ${count(rest)} more, in smoke.json`] : []),
    ];
  });
  const words = failed.length === 0 ? [] : lastWords(smoke);
  const told = `All that the server printed is in ${serverLogName}, beside smoke.json.`;
  const last = serverDied(smoke)
    ? ['', '  The last that the server printed:', ...words.map((line) => style.dim(`    ${visible(line, true)}`))]
    : [];
  return [...(lines.length === 0 ? [] : ['']), ...lines, ...(words.length === 0 ? [] : [...last, '', `  ${told}`])];
}

function findingLines(path: string, finding: Finding, style: TextStyle): string[] {
  const member = finding.member === undefined ? '' : `, member ${finding.member}`;
  const where = `${path}${member}${finding.offset === null ? '' : `, byte ${count(finding.offset)}`}`;
  return [
    `  ${finding.severity.padEnd(8)} ${visible(`${finding.rule}  ${where}`, true)}`,
    `           ${visible(finding.message, true)}`,
    `           ${style.dim(visible(`${finding.hint} ${waiverText(finding)}`.trim(), true))}`,
  ];
}

/** Events and last log lines of a candidate that is gone: the hints above speak of them. */
function captured({ volatile: { diagnosis } }: RolloutEvidence, style: TextStyle): string[] {
  if (diagnosis.length === 0) return [];
  const rest = diagnosis.length - mostCaptured;
  return [
    '',
    '  Captured before the candidate was removed:',
    ...diagnosis.slice(0, mostCaptured).map((line) => style.dim(`    ${visible(shortenDigests(line), true)}`)),
    ...(rest > 0 ? [`    and ${plural(rest, 'more line')}, in rollout.json`] : []),
  ];
}

function why(rollout: RolloutEvidence, style: TextStyle): string[] {
  const reasons = furtherReasons(rollout).map((reason) => `  - ${visible(shortenDigests(reason), true)}`);
  for (const { message } of rollout.volatile.thresholdRules ?? []) {
    reasons.push(style.dim(`  - for comparison, ${visible(message, true)}`));
  }
  const lines = reasons.length === 0 ? [] : ['', ...reasons];
  lines.push(...captured(rollout, style));
  const phase = livePhase(rollout);
  if (phase === null) return lines;
  const { candidate, stable } = rollout.volatile.totals;
  const served = (name: string, arm: { readonly requests: number; readonly errors: number }): string =>
    `${name} ${plural(arm.requests, 'request')}, ${count(arm.errors)} failed`;
  const decided = decisionWords(rollout, phase);
  return [...lines, '', style.dim(`  ${served('candidate', candidate)}; ${served('stable', stable)}; ${decided}`)];
}
