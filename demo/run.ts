import { spawn } from 'node:child_process';

/** Prints one line of the demo's own. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The demo's running child, so that an interrupt reaches it before anything else happens. */
let current: ReturnType<typeof spawn> | null = null;

/** Passes a signal to whatever runs now; false when nothing does. */
export function signalCurrent(signal: NodeJS.Signals): boolean {
  return current?.kill(signal) ?? false;
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** Runs a program with its output shown; resolves to its exit code. */
export function runShown(program: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    // A group of its own: an interrupt from the terminal reaches the demo, which passes it on exactly once.
    current = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    current.on('error', reject);
    current.on('close', (code, signal) => {
      current = null;
      resolve(signal === null ? (code ?? 1) : 1);
    });
  });
}

/** Runs a program, shows a line every five seconds, and its output only when it fails. Resolves to its standard output. */
export function runQuietly(
  title: string,
  estimateSeconds: number,
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const elapsed = (): string => `${Math.round((performance.now() - started) / 1000)} s`;
    say(`  ${title} (about ${estimateSeconds} s the first time) ...`);
    const beat = setInterval(() => say(`  ${title}: ${elapsed()} of about ${estimateSeconds} s`), 4500);
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    current = child;
    let [stdout, everything] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      everything += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => (everything += chunk.toString()));
    child.on('error', (error) => {
      clearInterval(beat);
      reject(error);
    });
    child.on('close', (code) => {
      clearInterval(beat);
      current = null;
      if (code === 0) {
        say(`  ${title}: done in ${elapsed()}`);
        resolve(stdout);
      } else {
        reject(
          new Error(
            `${title}: ${program} ended with ${code ?? 'a signal'}\n${everything.split('\n').slice(-30).join('\n')}`,
          ),
        );
      }
    });
  });
}
