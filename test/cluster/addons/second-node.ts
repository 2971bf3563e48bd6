import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../build/recipe.ts';
import { containerd } from '../build/recipes/containerd.ts';
import { kubernetes } from '../build/recipes/kubernetes.ts';
import type { Cluster } from '../cluster.ts';
import { makeGroups } from '../control-groups.ts';
import { baseImages } from '../images/base-images.ts';
import { removeFolder } from '../leftovers.ts';
import { endNamespaces, startNamespaces } from '../namespaces.ts';
import { connectNode, uplinkMtu } from '../network.ts';
import { until } from '../poll.ts';
import { isAlive, type ProcessMark } from '../process-table.ts';
import { authority, nodeUser, tokenOf, writeKubeconfig } from '../services/credentials.ts';
import { containerRuntime, makeNodeFolder, nodeAgents } from '../services/node.ts';
import { startService } from '../services/service.ts';
import type { AddonFacts } from '../state.ts';
import type { Addon, AddonContext } from './addon.ts';

/** Where the second node keeps its state. */
export const secondNodeFolder = (cluster: string): string => join(cluster, 'nodes/node-2');

/** A second real node, in namespaces of its own: it can be drained, or lose its power. */
export const secondNode: Addon = {
  name: 'second-node',
  recipes: [kubernetes],
  seconds: 6,
  start: (context) => startSecondNode(context),
  isRunning: (facts) => isAlive(processOf(facts)),
};

/** The same node with a newer container runtime, which mounts folders of images; a cluster has one or the other. */
export const imageVolumes: Addon = {
  name: 'image-volumes',
  recipes: [kubernetes, containerd],
  seconds: 8,
  start: (context) => startSecondNode(context, { runtime: containerd, featureGates: { ImageVolume: true } }),
  isRunning: (facts) => isAlive(processOf(facts)),
};

/** What is not as on the first node. */
interface NodeOptions {
  readonly runtime?: Recipe;
  readonly featureGates?: Readonly<Record<string, boolean>>;
}

async function startSecondNode(
  { cluster, binInside }: AddonContext,
  { runtime, featureGates }: NodeOptions = {},
): Promise<AddonFacts> {
  const { network, state } = cluster;
  const node = network.nodes[1];
  const folder = secondNodeFolder(cluster.folder);
  await removeFolder(folder); // of one that lost its power
  const first = JSON.parse(readFileSync(join(cluster.folder, 'node/kubelet.json'), 'utf8')) as {
    clusterDNS?: string[];
  };
  const settings = {
    id: state.id,
    folder,
    network,
    node,
    registry: cluster.registry,
    pauseImage: `docker.io/${baseImages.pause}`,
    mtu: await uplinkMtu(),
    ...(first.clusterDNS ? { clusterDns: first.clusterDNS } : {}),
    ...(featureGates ? { featureGates } : {}),
  };
  await makeNodeFolder(settings);
  writeFileSync(join(folder, 'cluster.json'), JSON.stringify(state)); // its process 1 belongs to this cluster
  const access = { server: state.server, authority: authority(cluster.folder) };
  const user = nodeUser(node.name);
  writeKubeconfig(join(folder, 'kubeconfig'), { ...access, token: tokenOf(cluster.folder, 'admin'), user: 'admin' });
  writeKubeconfig(join(folder, 'keys/node.kubeconfig'), { ...access, token: tokenOf(cluster.folder, user), user });

  const init = await startNamespaces(state.id, folder);
  makeGroups(state.id, node.name);
  await connectNode(network, node, settings.mtu, init.pid);
  for (const service of [
    containerRuntime(runtime && binInside(runtime)),
    ...nodeAgents(binInside(kubernetes), settings),
  ])
    startService(folder, service);
  const path = '{.status.conditions[?(@.type=="Ready")].status} {.status.addresses[0].address}';
  const start = Date.now();
  await until(
    `node ${node.name}`,
    async () => {
      const answer = await cluster.kubectl(['get', 'node', node.name, '-o', `jsonpath=${path}`]);
      return answer === `True ${node.address}` && (await heartbeatAfter(cluster, node.name, start));
    },
    { hint: () => `see ${join(folder, 'logs')}` },
  );
  return { node: node.name, address: node.address, ...init };
}

/** The last node of this name may have left a Ready condition behind: only a new lease counts. */
async function heartbeatAfter(cluster: Cluster, node: string, start: number): Promise<boolean> {
  const lease = await cluster.get<{ spec: { renewTime: string } }>('lease', node, '-n', 'kube-node-lease');
  return Date.parse(lease.spec.renewTime) > start;
}

function processOf(facts: AddonFacts): ProcessMark {
  return { pid: Number(facts['pid']), startTime: String(facts['startTime']), bootId: String(facts['bootId']) };
}

/**
 * Cuts the second node's power: its kubelet, its containers and its cable are gone at once. `ensureCluster({components: ['second-node']})` brings it back.
 * @param cluster a cluster with the add-on `second-node`
 */
export async function killSecondNode(cluster: Cluster): Promise<void> {
  const facts = cluster.addons['second-node'];
  if (!facts) throw new Error('this cluster has no second node');
  await endNamespaces(processOf(facts));
}
