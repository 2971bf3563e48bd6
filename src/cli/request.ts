import { MlDeployError } from '../errors.ts';
import type { Access, RolloutRequest } from '../pipeline/stage.ts';
import type { OptionSpec } from './command.ts';
import type { OptionValues } from './options.ts';

/** What a person asks of a rollout beyond the configuration. */
export const requestOptions: readonly OptionSpec[] = [
  {
    flags: '--force',
    description: 'hotfix: all traffic as soon as every pod is ready, without statistics; needs --reason',
  },
  { flags: '--reason <text>', description: 'why the statistics are skipped; stands in state, evidence and report' },
  { flags: '--retry', description: 'deploy once more what evidence has rolled back, or an undo has left' },
];

/**
 * What the options ask for, with the name of who asked (`GITHUB_ACTOR`, else the user, and the machine). Throws
 * `cli/force-without-reason` or `cli/reason-without-force`.
 */
export function requestOf(options: OptionValues, { environment, host }: Access): RolloutRequest {
  const force = options.flag('force');
  const reason = options.text('reason')?.trim() ?? '';
  if (force && reason === '') {
    throw new MlDeployError({
      code: 'cli/force-without-reason',
      kind: 'usage',
      message: '--force skips the statistics, and nobody would know why.',
      hint: 'Say it: --force --reason "r7 fails for everybody".',
    });
  }
  if (!force && reason !== '') {
    throw new MlDeployError({
      code: 'cli/reason-without-force',
      kind: 'usage',
      message: '--reason is the reason for --force, which was not given.',
      hint: 'Give both, or neither.',
    });
  }
  const user = environment['GITHUB_ACTOR'] ?? environment['USER'] ?? environment['LOGNAME'];
  const by = user === undefined || user === '' ? host : `${user} (${host})`;
  return { force: force ? { reason, by } : null, retry: options.flag('retry'), undo: null };
}
