import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** They listen for a server that is elsewhere: their own memory tells nothing about it. */
const forwarders = new Set([
  'docker-proxy',
  'rootlessport',
  'slirp4netns',
  'pasta',
  'conmon',
  'kubectl',
  'ssh',
  'sshd',
]);

const read = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);

/** The control group that counts the memory of a process. */
export interface MemoryGroup {
  /** As the kernel names it: `/docker/3f29...`. */
  readonly name: string;
  /** Version 2 of control groups. */
  readonly unified: boolean;
}

/** Where the kernel shows what it counts of a group. */
export function groupFile({ name, unified }: MemoryGroup, file: string): string {
  return join(unified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', name, file);
}

/** The groups that may count the memory of a process; not the root group, which is that of all programs. */
export async function memoryGroups(pid: number): Promise<readonly MemoryGroup[]> {
  return ((await read(`/proc/${pid}/cgroup`))?.split('\n') ?? []).flatMap((line) => {
    const [, controllers = '', name = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const unified = controllers === '';
    if (name === '' || name === '/' || !(unified || controllers.split(',').includes('memory'))) return [];
    return [{ name, unified }];
  });
}

/**
 * What a group of processes has in memory and the kernel cannot take back (anonymous and shared, not the cache of files), bytes. Null
 * where it is not to be read: another machine, or a group without a count.
 */
export async function groupMemory(group: MemoryGroup): Promise<number | null> {
  const text = await read(groupFile(group, 'memory.stat'));
  return text === null ? null : heldIn(text);
}

/** The most that a group has had, with the cache of files, bytes: the kernel's own count. Null where there is none (an old kernel). */
export async function groupPeak(group: MemoryGroup): Promise<number | null> {
  const text = await read(groupFile(group, group.unified ? 'memory.peak' : 'memory.max_usage_in_bytes'));
  const peak = Number(text ?? NaN);
  return peak > 0 ? peak : null;
}

/**
 * What a control group has and the kernel cannot take back, bytes; null: it does not tell.
 * @param stat its `memory.stat`, of version 1 (where the totals count) or 2
 */
export function heldIn(stat: string): number | null {
  const names = /^total_rss /m.test(stat) ? ['total_rss', 'total_shmem'] : ['anon', 'shmem'];
  const sum = names
    .map((name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0))
    .reduce((a, b) => a + b, 0);
  return sum > 0 ? sum : null;
}

/** As groupMemory, of single processes together: what two of them share counts twice. Null when none is left. */
export async function processMemory(pids: readonly number[]): Promise<number | null> {
  const all = await Promise.all(pids.map((pid) => read(`/proc/${pid}/status`)));
  const known = all.flatMap((text) => {
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text ?? '')?.[1] ?? NaN);
    const bytes = (kib('RssAnon') + kib('RssShmem')) * 1024;
    return Number.isNaN(bytes) ? [] : [bytes];
  });
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

/**
 * Processes of this machine that listen at a TCP port, with all that they have started. Empty where they cannot be seen: another
 * user's, or one behind a container's own network that somebody forwards to.
 */
export async function listeners(port: number): Promise<readonly number[]> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(read));
  const sockets = new Set(
    tables
      .flatMap((table) => table?.split('\n') ?? [])
      .flatMap((line) => {
        // Columns as in proc(5): number, local address, remote address, state (0A: listens), ..., inode.
        const columns = line.trim().split(/\s+/);
        return columns[1]?.endsWith(`:${hex}`) === true && columns[3] === '0A' ? [`socket:[${columns[9] ?? ''}]`] : [];
      }),
  );
  if (sockets.size === 0) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const holders = new Set<number>();
  const parents = new Map<number, number>();
  for (const pid of pids) {
    // The name of the program, in brackets, may hold anything.
    const parent = /\) \S (\d+) /.exec((await read(`/proc/${pid}/stat`)) ?? '')?.[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
    if (await holdsOne(pid, sockets)) holders.add(pid);
  }
  const names = await Promise.all([...holders].map(nameOf));
  if (names.some((name) => forwarders.has(name))) return [];
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (holders.has(pid) || descends(parents.get(pid)));
  return pids.filter(descends);
}

/** What the kernel calls a process; empty: there is none. */
export async function nameOf(pid: number): Promise<string> {
  return (await read(`/proc/${pid}/comm`))?.trim() ?? '';
}

async function holdsOne(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (sockets.has(await readlink(join(folder, name)).catch(() => ''))) return true;
  }
  return false;
}
