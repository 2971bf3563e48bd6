import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { sh } from './shell.ts';

/** Addresses of one cluster: a /22 out of 198.18.0.0/15, the range reserved for tests of networks (RFC 2544), so that nothing real is shadowed. */
export interface Network {
  /** Which /22: 0 to 127. */
  readonly index: number;
  /** Host's end of the cables to the nodes. */
  readonly hostAddress: string;
  /** Address of the first node, where the control plane, the registry and the add-ons listen. */
  readonly nodeAddress: string;
  /** Range of all pods. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** ClusterIP of `kubernetes.default`. */
  readonly apiServiceAddress: string;
  /** Whole range, for address translation. */
  readonly cidr: string;
  /** The node of every cluster, and the one that can be added. */
  readonly nodes: readonly [NodeNetwork, NodeNetwork];
}

/** Addresses of one node. */
export interface NodeNetwork {
  readonly name: string;
  readonly address: string;
  /** Its share of the pods' range. */
  readonly podCidr: string;
  /** Name of the host's end of its cable; at most 15 characters by the kernel's rule. */
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
  const node = (number: 1 | 2): NodeNetwork => ({
    name: `node-${number}`,
    address: `${prefix}.${third}.${number + 1}`,
    podCidr: `${prefix}.${third + 1}.${(number - 1) * 128}/25`,
    hostInterface: interfacesOf(id)[number - 1] ?? '',
  });
  const nodes = [node(1), node(2)] as const;
  return {
    index,
    hostAddress: `${prefix}.${third}.1`,
    nodeAddress: nodes[0].address,
    podCidr: `${prefix}.${third + 1}.0/24`,
    serviceCidr: `${prefix}.${third + 2}.0/23`,
    apiServiceAddress: `${prefix}.${third + 2}.1`,
    cidr: `${prefix}.${third}.0/22`,
    nodes,
  };
}

/** Names of the host's ends of a cluster's cables. */
const interfacesOf = (id: string): string[] => [`mld1-${id}`, `mld2-${id}`];

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
 * Lets the cluster's packets through the host, and out under the host's address.
 * @param id cluster's id
 * @param network its addresses
 */
export async function openHost(id: string, network: Network): Promise<void> {
  await sh('sysctl', ['-q', '-w', 'net.ipv4.ip_forward=1']);
  const comment = ['-m', 'comment', '--comment', ruleComment(id)];
  const rules = [
    ['nat', '-I', 'POSTROUTING', '-s', network.cidr, '!', '-d', network.cidr, ...comment, '-j', 'MASQUERADE'],
    ['filter', '-I', 'FORWARD', '-s', network.cidr, ...comment, '-j', 'ACCEPT'],
    ['filter', '-I', 'FORWARD', '-d', network.cidr, ...comment, '-j', 'ACCEPT'],
  ];
  for (const [table = '', ...rule] of rules) await sh('iptables', ['-w', '-t', table, ...rule]);
}

/**
 * Lays a cable between the host and a node's network namespace, with the routes to what is behind it.
 * @param network the cluster's addresses
 * @param node the node's
 * @param mtu largest packet, in bytes
 * @param pid a process inside the namespace
 */
export async function connectNode(network: Network, node: NodeNetwork, mtu: number, pid: number): Promise<void> {
  const { hostAddress } = network;
  const { hostInterface: cable, address } = node;
  const size = String(mtu);
  const inside = ['-t', String(pid), '-n', 'ip'];
  const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'mtu', size, 'netns', String(pid)];
  await sh('ip', ['link', 'add', cable, 'mtu', size, ...peer]);
  await sh('ip', ['address', 'add', `${hostAddress}/32`, 'peer', `${address}/32`, 'dev', cable]);
  await sh('ip', ['link', 'set', cable, 'up']);
  await sh('nsenter', [...inside, 'address', 'add', `${address}/32`, 'peer', `${hostAddress}/32`, 'dev', 'eth0']);
  await sh('nsenter', [...inside, 'link', 'set', 'eth0', 'up']);
  await sh('nsenter', [...inside, 'route', 'add', 'default', 'via', hostAddress]);
  const behind = node.address === network.nodeAddress ? [node.podCidr, network.serviceCidr] : [node.podCidr];
  for (const cidr of behind) await sh('ip', ['route', 'replace', cidr, 'via', address, 'dev', cable]);
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
 * Removes everything on the host's side of the cables.
 * @param id cluster's id
 */
export async function disconnect(id: string): Promise<void> {
  for (const name of interfacesOf(id)) {
    await sh('ip', ['link', 'delete', name]).catch(() => undefined); // mostly gone with the namespace already
  }
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
    const id = /^mld[12]-([0-9a-f]{8})$/.exec(name)?.[1];
    if (id !== undefined) ids.add(id);
  }
  for (const table of ['nat', 'filter']) {
    const saved = (await sh('iptables-save', ['-t', table])).stdout;
    for (const match of saved.matchAll(/ml-deploy-cluster-([0-9a-f]{8})/g)) ids.add(match[1] ?? '');
  }
  return [...ids];
}
