import type { RevisionStatus, StatusReport } from '../rollout/commands/status.ts';
import { duration, moment, plural, shortenDigests } from '../report/format.ts';
import { printable } from './reporter/printable.ts';

/** How a model's rollout stands, for people; ends with a line feed. */
export function statusText(report: StatusReport): string {
  return `${statusLines(report).join('\n')}\n`;
}

/** As statusText, line by line. */
export function statusLines(report: StatusReport): string[] {
  const lines = report.phase === 'none' ? unknownLines(report) : knownLines(report);
  return lines.map((line) => printable(line));
}

function unknownLines({ model, namespace, others }: StatusReport): string[] {
  return [
    `${model} in namespace ${namespace}: not deployed by ml-deploy`,
    `  others    ${others.length === 0 ? 'ml-deploy has no model in this namespace' : `ml-deploy has ${others.join(', ')} in this namespace`}`,
  ];
}

function knownLines(report: StatusReport): string[] {
  const { model, namespace, phase, hold, engine, watchdog, provider } = report;
  const last = report.history.at(-1);
  // What ended a rollout stands in its history, what holds one in the hold.
  const said = [phase === 'done' ? last?.reason : null, hold?.reason];
  return [
    `${model} in namespace ${namespace}: ${headline(report)}`,
    ...(phase === 'done'
      ? []
      : [`  step      ${stepText(report)}${provider === null ? '' : ` (provider ${provider})`}`]),
    ...(hold === null ? [] : [`  held      until ${untilText(hold.until)}, then rolled back: ${hold.reason}`]),
    ...report.reasons.filter((reason) => !said.includes(reason)).map((reason) => `  why       ${reason}`),
    ...(phase === 'running'
      ? [
          `  engine    ${engine === null ? 'nobody leads it' : `${engine.holder}, last sign of life ${moment(engine.renewedAt)}`}`,
          `  watchdog  ${watchdog}`,
        ]
      : []),
    ...report.revisions.map(revisionLine),
    ...report.oddities.map((oddity) => `  odd       ${oddity}`),
    ...report.history
      .slice(-5)
      .map(({ at: when, revision, ended, reason }) => `  history   ${moment(when)}  ${revision} ${ended}: ${reason}`),
    ...(report.next === null ? [] : [`  next      ${report.next}`]),
  ];
}

/** Where the rollout is, and what that means for the traffic. */
function stepText({ step, weight, progress }: StatusReport): string {
  // The candidate is the stable revision already.
  if (progress === 'retiring') return 'promoted, the revision before is drained';
  const at = step === null ? 'before the first step' : `${step.number} of ${step.of}`;
  return `${at}, ${Number((weight * 100).toPrecision(4))} % of the traffic for the candidate`;
}

function untilText(at: string): string {
  const left = Date.parse(at) - Date.now();
  return `${moment(at)}${left > 0 ? ` (${duration(left).replaceAll('\u00a0', ' ')} from now)` : ' (over)'}`;
}

/** The one thing to know. */
function headline({ phase, revisions }: StatusReport): string {
  const named = (role: RevisionStatus['role']): string | null =>
    revisions.find((each) => each.role === role)?.name ?? null;
  const stable = named('stable');
  const serves = stable === null ? 'no revision is stable' : `${stable} is stable`;
  const candidate = named('candidate');
  if (phase === 'done') return `${serves}, no rollout is unfinished`;
  return `${candidate === null ? 'the rollout' : `the rollout of ${candidate}`} is ${phase}, ${serves}`;
}

function revisionLine({ name, role, ready, wanted, image }: RevisionStatus): string {
  const pods = wanted === 0 && ready === 0 ? 'at rest, no pods' : `${ready} of ${plural(wanted, 'pod')} ready`;
  return `  ${name.padEnd(9)} ${role.padEnd(9)} ${pods}  ${shortenDigests(image)}`;
}
