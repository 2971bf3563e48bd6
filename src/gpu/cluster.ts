import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { capabilityOf } from './capability.ts';
import { driverLabels } from './cuda-facts.ts';
import type { GpuNeeds } from './needs.ts';

/** The extended resource under which NVIDIA's device plugin offers GPUs. */
export const gpuResource = 'nvidia.com/gpu';
/** Parts of GPUs under the strategy `mixed` of MIG: `nvidia.com/mig-1g.10gb`. */
const migResource = /^nvidia\.com\/mig-(.+)$/;
/** Shared GPUs when the device plugin is told to name them apart. */
const sharedResource = 'nvidia.com/gpu.shared';

/** What one node offers, and what GPU feature discovery wrote on it; null: not labelled. */
export interface NodeGpus {
  readonly node: string;
  /** Allocatable `nvidia.com/gpu`. */
  readonly count: number;
  /** Allocatable MIG devices by profile, which only a pod that names the profile gets. */
  readonly mig: Readonly<Record<string, number>>;
  readonly sharedElsewhere: number;
  readonly product: string | null;
  /** Of one GPU or, under the strategy `single`, of one MIG device. */
  readonly memoryMiB: number | null;
  readonly capability: number | null;
  readonly driverMajor: number | null;
  /** `time-slicing` or `mps` with how many share a GPU; null: each GPU is alone. */
  readonly sharing: string | null;
  /** `deploy.nodeSelector` selects it. */
  readonly selected: boolean;
}

export interface ClusterProbe {
  /** Nodes that offer GPUs in any form; null: the credentials may not list nodes. */
  readonly nodes: readonly NodeGpus[] | null;
  /** What was looked at and what was there, in words. */
  readonly looked: string;
}

/**
 * Looks at what the nodes offer. Not being allowed to list nodes is an answer, not an error.
 * @param api of the cluster
 * @param nodeSelector `deploy.nodeSelector`
 */
export async function probeCluster(
  api: KubeApi,
  nodeSelector: Readonly<Record<string, string>> = {},
): Promise<ClusterProbe> {
  let all: KubeObject[];
  try {
    all = await api.list(resources.node, null);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/forbidden') throw error;
    return { nodes: null, looked: `allocatable ${gpuResource} of the nodes: not allowed to list nodes` };
  }
  const nodes = all.map((node) => nodeGpus(node, nodeSelector)).filter(offersAnything);
  const whole = nodes.filter(({ count }) => count > 0);
  const found =
    whole.length === 0 ? `none on ${all.length} node${all.length === 1 ? '' : 's'}` : whole.map(describe).join(', ');
  const parts = nodes.flatMap(otherForms);
  const rest = parts.length === 0 ? '' : `; in other forms, which resources.gpu does not ask for: ${parts.join(', ')}`;
  return { nodes, looked: `allocatable ${gpuResource}: ${found}${rest}` };
}

/** Product name that GPU feature discovery wrote on a node, or null. */
export function gpuProduct(node: KubeObject): string | null {
  return node.metadata.labels?.[`${gpuResource}.product`] ?? null;
}

/** Reads the offers and labels of one node. Source of the labels: the documentation of GPU feature discovery. */
export function nodeGpus(node: KubeObject, nodeSelector: Readonly<Record<string, string>>): NodeGpus {
  const labels = node.metadata.labels ?? {};
  const allocatable = (node['status'] as { allocatable?: Record<string, string> } | undefined)?.allocatable ?? {};
  const numberOf = (text: string | undefined): number | null => (/^\d+$/.test(text ?? '') ? Number(text) : null);
  const strategy = labels[`${gpuResource}.sharing-strategy`] ?? 'none';
  const replicas = numberOf(labels[`${gpuResource}.replicas`]) ?? 1;
  const driver = driverLabels.find((name) => name in labels);
  const mig = Object.entries(allocatable).flatMap(([name, count]): [string, number][] => {
    const profile = migResource.exec(name)?.[1];
    return profile === undefined || Number(count) === 0 ? [] : [[profile, Number(count)]];
  });
  return {
    node: node.metadata.name,
    count: Number(allocatable[gpuResource] ?? 0),
    mig: Object.fromEntries(mig),
    sharedElsewhere: Number(allocatable[sharedResource] ?? 0),
    product: gpuProduct(node),
    memoryMiB: numberOf(labels[`${gpuResource}.memory`]),
    capability: capabilityOf(labels),
    driverMajor: driver === undefined ? null : numberOf(labels[driver]),
    sharing:
      strategy === 'none' && replicas < 2
        ? null
        : `${strategy === 'none' ? 'time-slicing' : strategy}, ${replicas} to a GPU`,
    selected: Object.entries(nodeSelector).every(([name, value]) => labels[name] === value),
  };
}

/**
 * Why the GPUs of a node will not do for image and model, each with its arithmetic; empty when they will, as far as the labels tell. How
 * many are free is the scheduler's question.
 */
export function unsuitableNode(node: NodeGpus, needs: GpuNeeds): string[] {
  const { memoryMiB, capability, driverMajor } = node;
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const there = memoryMiB === null ? null : memoryMiB * 1024 * 1024;
  const all = there === null ? null : there * needs.count;
  return [
    ...(there !== null && needs.memoryBytes !== null && there < needs.memoryBytes
      ? [`its GPUs have ${gib(there)} of memory, resources.gpu.memory asks for ${gib(needs.memoryBytes)}`]
      : []),
    ...(all !== null && needs.weightsBytes !== null && all < needs.weightsBytes
      ? [`the model's files alone take ${gib(needs.weightsBytes)}, the memory of ${needs.count} is ${gib(all)}`]
      : []),
    ...(capability !== null && needs.capability !== null && capability < needs.capability.least
      ? [
          `${needs.capability.because} needs compute capability ${needs.capability.least.toFixed(1)}, it has ${capability.toFixed(1)}`,
        ]
      : []),
    ...(driverMajor !== null && needs.driver !== null && driverMajor < needs.driver.least
      ? [`${needs.driver.because} needs a driver of version ${needs.driver.least} or later, it has ${driverMajor}`]
      : []),
  ];
}

function offersAnything({ count, mig, sharedElsewhere }: NodeGpus): boolean {
  return count > 0 || sharedElsewhere > 0 || Object.keys(mig).length > 0;
}

function describe({ node, count, product, sharing }: NodeGpus): string {
  const facts = [...(product === null ? [] : [product]), ...(sharing === null ? [] : [`shared by ${sharing}`])];
  return `${count} on ${node}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function otherForms({ node, mig, sharedElsewhere }: NodeGpus): string[] {
  return [
    ...Object.entries(mig).map(([profile, count]) => `${count} nvidia.com/mig-${profile} on ${node}`),
    ...(sharedElsewhere > 0 ? [`${sharedElsewhere} ${sharedResource} on ${node}`] : []),
  ];
}
