import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, named so that a later process with the same number is not taken for it. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot (field 22 of /proc/PID/stat). */
  readonly startTime: string;
  /** Identifies this boot of the machine. */
  readonly bootId: string;
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Fields of /proc/PID/stat from the third on; the second, the name, may hold blanks and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // no such process
  }
}

/**
 * Marks a running process.
 * @param pid its number
 * @returns the mark, or undefined when there is no such process
 */
export function markProcess(pid: number): ProcessMark | undefined {
  const startTime = statFields(pid)?.[19];
  return startTime === undefined ? undefined : { pid, startTime, bootId: bootId() };
}

/**
 * Tells whether a marked process still runs; a zombie does not.
 * @param mark from markProcess
 * @returns true when that very process runs
 */
export function isAlive(mark: ProcessMark): boolean {
  const fields = statFields(mark.pid);
  return fields !== undefined && fields[0] !== 'Z' && fields[19] === mark.startTime && mark.bootId === bootId();
}

/**
 * Lists processes by what they were started with.
 * @param match decides by the arguments
 * @returns their numbers and arguments
 */
export function findProcesses(match: (args: readonly string[]) => boolean): { pid: number; args: string[] }[] {
  const found: { pid: number; args: string[] }[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (match(args)) found.push({ pid: Number(entry), args });
    } catch {
      // ended meanwhile
    }
  }
  return found;
}

/**
 * Finds the child of a process.
 * @param parent its parent's number
 * @returns the first child's number, if it has one
 */
export function childOf(parent: number): number | undefined {
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry) && statFields(Number(entry))?.[1] === String(parent)) return Number(entry);
  }
  return undefined;
}

/**
 * Finds every process inside a PID namespace.
 * @param namespace text of the link /proc/PID/ns/pid
 * @returns their numbers as seen from here
 */
export function processesIn(namespace: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pidNamespace(pid) === namespace);
}

/**
 * Names the PID namespace a process is in.
 * @param pid its number
 * @returns e.g. `pid:[4026531836]`, or undefined when it has ended
 */
export function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}
