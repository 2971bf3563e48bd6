import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubeApi } from '../../../src/kubernetes/api.ts';
import { PodObserver } from '../../../src/smoke/runtimes/kubernetes/pod-observer.ts';

/** A container without a cluster: its programs run here, on folders that stand for its root and its processes. */
export interface FakePod {
  readonly observer: PodObserver;
  /** Writes a file below the root. */
  file(name: string, text: string): void;
  /** Adds a process with these files open, and this state. */
  process(pid: number, open: readonly string[], state?: string): void;
  /** Puts a program in its PATH. */
  program(name: string, script: string): void;
  /** How often a program was started in it. */
  started(): number;
  /** Ends what runs, as when the connection breaks. */
  cut(): void;
}

/** A pod whose image has these programs of this machine. */
export function fakePod(programs: readonly string[] = ['sh']): FakePod {
  const base = mkdtempSync(path.join(tmpdir(), 'pod-'));
  const [root, proc, bin] = ['root', 'proc', 'bin'].map((name) => path.join(base, name)) as [string, string, string];
  for (const folder of [root, proc, bin]) mkdirSync(folder);
  const running = new Set<() => void>();
  let starts = 0;
  const exec: KubeApi['exec'] = ({ command, onOutput, onEnd }) => {
    const [name = '', ...args] = command;
    if (!programs.includes(name)) {
      const message = `OCI runtime exec failed: exec: "${name}": executable file not found in $PATH: unknown`;
      setImmediate(() => onEnd({ exitCode: null, message, errors: '' }));
      return Promise.resolve({ write: () => undefined, close: () => undefined });
    }
    starts++;
    const child = spawn(name, args, { env: { PATH: `${bin}:/usr/bin:/bin` } });
    const end = () => void child.kill('SIGKILL');
    running.add(end);
    child.stdout.on('data', (chunk: Buffer) => {
      onOutput(chunk.toString());
    });
    child.stdin.on('error', () => undefined);
    child.on('close', (exitCode) => {
      running.delete(end);
      onEnd({ exitCode, message: 'the connection was closed', errors: '' });
    });
    return Promise.resolve({ write: (text) => void child.stdin.write(text), close: end });
  };
  const file = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  return {
    observer: new PodObserver({
      api: { exec, may: () => Promise.resolve(true) },
      namespace: 'ml',
      pod: 'p',
      container: 'server',
      root,
      proc,
    }),
    file,
    process: (pid, open, state = 'S') => {
      mkdirSync(path.join(proc, String(pid), 'fd'), { recursive: true });
      writeFileSync(path.join(proc, String(pid), 'stat'), `${pid} (server) ${state} 1 1\n`);
      for (const [index, name] of open.entries()) {
        symlinkSync(path.join(root, name), path.join(proc, String(pid), 'fd', String(index)));
      }
    },
    program: (name, script) => {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(bin, name), 0o755);
    },
    started: () => starts,
    cut: () => {
      for (const end of running) end();
    },
  };
}
