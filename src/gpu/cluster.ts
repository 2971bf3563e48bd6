import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';

/** The extended resource under which NVIDIA's device plugin offers GPUs. */
export const gpuResource = 'nvidia.com/gpu';

export interface ClusterProbe {
  /** GPUs that the nodes offer together; null: the credentials may not list nodes. */
  readonly allocatable: number | null;
  /** What was looked at and what was there, in words. */
  readonly looked: string;
}

/** Adds up what the nodes offer as `nvidia.com/gpu`. Not being allowed to list nodes is an answer, not an error. */
export async function probeCluster(api: KubeApi): Promise<ClusterProbe> {
  let nodes: KubeObject[];
  try {
    nodes = await api.list(resources.node, null);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/forbidden') throw error;
    return { allocatable: null, looked: `allocatable ${gpuResource} of the nodes: not allowed to list nodes` };
  }
  const offers = nodes.map(offerOf).filter(({ count }) => count > 0);
  const allocatable = offers.reduce((sum, { count }) => sum + count, 0);
  const found =
    offers.length === 0
      ? `none on ${nodes.length} node${nodes.length === 1 ? '' : 's'}`
      : offers.map(({ node, count }) => `${count} on ${node}`).join(', ');
  return { allocatable, looked: `allocatable ${gpuResource}: ${found}` };
}

/** Product name that GPU feature discovery wrote on a node, or null. */
export function gpuProduct(node: KubeObject): string | null {
  return node.metadata.labels?.[`${gpuResource}.product`] ?? null;
}

function offerOf(node: KubeObject): { node: string; count: number } {
  const status = node['status'] as { allocatable?: Record<string, string> } | undefined;
  return { node: node.metadata.name, count: Number(status?.allocatable?.[gpuResource] ?? 0) };
}
