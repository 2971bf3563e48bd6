import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './build/cache.ts';
import { until } from './poll.ts';
import {
  childOf,
  findProcesses,
  isAlive,
  markProcess,
  pidNamespace,
  processesIn,
  type ProcessMark,
} from './process-table.ts';
import { sh, type Output } from './shell.ts';

const markPrefix = 'ml-deploy-cluster=';

/** Where a cluster's state folder and the user's cache folder are inside the namespaces. */
export const inside = { state: '/run/cluster', cache: '/run/cache' };

/**
 * Path of a cached file as the programs inside the namespaces see it.
 * @param path absolute path below the cache folder
 * @returns absolute path
 */
export function insideCache(path: string): string {
  return inside.cache + path.slice(cacheFolder().length);
}

/**
 * Starts process 1 of a cluster in PID, mount, network and host-name namespaces of its own. When it ends, the kernel ends all its descendants and takes
 * down their mounts, bridges, routes and packet filters.
 * @param id cluster's id
 * @param folder state folder, with `control` (a pipe), `logs/` and `node/`
 * @returns process 1, as seen from the host
 */
export async function startNamespaces(id: string, folder: string): Promise<ProcessMark> {
  const log = openSync(join(folder, 'logs/init.log'), 'a');
  const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--net', '--uts', '--mount-proc'];
  const script = [join(import.meta.dirname, 'init.sh'), markPrefix + id, folder, cacheFolder()];
  const unshare = spawn('unshare', [...namespaces, 'bash', ...script], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  closeSync(log);
  unshare.unref();
  const parent = unshare.pid;
  if (parent === undefined) throw new Error('cannot start unshare');
  const pid = await until('process 1 of the cluster', () => Promise.resolve(childOf(parent)), {
    timeout: 10_000,
    every: 10,
  });
  await until('the namespaces of the cluster', () => Promise.resolve(existsSync(join(folder, 'ready'))), {
    timeout: 10_000,
    every: 10,
    hint: () => `see ${join(folder, 'logs/init.log')}`,
  });
  const mark = markProcess(pid);
  if (!mark) throw new Error(`process 1 of the cluster ended at once: see ${join(folder, 'logs/init.log')}`);
  return mark;
}

/**
 * Asks process 1 to start, stop or restart a service.
 * @param folder state folder
 * @param request what to do with it
 * @param name of the service
 */
export function control(folder: string, request: 'start' | 'stop' | 'restart', name: string): void {
  const pipe = openSync(join(folder, 'control'), constants.O_WRONLY | constants.O_NONBLOCK); // fails at once when process 1 has ended
  writeSync(pipe, `${request} ${name}\n`);
  closeSync(pipe);
}

/**
 * Runs a program inside a cluster's namespaces.
 * @param init process 1
 * @param program name or path, as seen inside
 * @param args arguments
 * @returns what it wrote
 */
export function runInside(init: ProcessMark, program: string, args: readonly string[]): Promise<Output> {
  return sh('nsenter', ['-t', String(init.pid), '-m', '-n', '-p', '-u', program, ...args]);
}

/** A cluster's process 1, found by looking at every process of the machine. */
export interface FoundCluster {
  readonly id: string;
  /** State folder, as that process sees it. */
  readonly folder: string;
  readonly init: ProcessMark;
}

/**
 * Finds every cluster that runs on this machine, whoever started it.
 * @returns one entry per process 1
 */
export function findClusters(): FoundCluster[] {
  const found: FoundCluster[] = [];
  for (const { pid, args } of findProcesses((list) => list[0] === 'bash' && (list[2] ?? '').startsWith(markPrefix))) {
    const init = markProcess(pid);
    if (init && isFirst(pid)) found.push({ id: (args[2] ?? '').slice(markPrefix.length), folder: args[3] ?? '', init });
  }
  return found;
}

/** Forks of process 1 have its arguments too; only itself has the number 1 inside its namespace. */
function isFirst(pid: number): boolean {
  try {
    const numbers =
      /^NSpid:(.*)$/m
        .exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        ?.trim()
        .split(/\s+/) ?? [];
    return numbers.length > 1 && numbers.at(-1) === '1';
  } catch {
    return false; // ended meanwhile
  }
}

/**
 * Ends a cluster's process 1 and with it everything inside, and waits until all of it is gone.
 * @param init process 1
 */
export async function endNamespaces(init: ProcessMark): Promise<void> {
  if (!isAlive(init)) return;
  const namespace = pidNamespace(init.pid);
  process.kill(init.pid, 'SIGKILL');
  await until(
    'the end of the cluster’s processes',
    () => Promise.resolve(!isAlive(init) && (namespace === undefined || processesIn(namespace).length === 0)),
    { timeout: 30_000, every: 20 },
  );
}
