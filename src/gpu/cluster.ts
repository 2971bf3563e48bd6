import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { capabilityOf } from './capability.ts';
import { driverLabels } from './cuda-facts.ts';
import { gib, memoryFit } from './memory-fit.ts';
import type { GpuNeeds } from './needs.ts';
import { softwareReasons } from './software.ts';

/** The extended resource under which NVIDIA's device plugin offers GPUs. */
export const gpuResource = 'nvidia.com/gpu';
/** What the device plugin offers: GPUs, MIG devices by profile under the strategy `mixed`, and shares of them when it is told to name them apart. */
const offers = /^nvidia\.com\/(gpu|mig-.+?)(\.shared)?$/;

/** What one node offers, and what GPU feature discovery wrote on it; null: not labelled. */
export interface NodeGpus {
  readonly node: string;
  /** Allocatable of the resource that the pod asks for. */
  readonly count: number;
  /** What else it offers, by resource: only a pod that names it gets it. */
  readonly others: Readonly<Record<string, number>>;
  readonly product: string | null;
  /** Of one GPU or, under the strategy `single`, of one MIG device. */
  readonly memoryMiB: number | null;
  readonly capability: number | null;
  readonly driverMajor: number | null;
  /** Whether each pod has its GPU for itself; null: it has. */
  readonly sharing: Sharing | null;
  /** `deploy.nodeSelector` selects it. */
  readonly selected: boolean;
}

/** How several pods use one GPU. Source: https://github.com/NVIDIA/k8s-device-plugin#shared-access-to-gpus */
export interface Sharing {
  /** `mps` gives each its share of the memory; time slices take what they find. */
  readonly by: 'time-slicing' | 'mps';
  /** How many may share one GPU. */
  readonly replicas: number;
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
 * @param resource that the pod asks for
 */
export async function probeCluster(
  api: KubeApi,
  nodeSelector: Readonly<Record<string, string>> = {},
  resource = gpuResource,
): Promise<ClusterProbe> {
  let all: KubeObject[];
  try {
    all = await api.list(resources.node, null);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/forbidden') throw error;
    return { nodes: null, looked: `allocatable ${resource} of the nodes: not allowed to list nodes` };
  }
  const nodes = all.map((node) => nodeGpus(node, nodeSelector, resource)).filter(offersAnything);
  const whole = nodes.filter(({ count }) => count > 0);
  const found =
    whole.length === 0 ? `none on ${all.length} node${all.length === 1 ? '' : 's'}` : whole.map(describe).join(', ');
  const parts = nodes.flatMap(otherForms);
  const rest =
    parts.length === 0 ? '' : `; in other forms, which resources.gpu.resource does not name: ${parts.join(', ')}`;
  return { nodes, looked: `allocatable ${resource}: ${found}${rest}` };
}

/**
 * Labels of a resource: those of its own when it is a MIG device beside others (strategy `mixed`), else those of the GPU. Shares that are named
 * apart have the labels of what they are shares of.
 */
function labelsOf(node: KubeObject, resource: string): (name: string) => string | undefined {
  const labels = node.metadata.labels ?? {};
  const whole = resource.replace(/\.shared$/, '');
  return (name) => labels[`${whole}.${name}`] ?? labels[`${gpuResource}.${name}`];
}

/** Product name that GPU feature discovery (or GKE) wrote on a node, or null. */
export function gpuProduct(node: KubeObject, resource = gpuResource): string | null {
  return labelsOf(node, resource)('product') ?? node.metadata.labels?.['cloud.google.com/gke-accelerator'] ?? null;
}

/**
 * Product of the GPUs that a node selector chooses, as a node's own labels would tell it, or null when it leaves that open. The scheduler vouches for
 * it: no right to look at nodes is needed. Source of the names of MIG devices: the documentation of GPU feature discovery.
 */
export function selectedProduct(nodeSelector: Readonly<Record<string, string>>, resource = gpuResource): string | null {
  const whole = resource.replace(/\.shared$/, '');
  const own = nodeSelector[`${whole}.product`];
  if (own !== undefined) return own;
  const gpu = nodeSelector[`${gpuResource}.product`] ?? nodeSelector['cloud.google.com/gke-accelerator'] ?? null;
  const profile = /^nvidia\.com\/mig-(.+)$/.exec(whole)?.[1];
  return gpu === null || profile === undefined ? gpu : `${gpu}-MIG-${profile}`;
}

/** Whether two names mean one product: the driver writes `NVIDIA A100-SXM4-40GB`, labels have dashes, and shares of it a suffix. */
export function sameProduct(one: string, other: string): boolean {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^nvidia-|-shared$/g, '');
  return plain(one) === plain(other);
}

