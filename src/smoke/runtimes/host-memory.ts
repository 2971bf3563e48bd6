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

/**
 * What a group of processes has in memory and the kernel cannot take back (anonymous and shared, not the cache of files), bytes. Null
 * where it is not to be read: another machine, a group without a count, or the root group, which is that of all programs.
 * @param pid on this host
 */
export async function groupMemory(pid: number): Promise<number | null> {
  for (const line of (await read(`/proc/${pid}/cgroup`))?.split('\n') ?? []) {
    const [, controllers = '', group = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (group === '' || group === '/') continue;
    const unified = controllers === '';
    if (!unified && !controllers.split(',').includes('memory')) continue;
    const text = await read(join(unified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', group, 'memory.stat'));
    if (text === null) continue;
    const sum = (unified ? ['anon', 'shmem'] : ['total_rss', 'total_shmem'])
      .map((name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0))
      .reduce((a, b) => a + b, 0);
    if (sum > 0) return sum;
  }
  return null;
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
  const names = await Promise.all([...holders].map((pid) => read(`/proc/${pid}/comm`)));
  if (names.some((name) => forwarders.has(name?.trim() ?? ''))) return [];
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (holders.has(pid) || descends(parents.get(pid)));
  return pids.filter(descends);
}

async function holdsOne(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (sockets.has(await readlink(join(folder, name)).catch(() => ''))) return true;
  }
  return false;
}
