import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { groupOf } from '../control-groups.ts';
import { inside } from '../namespaces.ts';
import type { Network, NodeNetwork } from '../network.ts';
import { sh } from '../shell.ts';
import { keyFiles } from './credentials.ts';
import type { Service } from './service.ts';

/** What a node's programs need to know. */
export interface NodeSettings {
  /** Cluster's id. */
  readonly id: string;
  /** State folder of the node, seen as `/run/cluster` by its programs; the first node's is the cluster's. */
  readonly folder: string;
  readonly network: Network;
  /** The node's own part of the network. */
  readonly node: NodeNetwork;
  readonly registry: string;
  /** Image of the process that holds a pod's namespaces. */
  readonly pauseImage: string;
  /** Largest packet of the node's cable, in bytes. */
  readonly mtu: number;
  /** Feature gates of the kubelet that are not as usual. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** Addresses of cluster DNS, when it runs already. */
  readonly clusterDns?: readonly string[];
}

/** Registries whose names are answered by the cluster's own registry. */
export const mirrored = ['docker.io'];

/**
 * Makes a node's state folder, with the pipe and the files that process 1 and the node's programs read.
 * @param node settings
 */
export async function makeNodeFolder(node: NodeSettings): Promise<void> {
  for (const name of ['logs', 'services', 'node', 'keys']) {
    mkdirSync(join(node.folder, name), { recursive: true, mode: 0o700 });
  }
  await sh('mkfifo', ['-m', '600', join(node.folder, 'control')]);
  const write = (path: string, content: string | object): void => {
    const file = join(node.folder, 'node', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  write('hostname', node.node.name);
  write('resolv.conf', resolvers());
  write('containerd.toml', containerdConfig(node));
  for (const name of [...mirrored, node.registry]) {
    write(`registries/${name}/hosts.toml`, hostsToml(node.registry));
  }
  write('cni/10-bridge.conflist', cniConfig(node));
  write('kubelet.json', kubeletConfig(node));
}

/** The host's name servers; a stub on the loopback address cannot be reached from another network namespace. */
function resolvers(): string {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
  for (const file of files) {
    try {
      const text = readFileSync(file, 'utf8');
      if (/^nameserver\s+(?!127\.)\S/m.test(text)) return text;
    } catch {
      // the next one
    }
  }
  throw new Error(`no name server that can be reached from a container in ${files.join(' or ')}`);
}

function hostsToml(registry: string): string {
  const url = `"http://${registry}"`;
  return `server = ${url}\n[host.${url}]\n  capabilities = ["pull", "resolve", "push"]\n`;
}

function containerdConfig(node: NodeSettings): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "/run/containerd/containerd.sock"
[${cri}]
  sandbox_image = "${node.pauseImage}"
  restrict_oom_score_adj = true # a machine without CAP_SYS_RESOURCE may not lower it, and no sandbox would start
[${cri}.containerd]
  snapshotter = "overlayfs"
[${cri}.cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${inside.state}/node/cni"
[${cri}.registry]
  config_path = "${inside.state}/node/registries"
`;
}

function cniConfig(node: NodeSettings): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        mtu: node.mtu,
        ipam: {
          type: 'host-local',
          dataDir: '/var/lib/cni/addresses',
          ranges: [[{ subnet: node.node.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig(node: NodeSettings): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: groupOf(node.id, node.node.name),
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    enforceNodeAllocatable: [],
    // The disk and the memory belong to somebody else as well: never evict for them.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    maxPods: 200,
    clusterDomain: 'cluster.local',
    ...(node.clusterDns ? { clusterDNS: node.clusterDns } : {}),
    ...(node.featureGates ? { featureGates: node.featureGates } : {}),
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    serializeImagePulls: false,
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '5s',
  };
}

/**
 * Container runtime; starts before the API server is ready.
 * @param bin folder of its programs; without one it is the machine's
 * @returns service
 */
export function containerRuntime(bin?: string): Service {
  const command = ['containerd', '--config', `${inside.state}/node/containerd.toml`];
  // It finds its shim beside it.
  return {
    name: 'containerd',
    command,
    ...(bin === undefined ? {} : { env: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` } }),
  };
}

/**
 * The node's agents.
 * @param bin folder of the programs
 * @param node settings
 * @returns services
 */
export function nodeAgents(bin: string, node: NodeSettings): Service[] {
  return [
    {
      name: 'kubelet',
      command: [
        `${bin}/kubelet`,
        `--config=${inside.state}/node/kubelet.json`,
        `--kubeconfig=${keyFiles.nodeKubeconfig}`,
        `--hostname-override=${node.node.name}`,
        `--node-ip=${node.node.address}`,
      ],
    },
    {
      name: 'kube-proxy',
      command: [
        `${bin}/kube-proxy`,
        `--kubeconfig=${keyFiles.adminKubeconfig}`,
        `--hostname-override=${node.node.name}`,
        `--cluster-cidr=${node.network.podCidr}`,
        '--proxy-mode=iptables',
        '--conntrack-max-per-core=0', // the limit belongs to the host
        '--conntrack-tcp-timeout-established=0s',
        '--conntrack-tcp-timeout-close-wait=0s',
      ],
    },
  ];
}
