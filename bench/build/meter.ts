import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** What a program and everything that it started took. */
export interface Metered {
  readonly seconds: number;
  readonly code: number | null;
  /** Bytes that its processes, and a daemon that worked for it, asked the system for: files, pipes and some sockets. */
  readonly readBytes: number;
  /** Processor time of the same processes: unlike seconds, it is much the same on a busy machine. */
  readonly cpuSeconds: number;
  /** Most memory of one of its processes, MB. */
  readonly peakMB: number;
  /** Most memory of the daemon meanwhile, MB; null: there is none. */
  readonly daemonMB: number | null;
  readonly output: string;
}

/** A program to run. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Process id of a daemon that works for it. */
  readonly daemon: number | null;
}

const lookMs = 40;

/**
 * Runs a program to its end and watches what it takes.
 * @param program what is run
 * @returns figures; nothing is thrown for an exit code
 */
export async function metered({ command, cwd, environment, daemon }: Program): Promise<Metered> {
  const [file = '', ...args] = command;
  const before = daemon === null ? { read: 0, cpu: 0 } : { read: readOf(daemon), cpu: cpuOf(daemon) };
  if (daemon !== null) forgetPeak(daemon);
  const began = performance.now();
  const child = spawn(file, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const hear = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-200_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const reads = new Map<number, number>();
  const times = new Map<number, number>();
  let peak = 0;
  const look = (): void => {
    for (const pid of tree(child.pid ?? 0)) {
      reads.set(pid, Math.max(reads.get(pid) ?? 0, readOf(pid)));
      times.set(pid, Math.max(times.get(pid) ?? 0, cpuOf(pid)));
      peak = Math.max(peak, peakOf(pid));
    }
  };
  const watch = setInterval(look, lookMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(watch);
  const sum = (values: ReadonlyMap<number, number>): number =>
    [...values.values()].reduce((total, one) => total + one, 0);
  return {
    seconds: (performance.now() - began) / 1000,
    code,
    readBytes: sum(reads) + (daemon === null ? 0 : readOf(daemon) - before.read),
    cpuSeconds: sum(times) + (daemon === null ? 0 : cpuOf(daemon) - before.cpu),
    peakMB: peak / 1024,
    daemonMB: daemon === null ? null : peakOf(daemon) / 1024,
    output,
  };
}

/** A process and all that it started and that still live. */
function tree(pid: number): number[] {
  const children = text(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(tree)];
}

function readOf(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(text(`/proc/${pid}/io`))?.[1] ?? 0);
}

/** User and system time, seconds; Linux counts hundredths. */
function cpuOf(pid: number): number {
  const fields = text(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(text(`/proc/${pid}/status`))?.[1] ?? 0);
}

function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Empty for a process that is gone. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
