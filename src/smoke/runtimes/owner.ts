import { readFileSync, readlinkSync } from 'node:fs';
import { asObject } from '../../server/protocols/json.ts';

/**
 * Names this process so that another one on the same machine can tell for certain whether it still lives: host, process id, and where
 * the kernel tells, its start time and its process namespace (two containers may share a host name).
 */
export function thisProcess(host: string): string {
  return JSON.stringify({ host, pid: process.pid, started: startOf(process.pid), namespace: pidNamespace() });
}

/** True only when the named process ran on this host and has certainly ended; unknown is false. */
export function hasEnded(owner: string, host: string): boolean {
  let named: Readonly<Record<string, unknown>> | null;
  try {
    named = asObject(JSON.parse(owner));
  } catch {
    return false;
  }
  if (named === null || named['host'] !== host || named['namespace'] !== pidNamespace()) return false;
  const { pid, started: startedThen } = named;
  if (typeof pid !== 'number') return false;
  if (!exists(pid)) return true;
  const started = startOf(pid);
  return started !== null && startedThen !== null && started !== startedThen;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time in clock ticks since boot (proc(5), field 22); null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    // The second field is the program's name in parentheses and may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}
