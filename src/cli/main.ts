import { exitCodes, MlDeployError } from '../errors.ts';
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
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (isCommanderEnding(error)) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return reportError(error, host, json);
  }
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
