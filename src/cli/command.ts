import type { Host } from './host.ts';
import type { OptionValues } from './options.ts';

/** One option as `--help` shows it. */
export interface OptionSpec {
  /** As commander writes it: `--config <file>`, `-n, --namespace <name>`, `--quiet`. */
  readonly flags: string;
  readonly description: string;
  /** Allowed values. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** What a command is given when it runs. */
export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly host: Host;
}

/** One command in the list of commands; all else about it is imported only when it is asked for. */
export interface ListedCommand {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** What a command takes and does; its stage is imported only when it runs. */
export interface Command {
  /** A few sentences for `--help`. */
  readonly description: string;
  /** `[PATH...]`, `<NAME>` with meaning. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionSpec[];
  /** Whole command lines, each with a comment that says what it does. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Exit codes that can occur besides 2, 4 and 130/143, with what they mean for this command. */
  readonly endings: Readonly<Partial<Record<0 | 1 | 3, string>>>;
  /** Returns the exit code. */
  run(invocation: Invocation): Promise<number>;
}
