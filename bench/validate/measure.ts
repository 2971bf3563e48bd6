import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program. */
export interface Run {
  readonly seconds: number;
  /** Exit code; null when it was ended after the limit. */
  readonly code: number | null;
  /** Most memory in use, MB; of the program's own process. */
  readonly megabytes: number;
  /** The end of what it said. */
  readonly said: string;
}

/** Where a program runs. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Some scanners leave files where they run. */
  readonly cwd: string;
}

/** Runs a program to its end, or until the limit. */
export function measure(
  command: readonly string[],
  { environment, cwd }: Surroundings,
  limitSeconds: number,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = command;
    const started = performance.now();
    const child = spawn(program, args, { env: environment, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let said = '';
    let kilobytes = 0;
    let ended = false;
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const watch = setInterval(() => {
      kilobytes = Math.max(kilobytes, peakOf(child.pid));
      if ((performance.now() - started) / 1000 < limitSeconds || ended || child.pid === undefined) return;
      ended = true;
      // With whatever it has started.
      process.kill(-child.pid, 'SIGKILL');
    }, 15);
    child.on('error', (error) => {
      clearInterval(watch);
      reject(error);
    });
    child.on('close', (code) => {
      clearInterval(watch);
      resolve({
        seconds: (performance.now() - started) / 1000,
        code: ended ? null : code,
        megabytes: kilobytes / 1024,
        said,
      });
    });
  });
}

/** High-water mark of a process; 0 where the system does not tell. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The run with the median time. */
export function median(runs: readonly Run[]): Run {
  const sorted = runs.toSorted((a, b) => a.seconds - b.seconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('no runs');
  return { ...middle, megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)) };
}
