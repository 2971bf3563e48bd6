import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = 'ml-deploy-';

/**
 * Path of the control group that holds a cluster's pods and build steps.
 * @param id cluster's id
 * @param node name of a node, for the part of the group that is this node's: a kubelet removes what it does not know
 * @returns path below each hierarchy's root
 */
export function groupOf(id: string, node?: string): string {
  return node === undefined ? `/${prefix}${id}` : `/${prefix}${id}/${node}`;
}

/** Where hierarchies are mounted: several in version 1, one in version 2. */
function hierarchies(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, path]) => path ?? '')
    .filter((path) => path !== '' && existsSync(path));
}

/**
 * Makes a node's control group in every hierarchy.
 * @param id cluster's id
 * @param node name of the node
 */
export function makeGroups(id: string, node: string): void {
  for (const root of hierarchies()) {
    makeGroup(root, join(root, groupOf(id)));
    makeGroup(root, join(root, groupOf(id, node)));
  }
}

function makeGroup(root: string, group: string): void {
  mkdirSync(group, { recursive: true });
  // In version 1 a new cpuset is empty, and takes no process until it has processors and memory.
  if (existsSync(join(root, 'cgroup.controllers'))) return;
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    if (existsSync(join(group, name))) writeFileSync(join(group, name), readFileSync(join(root, name)));
  }
}

/**
 * Removes a cluster's control groups; their processes must have ended.
 * @param id cluster's id
 */
export function removeGroups(id: string): void {
  for (const root of hierarchies()) removeTree(join(root, groupOf(id)));
}

function removeTree(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(group, entry.name));
  }
  rmdirSync(group);
}

/**
 * Finds ids of clusters, dead or alive, that have control groups.
 * @returns ids
 */
export function groupMarks(): string[] {
  const ids = new Set<string>();
  for (const root of hierarchies()) {
    for (const name of readdirSync(root)) {
      const id = new RegExp(`^${prefix}([0-9a-f]{8})$`).exec(name)?.[1];
      if (id !== undefined) ids.add(id);
    }
  }
  return [...ids];
}
