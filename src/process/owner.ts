import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The process id namespace in which a machine starts; all others are containers. Source: Linux, `PROC_PID_INIT_INO`. */
const firstNamespace = 'pid:[4026531836]';

/** Where a process runs, as far as the kernel tells; null: it does not. */
interface Place {
  readonly host: string;
  /** Stays the same when the machine starts again. */
  readonly machine: string | null;
  /** Another one each time. */
  readonly boot: string | null;
  readonly namespace: string | null;
}

/**
 * Names this process so that another one can tell for certain whether it still lives: machine, process id, and where the kernel tells, its
 * start time and its process namespace (two containers may share a host name).
 * @param run name of the run that it belongs to (`access.host`)
 */
export function thisProcess(run: string): string {
  return JSON.stringify({ ...here(), run, pid: process.pid, started: startOf(process.pid) });
}

/** True only when the named process ran on this machine and has certainly ended; unknown is false. */
export function hasEnded(owner: string): boolean {
  const named = parse(owner);
  const place = here();
  if (named === null || named['host'] !== place.host || named['machine'] !== place.machine) return false;
  // Where no kernel tells, two machines with one name would be taken for each other.
  if (place.boot === null || named['namespace'] !== place.namespace) return false;
  // Since then the machine has started again. A container may only look like another one: then nobody knows.
  if (named['boot'] !== place.boot) return place.machine !== null && place.namespace === firstNamespace;
  const { pid, started: startedThen } = named;
  if (typeof pid !== 'number') return false;
  if (!exists(pid) || isEnding(pid)) return true;
  const started = startOf(pid);
  return started !== null && startedThen !== null && started !== startedThen;
}

/** True when a process of this run is named. */
export function isOfRun(owner: string, run: string): boolean {
  return parse(owner)?.['run'] === run;
}

function parse(owner: string): Readonly<Record<string, unknown>> | null {
  try {
    const named: unknown = JSON.parse(owner);
    return typeof named === 'object' && named !== null ? (named as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function here(): Place {
  const read = (file: string) => orNull(() => readFileSync(file, 'utf8').trim());
  return {
    host: hostname(),
    machine: read('/etc/machine-id'),
    boot: read('/proc/sys/kernel/random/boot_id'),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * A killed process has given back its memory, and with it its command line, before its files are closed and its locks are free; it stays in the table
 * until its parent has asked for its exit code.
 */
function isEnding(pid: number): boolean {
  return orNull(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) === '';
}

/** Start time in clock ticks since boot (proc(5), field 22); null where there is no /proc. */
function startOf(pid: number): string | null {
  // The second field is the program's name in parentheses and may hold spaces.
  return orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null);
}

function orNull(read: () => string | null): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
