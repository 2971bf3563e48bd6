import type { StatusReport } from '../rollout/commands/status.ts';
import { printable } from './reporter/printable.ts';

/** How a model's rollout stands, for people. */
export function statusText(report: StatusReport): string {
  const { model, namespace, phase, step, weight, hold, engine, watchdog } = report;
  if (phase === 'none') return `${model} in namespace ${namespace}: not deployed by ml-deploy\n`;
  const share = `${Number((weight * 100).toPrecision(4))} % of the traffic for the candidate`;
  const lines = [
    `${model} in namespace ${namespace}: ${phase}${report.provider === null ? '' : `, provider ${report.provider}`}, epoch ${report.epoch}`,
    ...(phase === 'done'
      ? []
      : [`  step      ${step === null ? 'none yet' : `${step.number} of ${step.of}`}, ${share}`]),
    ...(hold === null ? [] : [`  held      until ${hold.until}, then rolled back; go on with \`ml-deploy promote\``]),
    ...(phase === 'running'
      ? [
          `  engine    ${engine === null ? 'nobody leads it' : `${engine.holder}, last sign of life ${engine.renewedAt}`}`,
          `  watchdog  ${watchdog}`,
        ]
      : []),
    ...report.revisions.map(
      ({ name, role, ready, wanted, image }) =>
        `  ${name.padEnd(9)} ${role.padEnd(9)} ${ready}/${wanted} ready  ${image}`,
    ),
    ...report.reasons.map((reason) => `  why       ${reason}`),
    ...report.oddities.map((oddity) => `  odd       ${oddity}`),
    ...report.history
      .slice(-5)
      .map(({ at, revision, ended, reason }) => `  history   ${at}  ${revision} ${ended}: ${reason}`),
  ];
  return `${lines.map((line) => printable(line)).join('\n')}\n`;
}
