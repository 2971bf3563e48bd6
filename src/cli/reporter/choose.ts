import type { Reporter } from '../../pipeline/reporter.ts';
import type { Host, Output } from '../host.ts';
import type { OptionValues } from '../options.ts';
import { palette } from './colour.ts';
import { LiveReporter } from './live.ts';
import { PlainReporter } from './plain.ts';
import { QuietReporter } from './quiet.ts';

/** A reporter of the command line: it can say what runs now, and has to be closed. */
export interface CommandReporter extends Reporter {
  readonly now: string;
  close(): void;
}

/** Live for a terminal, plain lines for everything else; always on standard error, since standard output is for results. */
export function chooseReporter(host: Host, options: OptionValues): CommandReporter {
  if (host.reporter !== undefined) return host.reporter;
  if (options.flag('quiet')) return new QuietReporter(host.stderr);
  if (!isTerminal(host, host.stderr)) return new PlainReporter(host.stderr);
  const colour = options.flag('color') ? host.environment : { ...host.environment, NO_COLOR: '1' };
  return new LiveReporter(host.stderr, palette(host.stderr, colour));
}

/** True when lines can be drawn anew: a terminal in front of a person, not a log. */
export function isTerminal({ environment }: Pick<Host, 'environment'>, output: Output): boolean {
  return output.isTTY === true && (environment['CI'] ?? '') === '' && environment['TERM'] !== 'dumb';
}
