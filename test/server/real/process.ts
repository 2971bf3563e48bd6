import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { until } from '../../cluster/poll.ts';
import { goesWithUs } from '../../guard.ts';

/** How a real server is started. */
export interface RealStart {
  readonly command: readonly string[];
  readonly port: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 when the server is up. */
  readonly readyPath: string;
}

/** A model server of somebody else, as a process on this machine. */
export class RealProcess {
  readonly url: string;
  readonly child: ChildProcess;
  log = '';

  constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.url = `http://127.0.0.1:${port}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-20_000)));
    }
  }

  /** Ends it with everything it started. */
  async stop(): Promise<void> {
    const { pid } = this.child;
    if (pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    // A group of its own: workers of a server that is killed alone would stay.
    process.kill(-pid, 'SIGKILL');
    await exited;
  }
}

/** Starts a server and waits until it says that it is ready. */
export async function startReal(start: RealStart): Promise<RealProcess> {
  const [program = '', ...rest] = start.command;
  const child = spawn(program, rest, {
    cwd: start.cwd,
    env: { PATH: process.env['PATH'], HOME: start.cwd, PYTHONDONTWRITEBYTECODE: '1', ...start.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  goesWithUs(child);
  const server = new RealProcess(child, start.port);
  try {
    const state = await until(
      `${program} answers`,
      async () => {
        if (child.exitCode !== null) return 'ended';
        return (await fetch(server.url + start.readyPath)).status === 200;
      },
      { timeout: 180_000, hint: () => server.log },
    );
    if (state === 'ended') throw new Error(`${program} ended with ${child.exitCode}\n${server.log}`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}
