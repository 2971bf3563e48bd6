import { execFile, type ExecFileException } from 'node:child_process';

/** What a program that ran to its end left behind. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that ended with another status than 0. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly stderr: string;
  readonly stdout: string;

  constructor(command: string, status: string, output: Output) {
    super(`${command}: ${status}\n${(output.stderr || output.stdout).trim().slice(-4000)}`);
    this.stderr = output.stderr;
    this.stdout = output.stdout;
  }
}

/**
 * Runs a program without a shell and waits for it.
 * @param program name or path
 * @param args arguments
 * @param options `input` for its stdin, `env` instead of ours, `timeout` in milliseconds after which it is killed (default 2 min)
 * @returns what it wrote
 * @throws CommandError when it does not end with 0
 */
export function sh(
  program: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string; timeout?: number } = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const settings = {
      maxBuffer: 256 << 20,
      timeout: options.timeout ?? 120_000,
      killSignal: 'SIGKILL' as const,
      env: options.env ?? process.env,
      ...(options.cwd ? { cwd: options.cwd } : {}),
    };
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void => {
      if (error) {
        const status = error.killed
          ? `no answer within ${settings.timeout} ms`
          : `exit ${error.code ?? error.signal ?? '?'}`;
        reject(new CommandError([program, ...args].join(' ').slice(0, 400), status, { stdout, stderr }));
      } else {
        resolve({ stdout, stderr });
      }
    };
    const child = execFile(program, [...args], settings, done);
    child.stdin?.on('error', () => undefined); // it may end without reading its input
    child.stdin?.end(options.input ?? '');
  });
}
