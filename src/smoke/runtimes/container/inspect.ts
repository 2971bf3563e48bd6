import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asArray, asObject } from '../../../server/protocols/json.ts';
import type { ServerState } from '../runtime.ts';
import { type Engine, lastLine } from './engine.ts';

/** What an engine says about one container. */
export interface Inspected {
  readonly status: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly error: string;
  /** On the host, where the engine runs; 0: none. */
  readonly pid: number;
  /** Id of its image. */
  readonly image: string;
  /** As the container was made: `10001:10001`. */
  readonly user: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Asks for a container; null when there is none of that name. */
export async function inspect(engine: Engine, name: string): Promise<Inspected | null> {
  const ended = await engine.ask(['container', 'inspect', name]);
  if (ended.exitCode !== 0) {
    if (/no such|not found|no container/i.test(ended.stderr)) return null;
    throw new Error(`inspect: ${lastLine(ended)}`);
  }
  // Templates differ between engines; without one both print a list.
  const all = asObject(asArray(JSON.parse(ended.stdout))?.[0]) ?? {};
  const [state, config] = [asObject(all['State']) ?? {}, asObject(all['Config']) ?? {}];
  return {
    status: textOf(state['Status']),
    exitCode: Number(state['ExitCode'] ?? 0),
    outOfMemory: state['OOMKilled'] === true,
    error: textOf(state['Error']),
    pid: Number(state['Pid'] ?? 0),
    image: textOf(all['Image']),
    user: textOf(config['User']),
    name: textOf(all['Name']).replace(/^\//, ''),
    labels: asObject(config['Labels']) ?? {},
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Digests under which the engine knows an image: `sha256:...`. */
export async function digestsOf(engine: Engine, image: string): Promise<readonly string[]> {
  const ended = await engine.ask(['image', 'inspect', '--format', '{{json .RepoDigests}}', image]);
  const names: unknown = ended.exitCode === 0 ? JSON.parse(ended.stdout) : [];
  if (!Array.isArray(names)) return [];
  return names.flatMap((name) => /@(sha256:[0-9a-f]{64})$/.exec(String(name))?.[1] ?? []);
}

/** Whether a container in this state has ended. */
export function isOver(status: string): boolean {
  return ['exited', 'stopped', 'dead', 'removing'].includes(status);
}

/** State of the server from the state of its container. */
export function stateOf({ status, exitCode, outOfMemory, error }: Inspected, memory: string | number): ServerState {
  if (!isOver(status)) {
    if (status === 'running' || status === 'stopping') return { phase: 'running' };
    return { phase: 'starting', detail: `the container is ${status}` };
  }
  const reason = outOfMemory
    ? `it was killed because it used more memory than resources.memory (${memory})`
    : exitCode === 137
      ? // Not every engine and kernel tells who sent the signal.
        `it was killed (SIGKILL), mostly because it used more memory than resources.memory (${memory})`
      : error === ''
        ? `it ended by itself with exit code ${exitCode}`
        : `it could not be started: ${error.slice(0, 400)}`;
  return { phase: 'ended', exitCode, reason };
}

/**
 * The most memory that the group of a process has had, bytes: from the kernel's own count. Null where it is not to be read (another
 * machine, an old kernel).
 * @param pid on this host
 */
export async function peakMemory(pid: number): Promise<number | null> {
  const read = (file: string) => readFile(file, 'utf8').catch(() => null);
  const groups = (await read(`/proc/${pid}/cgroup`))?.split('\n') ?? [];
  for (const line of groups) {
    const [, controllers = '', group = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const file =
      controllers === ''
        ? join('/sys/fs/cgroup', group, 'memory.peak')
        : controllers.split(',').includes('memory')
          ? join('/sys/fs/cgroup/memory', group, 'memory.max_usage_in_bytes')
          : null;
    const text = file === null ? null : await read(file);
    const peak = Number(text ?? NaN);
    if (peak > 0) return peak;
  }
  return null;
}

/** Process ids of a container on the host; null when the engine does not tell. */
export async function pidsOf(engine: Engine, name: string): Promise<readonly number[] | null> {
  const args = engine.name === 'docker' ? ['top', name, '-eo', 'pid'] : ['top', name, 'hpid'];
  const ended = await engine.ask(args);
  if (ended.exitCode !== 0) return null;
  const pids = ended.stdout.split('\n').flatMap((line) => (/^\s*\d+\s*$/.test(line) ? [Number(line)] : []));
  return pids;
}
