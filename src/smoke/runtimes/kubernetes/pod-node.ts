import type { Config } from '../../../config/config.ts';
import { MlDeployError } from '../../../errors.ts';
import { gpuResource, nodeGpus } from '../../../gpu/cluster.ts';
import type { KubeApi, KubeObject } from '../../../kubernetes/api.ts';
import { resources } from '../../../kubernetes/resources.ts';

/**
 * Whether other pods may be on the GPU of a pod; null: not known. Where the node may not be looked at, the scheduler has proved what the selector names:
 * GPU feature discovery adds `-SHARED` to the product where a resource of the usual name is a share
 * (https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing).
 * @param api of the cluster
 * @param node that the pod is on
 * @param config of the pod
 */
export async function isShared(api: Pick<KubeApi, 'get'>, node: string, config: Config): Promise<boolean | null> {
  const { resources: asked, deploy } = config;
  const resource = asked.gpu?.resource ?? gpuResource;
  if (resource.endsWith('.shared')) return true;
  try {
    return nodeGpus(await api.get(resources.node, null, node), {}, resource).sharing !== null;
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return deploy.nodeSelector['nvidia.com/gpu.product']?.endsWith('-SHARED') ?? null;
  }
}

/** Name of the node that a pod is on; empty: none yet. */
export function nodeOf(pod: KubeObject): string {
  return (pod['spec'] as { nodeName?: string }).nodeName ?? '';
}

/** Nodes tell no name of their processor: their type, or that it is this very node. */
export function processorOf({ metadata, status }: KubeObject): string | null {
  const { architecture } = (status as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo ?? {};
  if (architecture === undefined) return null;
  return `${architecture} (${metadata.labels?.['node.kubernetes.io/instance-type'] ?? metadata.name})`;
}
