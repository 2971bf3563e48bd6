import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs work while holding an exclusive lock on a file. The kernel holds it for a child process that ends when this process does, however it ends,
 * so there are no stale locks.
 * @param file lock file, created when missing
 * @param waiting called at once and then every three seconds while somebody else holds the lock, with the seconds waited so far
 * @param work what to do
 * @returns what the work returns
 */
export async function withLock<T>(
  file: string,
  waiting: (seconds: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  // `cat` ends when our end of its stdin closes; flock then lets go.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true, // Ctrl-C must not free the lock before we have stopped
  });
  const exited = once(holder, 'exit');
  const start = performance.now();
  const report = (): void => {
    waiting(Math.round((performance.now() - start) / 1000));
    timer = setTimeout(report, 3000);
  };
  let timer = setTimeout(report, 300);
  try {
    const locked = once(holder.stdout, 'data');
    await Promise.race([
      locked,
      exited.then(() => {
        throw new Error(`cannot lock ${file}`);
      }),
    ]);
    clearTimeout(timer);
    return await work();
  } finally {
    clearTimeout(timer);
    holder.stdin.end();
    await exited.catch(() => undefined);
  }
}
