import { existsSync, readFileSync } from 'node:fs';
import type { OnProgress } from './build/progress.ts';
import { groupMarks, removeGroups } from './control-groups.ts';
import { endNamespaces, findClusters, inside, type FoundCluster } from './namespaces.ts';
import { disconnect, networkMarks } from './network.ts';
import { until } from './poll.ts';
import { sh } from './shell.ts';
import { readState } from './state.ts';

/**
 * Removes everything of a cluster outside its state folder: processes (and with them mounts and the inner network), the cable, rules, control groups.
 * @param id cluster's id
 */
export async function removeCluster(id: string): Promise<void> {
  for (const cluster of findClusters().filter((found) => found.id === id)) await endNamespaces(cluster.init);
  await disconnect(id);
  // A group is busy until the kernel has buried the last process.
  await until('the removal of control groups', () => {
    removeGroups(id);
    return Promise.resolve(true);
  });
}

/**
 * Removes a state folder and all that is in it.
 * @param folder state folder
 */
export async function removeFolder(folder: string): Promise<void> {
  await sh('rm', ['-rf', '--one-file-system', folder], { timeout: 300_000 });
}

/** A cluster lives while its state folder exists and names it. Both are seen as its own process sees them: it may be in another container. */
function isOwned(cluster: FoundCluster): boolean {
  const root = `/proc/${cluster.init.pid}/root`;
  return [`${root}${inside.state}`, `${root}${cluster.folder}`].some((folder) => readState(folder)?.id === cluster.id);
}

/**
 * Removes what dead clusters left on this machine, also those whose folder is gone. Call it while holding the machine's lock: a cluster being started
 * must not be taken for a dead one.
 * @param onProgress is told about each
 */
export async function removeLeftovers(onProgress: OnProgress): Promise<void> {
  const living = new Set<string>();
  const dead = new Set<string>();
  for (const cluster of findClusters()) (isOwned(cluster) ? living : dead).add(cluster.id);
  for (const id of [...(await networkMarks()), ...groupMarks()]) if (!living.has(id)) dead.add(id);
  for (const id of dead) {
    onProgress(`removing what is left of a dead test cluster (${id})`);
    await removeCluster(id);
  }
}

/**
 * Looks for anything of a cluster that is still there.
 * @param id cluster's id
 * @param folder its state folder
 * @returns one line per thing found; empty when nothing is left
 */
export async function remains(id: string, folder: string): Promise<string[]> {
  const found = findClusters().filter((cluster) => cluster.id === id);
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[1]?.startsWith(folder));
  return [
    ...found.map((cluster) => `process ${cluster.init.pid}`),
    ...((await networkMarks()).includes(id) ? [`network interface or packet filter rules of ${id}`] : []),
    ...(groupMarks().includes(id) ? [`control groups of ${id}`] : []),
    ...mounts.map((line) => `mount ${line}`),
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ];
}