/** Reads the offers and labels of one node. Source of the labels: the documentation of GPU feature discovery. */
export function nodeGpus(
  node: KubeObject,
  nodeSelector: Readonly<Record<string, string>>,
  resource = gpuResource,
): NodeGpus {
  const labels = node.metadata.labels ?? {};
  const label = labelsOf(node, resource);
  const allocatable = (node['status'] as { allocatable?: Record<string, string> } | undefined)?.allocatable ?? {};
  const numberOf = (text: string | undefined): number | null => (/^\d+$/.test(text ?? '') ? Number(text) : null);
  const strategy = label('sharing-strategy') ?? 'none';
  const replicas = numberOf(label('replicas')) ?? 1;
  const driver = driverLabels.find((name) => name in labels);
  const others = Object.entries(allocatable).flatMap(([name, count]): [string, number][] =>
    name !== resource && offers.test(name) && Number(count) > 0 ? [[name, Number(count)]] : [],
  );
  return {
    node: node.metadata.name,
    count: Number(allocatable[resource] ?? 0),
    others: Object.fromEntries(others),
    product: gpuProduct(node, resource),
    memoryMiB: numberOf(label('memory')),
    capability: capabilityOf(labels),
    driverMajor: driver === undefined ? null : numberOf(labels[driver]),
    sharing: strategy === 'none' && replicas < 2 ? null : { by: strategy === 'mps' ? 'mps' : 'time-slicing', replicas },
    selected: Object.entries(nodeSelector).every(([name, value]) => labels[name] === value),
  };
}

/**
 * Why the GPUs of a node will not do for image and model, each with its arithmetic; empty when they will, as far as the labels tell. How
 * many are free is the scheduler's question.
 */
export function unsuitableNode(node: NodeGpus, needs: GpuNeeds): string[] {
  const { capability, driverMajor, count, sharing } = node;
  return [
    ...(count < needs.count ? [`it has ${count} in all, resources.gpu.count is ${needs.count}`] : []),
    ...(sharing !== null && needs.count > 1
      ? [
          `its GPUs are shared (${sharingText(sharing)}): ${needs.count} shares may be of one GPU, and are no more than one`,
        ]
      : []),
    ...memoryFit(memoryOf(node), needs, 'its GPUs have').reasons,
    ...softwareReasons(
      {
        title: `a GPU of ${node.node}`,
        product: node.product ?? '',
        capability,
        driver: driverMajor === null ? null : String(driverMajor),
      },
      needs,
    ),
  ];
}

/** Memory of one GPU of a node for one pod, bytes; null: not labelled. */
function memoryOf({ memoryMiB, sharing }: NodeGpus): number | null {
  // Under MPS nobody gets more than an equal share.
  const parts = sharing?.by === 'mps' ? sharing.replicas : 1;
  return memoryMiB === null ? null : (memoryMiB * 1024 * 1024) / parts;
}

/** What may not fit on a node that will do otherwise: sentences. */
export function nodeWarnings(node: NodeGpus, needs: GpuNeeds): string[] {
  return memoryFit(memoryOf(node), needs).warnings.map((warning) => `On ${node.node} ${warning}.`);
}

/** What nobody guarantees on a node whose GPUs are shared in time slices; null: nothing is to be said. */
export function sharedMemory({ node, memoryMiB, sharing }: NodeGpus, needs: GpuNeeds): string | null {
  if (sharing?.by !== 'time-slicing') return null;
  const all = memoryMiB === null ? null : memoryMiB * 1024 * 1024;
  const wanted = needs.memoryBytes ?? needs.weightsBytes;
  const fair = all === null ? null : all / sharing.replicas;
  const arithmetic =
    all === null || fair === null || wanted === null
      ? ''
      : `: ${gib(all)} for up to ${sharing.replicas} pods are ${gib(fair)} each, asked for are ${gib(wanted)}`;
  return `The GPUs of ${node} are shared in time slices, and nobody keeps a pod's memory for it${arithmetic}.`;
}

function sharingText({ by, replicas }: Sharing): string {
  return `${by}, ${replicas} to a GPU`;
}

function offersAnything({ count, others }: NodeGpus): boolean {
  return count > 0 || Object.keys(others).length > 0;
}

function describe({ node, count, product, sharing }: NodeGpus): string {
  const facts = [
    ...(product === null ? [] : [product]),
    ...(sharing === null ? [] : [`shared by ${sharingText(sharing)}`]),
  ];
  return `${count} on ${node}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function otherForms({ node, others }: NodeGpus): string[] {
  return Object.entries(others).map(([name, count]) => `${count} ${name} on ${node}`);
}
