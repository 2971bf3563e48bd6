import { parseDuration } from '../../config/units.ts';
import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command } from '../command.ts';
import type { OptionValues } from '../options.ts';
import { outputOptions } from '../options.ts';
import { withSession } from '../session.ts';

/** `ml-deploy watchdog`: the program of the watchdog Job. */
export const watchdogCommand: Command = {
  description:
    'The program of the Job that a rollout starts; people have no need to run it. It watches the Lease of the rollout. When the Lease is not seen to change for its duration, the stable version gets all traffic back and the rollout is marked as abandoned.',
  options: [
    { flags: '-m, --model <name>', description: 'name of the model' },
    { flags: '-n, --namespace <name>', description: 'namespace of the model' },
    { flags: '--epoch <number>', description: 'the epoch to guard' },
    { flags: '--lease <duration>', description: 'how long an engine may be silent, such as 60s' },
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy watchdog --model fraud --namespace ml --epoch 7 --lease 60s', does: 'as the Job runs it' },
  ],
  endings: { 0: 'the rollout is over, or the stable version is restored' },
  run: (invocation) =>
    withSession(invocation, invocation.host.cwd, async ({ reporter, signal }) => {
      const { host, options } = invocation;
      const { watchdog } = await import('../../rollout/commands/watchdog.ts');
      const end = await watchdog(
        {
          model: required(options, 'model'),
          namespace: required(options, 'namespace'),
          epoch: wholeNumber(options, 'epoch'),
          leaseMs: duration(options, 'lease'),
          signal,
          log: (line) => reporter.note('info', line),
        },
        host.environment,
      );
      reporter.close();
      host.stdout.write(options.text('format') === 'json' ? `${JSON.stringify({ end })}\n` : `${end}\n`);
      return exitCodes.ok;
    }),
};

function required(options: OptionValues, name: string): string {
  const value = options.text(name);
  if (value !== null) return value;
  throw usage(`the option --${name} is missing`);
}

function wholeNumber(options: OptionValues, name: string): number {
  const text = required(options, name);
  if (/^[0-9]+$/.test(text)) return Number(text);
  throw usage(`--${name} ${text} is not a whole number`);
}

function duration(options: OptionValues, name: string): number {
  const text = required(options, name);
  const milliseconds = parseDuration(text);
  if (milliseconds > 0) return milliseconds;
  throw usage(`--${name} ${text} is not a duration such as 60s`);
}

function usage(message: string): MlDeployError {
  return new MlDeployError({ code: 'cli/bad-option', kind: 'usage', message, hint: 'See ml-deploy watchdog --help' });
}
