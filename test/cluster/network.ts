import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { sh } from './shell.ts';

/** Addresses of one cluster: a /22 out of 198.18.0.0/15, the range reserved for tests of networks (RFC 2544), so that nothing real is shadowed. */
export interface Network {
  /** Which /22: 0 to 127. */
  readonly index: number;
  /** Host's end of the cable to the node. */
  readonly hostAddress: string;
  /** Node's end. */
  readonly nodeAddress: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** ClusterIP of `kubernetes.default`. */
  readonly apiServiceAddress: string;
  /** Whole range, for routes and address translation. */
  readonly cidr: string;
  /** Name of the host's end of the cable. */
  readonly hostInterface: string;
}

/** How many clusters fit into the range. */
export const networkCount = 128;

/**
 * Lays out the addresses of a cluster.
 * @param id cluster's id
 * @param index which of the 128 ranges
 * @returns the addresses
 */
export function networkOf(id: string, index: number): Network {
  const third = (index % 64) * 4;
  const prefix = `198.${18 + Math.floor(index / 64)}`;
  return {
    index,
    hostAddress: `${prefix}.${third}.1`,
    nodeAddress: `${prefix}.${third}.2`,
    podCidr: `${prefix}.${third + 1}.0/24`,
    serviceCidr: `${prefix}.${third + 2}.0/23`,
    apiServiceAddress: `${prefix}.${third + 2}.1`,
    cidr: `${prefix}.${third}.0/22`,
    hostInterface: interfaceOf(id),
  };
}

/**
 * Name of a cluster's network interface on the host; at most 15 characters by the kernel's rule.
 * @param id cluster's id
 * @returns e.g. `mld-0a1b2c3d`
 */
export function interfaceOf(id: string): string {
  return `mld-${id}`;
}

/**
 * Chooses addresses that nothing on this host uses.
 * @param id cluster's id
 * @returns the addresses
 * @throws Error when all 128 ranges are taken
 */
export function chooseNetwork(id: string): Network {
  const taken = new Set<number>();
  for (const address of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    const [first, second, third] = address.address.split('.').map(Number);
    if (first !== 198 || second === undefined || third === undefined) continue;
    if (second === 18 || second === 19) taken.add((second - 18) * 64 + Math.floor(third / 4));
  }
  for (let index = 0; index < networkCount; index++) if (!taken.has(index)) return networkOf(id, index);
  throw new Error('all 128 ranges below 198.18.0.0/15 are in use: stop other test clusters');
}

/**
 * Connects the cluster's network namespace with the host and, through it, with the world.
 * @param id cluster's id
 * @param network its addresses
 * @param mtu largest packet, in bytes
 * @param pid a process inside the namespace
 */
export async function connect(id: string, network: Network, mtu: number, pid: number): Promise<void> {
  const { hostInterface: cable, hostAddress, nodeAddress } = network;
  const size = String(mtu);
  const inside = ['-t', String(pid), '-n', 'ip'];
  await sh('ip', [
    'link',
    'add',
    cable,
    'mtu',
    size,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'mtu',
    size,
    'netns',
    String(pid),
  ]);
  await sh('ip', ['address', 'add', `${hostAddress}/32`, 'peer', `${nodeAddress}/32`, 'dev', cable]);
  await sh('ip', ['link', 'set', cable, 'up']);
  await sh('nsenter', [...inside, 'address', 'add', `${nodeAddress}/32`, 'peer', `${hostAddress}/32`, 'dev', 'eth0']);
  await sh('nsenter', [...inside, 'link', 'set', 'eth0', 'up']);
  await sh('nsenter', [...inside, 'route', 'add', 'default', 'via', hostAddress]);
  for (const cidr of [network.podCidr, network.serviceCidr]) {
    await sh('ip', ['route', 'replace', cidr, 'via', nodeAddress, 'dev', cable]);
  }
  await sh('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1']);
  for (const rule of hostRules(id, network)) await sh('iptables', ['-w', '-t', rule.table, '-I', ...rule.rule]);
}

/** Rules on the host: let the cluster's packets through, and out under the host's address. */
function hostRules(id: string, network: Network): { table: string; rule: string[] }[] {
  const comment = ['-m', 'comment', '--comment', ruleComment(id)];
  const cable = network.hostInterface;
  return [
    { table: 'nat', rule: ['POSTROUTING', '-s', network.cidr, '!', '-o', cable, ...comment, '-j', 'MASQUERADE'] },
    { table: 'filter', rule: ['FORWARD', '-i', cable, ...comment, '-j', 'ACCEPT'] },
    { table: 'filter', rule: ['FORWARD', '-o', cable, ...comment, '-j', 'ACCEPT'] },
  ];
}

const ruleComment = (id: string): string => `ml-deploy-cluster-${id}`;

/**
 * Largest packet that the host's way out takes: a container's packets must fit through it as they are.
 * @returns bytes
 */
export async function uplinkMtu(): Promise<number> {
  const route = JSON.parse((await sh('ip', ['-j', 'route', 'show', 'default'])).stdout || '[]') as { dev?: string }[];
  const device = route[0]?.dev;
  if (device === undefined) return 1500; // no way out: any size does
  const link = JSON.parse((await sh('ip', ['-j', 'link', 'show', 'dev', device])).stdout) as { mtu?: number }[];
  return link[0]?.mtu ?? 1500;
}

/**
 * Removes everything on the host's side of the cable.
 * @param id cluster's id
 */
export async function disconnect(id: string): Promise<void> {
  await sh('ip', ['link', 'delete', interfaceOf(id)]).catch(() => undefined); // mostly gone with the namespace already
  for (const table of ['nat', 'filter']) {
    const rules = (await sh('iptables-save', ['-t', table])).stdout.split('\n');
    for (const rule of rules.filter((line) => line.startsWith('-A ') && line.includes(ruleComment(id)))) {
      const args = rule.slice(3).match(/"[^"]*"|\S+/g) ?? [];
      await sh('iptables', ['-w', '-t', table, '-D', ...args.map((arg) => arg.replace(/^"|"$/g, ''))]);
    }
  }
}

/**
 * Finds ids of clusters, dead or alive, that have something on the host's network.
 * @returns ids
 */
export async function networkMarks(): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of readdirSync('/sys/class/net')) {
    const id = /^mld-([0-9a-f]{8})$/.exec(name)?.[1];
    if (id !== undefined) ids.add(id);
  }
  for (const table of ['nat', 'filter']) {
    const saved = (await sh('iptables-save', ['-t', table])).stdout;
    for (const match of saved.matchAll(/ml-deploy-cluster-([0-9a-f]{8})/g)) ids.add(match[1] ?? '');
  }
  return [...ids];
}
