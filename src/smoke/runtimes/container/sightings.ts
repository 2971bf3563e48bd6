import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { groupFile, groupMemory, groupPeak, type MemoryGroup, memoryGroups } from '../host-memory.ts';

/** Why the kernel ended a program for want of memory: its own limit, or that of a group around it or of the whole machine. */
export type OutOfMemory = 'limit' | 'machine';

/**
 * Whether a process is of this container, and not one that has its number here while the engine counts in another process namespace (a daemon
 * beside the runner, a socket mounted into its container).
 * @param pid as the engine tells it
 * @param id of the container, whole
 */
export async function isOf(pid: number, id: string): Promise<boolean> {
  if (pid <= 0 || id === '') return false;
  const read = (file: string) => readFile(`/proc/${file}`, 'utf8').catch(() => '');
  if ((await read(`${pid}/cgroup`)).includes(id)) return true;
  // Without a group of its own: its monitor (conmon, the shim of containerd) has the id on its command line.
  const parent = /\) \S (\d+) /.exec(await read(`${pid}/stat`))?.[1];
  return parent !== undefined && (await read(`${parent}/cmdline`)).includes(id);
}

/** What the kernel counts of a container while it lives: its group goes with it. */
export class Sightings {
  #group: MemoryGroup | null = null;
  #around: { readonly file: string; readonly begin: Counts } | null = null;
  #pid = 0;
  /** The most memory that was seen, bytes; null: none was. */
  peakBytes: number | null = null;

  /** Looks at a container that runs. Never throws. */
  async look(pid: number, id: string): Promise<void> {
    if (this.#pid !== pid) {
      this.#pid = pid;
      this.#group = (await memoryGroups(pid)).find(({ name }) => id !== '' && name.includes(id)) ?? null;
      if (this.#group?.unified === true) this.#around = await around(this.#group, id);
    }
    const peak = this.#group === null ? null : await groupPeak(this.#group);
    if (peak !== null) this.peakBytes = Math.max(peak, this.peakBytes ?? 0);
  }

  /** As groupMemory, now; null where the container has no group that can be read. */
  async memory(): Promise<number | null> {
    return this.#group === null ? null : groupMemory(this.#group);
  }

  /**
   * What the group around the container has counted since the first look; null: nothing, or nobody can tell. Source: Linux, cgroup-v2.rst:
   * `memory.events` counts the groups below as well; `oom` when a limit was reached, `oom_kill` whatever a program was killed for.
   */
  async outOfMemory(): Promise<OutOfMemory | null> {
    if (this.#around === null) return null;
    const { file, begin } = this.#around;
    return sinceThen(begin, await countsOf(file));
  }
}

interface Counts {
  readonly oom: number;
  readonly killed: number;
}

/** Compares two states of `memory.events` of the group around a container. */
export function sinceThen(begin: Counts, now: Counts | null): OutOfMemory | null {
  if (now === null) return null;
  if (now.oom > begin.oom) return 'limit';
  return now.killed > begin.killed ? 'machine' : null;
}

/** The nearest group above the container, which outlives it. */
async function around(group: MemoryGroup, id: string): Promise<{ file: string; begin: Counts } | null> {
  let { name } = group;
  while (name.includes(id)) name = dirname(name);
  const file = groupFile({ ...group, name }, 'memory.events');
  const begin = await countsOf(file);
  return begin === null ? null : { file, begin };
}

async function countsOf(file: string): Promise<Counts | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const count = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? NaN);
  const counts = { oom: count('oom'), killed: count('oom_kill') };
  return Number.isNaN(counts.oom + counts.killed) ? null : counts;
}

/**
 * What the kernel's log tells of a container that was ended for want of memory; null: nothing.
 * @param lines of the log
 * @param id of the container, whole
 */
export function killedIn(lines: readonly string[], id: string): OutOfMemory | null {
  const line = lines.findLast((each) => /oom-kill:constraint=/.test(each) && taskGroup(each).includes(id));
  if (line === undefined) return null;
  return (/\boom_memcg=([^,]*)/.exec(line)?.[1] ?? '').includes(id) ? 'limit' : 'machine';
}

function taskGroup(line: string): string {
  return /\btask_memcg=([^,]*)/.exec(line)?.[1] ?? '';
}
