import { exitCodes, MlDeployError } from '../errors.ts';
import { commands } from './commands/index.ts';
import type { Host } from './host.ts';
import { processHost } from './host.ts';
import { reportError } from './failure.ts';
import { createProgram } from './program.ts';

/** Runs one command line and returns the exit code; never throws. */
export async function runCommandLine(argv: readonly string[], host: Host = processHost()): Promise<number> {
  const json = argv.some(
    (argument, index) => argument === '--format=json' || (argument === 'json' && argv[index - 1] === '--format'),
  );
  try {
    let code: number = exitCodes.ok;
    const program = createProgram(host, (ending) => {
      code = ending;
    });
    await program.parseAsync(withHelpFlag(argv), { from: 'user' });
    return code;
  } catch (error) {
    if (isCommanderEnding(error)) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(error, host, json);
  }
}

/** `help NAME` as `NAME --help`: a command is loaded when its part of the line is read, and for `help` commander reads none. */
function withHelpFlag(argv: readonly string[]): readonly string[] {
  const [first, name = ''] = argv;
  return first === 'help' && commands.some((command) => command.name === name) ? [name, '--help'] : argv;
}

/** Commander has printed its own message before it throws. */
function isCommanderEnding(error: unknown): error is Error & { readonly exitCode: number } {
  return (
    error instanceof Error &&
    !(error instanceof MlDeployError) &&
    'exitCode' in error &&
    typeof error.exitCode === 'number' &&
    'code' in error &&
    String(error.code).startsWith('commander.')
  );
}
