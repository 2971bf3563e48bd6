import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('guard.sh', import.meta.url));

let running: ChildProcess | null = null;
let count = 0;

/**
 * Has a command run by the shell when this process is gone, also when it is killed: what tests start must not outlive them.
 * @param command one line
 * @returns takes it back
 */
export function whenGone(command: string): () => void {
  const guard = (running ??= start());
  const id = String(++count);
  guard.stdin?.write(`keep ${id} ${command}\n`);
  return () => {
    guard.stdin?.write(`drop ${id}\n`);
  };
}

/** Kills a process when this one is gone, with the group that it leads. Ends by itself with the process. */
export function goesWithUs(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  child.once('exit', whenGone(`kill -s KILL -- -${pid} || kill -s KILL ${pid}`));
}

/** In a session of its own: an interrupt from the terminal ends the tests, and only then it has work to do. */
function start(): ChildProcess {
  const child = spawn('sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  // A worker of the test runner goes on by itself when the runner is killed.
  process.once('disconnect', () => process.exit());
  // Nobody waits for the guard: it waits for us.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
