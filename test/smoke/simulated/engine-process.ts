import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { GpuHost, HostProject } from './gpu-host.ts';

export interface EngineProcess {
  /** What it has printed so far. */
  output(): string;
  kill(): void;
  /** Resolves to what it printed, once it has ended. */
  readonly ended: Promise<string>;
}

/** Starts a smoke test on a simulated host in a process of its own, which can be killed. */
export function engineProcess({ environment }: Pick<GpuHost, 'environment'>, wish: HostProject = {}): EngineProcess {
  const program = path.join(import.meta.dirname, 'run-on-host.ts');
  const child = spawn(process.execPath, [program, JSON.stringify({ environment, wish })], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    output: () => output,
    kill: () => child.kill('SIGKILL'),
    ended: once(child, 'close').then(() => output),
  };
}
