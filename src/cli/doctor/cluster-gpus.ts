import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import { gpuResource, nodeGpus, type NodeGpus, probeCluster } from '../../gpu/cluster.ts';
import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { Found } from './check.ts';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface NodeView {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const operatorInstall =
  'helm repo add nvidia https://helm.ngc.nvidia.com/nvidia && helm repo update && helm install --wait gpu-operator nvidia/gpu-operator --namespace gpu-operator --create-namespace';
const pluginInstall =
  'helm repo add nvdp https://nvidia.github.io/k8s-device-plugin && helm upgrade --install nvdp nvdp/nvidia-device-plugin --namespace nvidia-device-plugin --create-namespace --set gfd.enabled=true';

/**
 * What the nodes of a cluster offer, and what keeps a pod with a GPU from running there.
 * @param api of the cluster
 * @param config whose node selector and tolerations count; null: none
 */
export async function lookAtClusterGpus(api: KubeApi, config: Config | null): Promise<Found> {
  const selector = config?.deploy.nodeSelector ?? {};
  const resource = config?.resources.gpu?.resource ?? gpuResource;
  const { nodes, looked } = await probeCluster(api, selector, resource);
  if (nodes === null) {
    return {
      detail: looked,
      hint: 'For a look beforehand give the account list on nodes (tekton/rbac/nodes.yaml); without it the scheduler answers, and {prefer: gpu} takes the CPU',
    };
  }
  const objects = await api.list(resources.node, null).catch(ignoreForbidden);
  const fixes = [...plugins(objects, nodes, resource), ...placing(objects, nodes, config), ...discovery(nodes)];
  return { detail: looked, hint: fixes.length === 0 ? null : fixes.join('\n') };
}

function ignoreForbidden(error: unknown): KubeObject[] {
  if (error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return [];
  throw error;
}

/** Labels with which node feature discovery and the GPU operator mark a node that has an NVIDIA GPU. Source: their documentation. */
const markOfGpu = /^(feature\.node\.kubernetes\.io\/pci-(03\d\d_)?10de(_\w+)?\.present|nvidia\.com\/gpu\.present)$/;

/** Why GPUs are not offered under the name that is asked for. */
function plugins(objects: readonly KubeObject[], nodes: readonly NodeGpus[], resource: string): string[] {
  const stopped = objects.filter((node) => {
    const capacity = Number(viewOf(node).status?.capacity?.[resource] ?? 0);
    return capacity > 0 && nodeGpus(node, {}, resource).count === 0;
  });
  const silent = objects.filter(
    (node) =>
      !stopped.includes(node) &&
      !nodes.some((offering) => offering.node === node.metadata.name) &&
      Object.entries(node.metadata.labels ?? {}).some(([name, value]) => markOfGpu.test(name) && value === 'true'),
  );
  const fixes = [
    ...stopped.map(
      ({ metadata }) =>
        `${metadata.name} has GPUs and offers none of them: its device plugin has stopped, or calls them unhealthy. Look: kubectl get pods --all-namespaces --field-selector spec.nodeName=${metadata.name} | grep -iE "device-plugin|driver", then kubectl logs`,
    ),
    ...(silent.length === 0
      ? []
      : [
          `${namesOf(silent)} ${silent.length === 1 ? 'has' : 'have'} an NVIDIA GPU, and no device plugin offers it. With the driver on the nodes: ${pluginInstall}. Without it: ${operatorInstall}`,
        ]),
  ];
  if (fixes.length > 0 || nodes.some(({ count }) => count > 0)) return fixes;
  const offered = [...new Set(nodes.flatMap(({ others }) => Object.keys(others)))];
  if (offered.length > 0) {
    const single =
      resource === gpuResource && offered.some((name) => name.includes('/mig-'))
        ? '. Or offer MIG devices under that name: set the MIG strategy of the device plugin to single (GPU operator: --set mig.strategy=single)'
        : '';
    return [
      `The pods ask for ${resource}, and the nodes offer ${offered.join(', ')}. Set resources: {gpu: {resource: ${offered[0] ?? ''}}} in mldeploy.yaml${single}`,
    ];
  }
  return [
    `No node has a GPU, or nothing offers it. Install the NVIDIA GPU operator: ${operatorInstall}. Managed clusters (GKE, EKS, AKS) have node pools with GPUs that bring their own`,
  ];
}

/** Why a pod would not be placed on nodes that offer GPUs. */
function placing(objects: readonly KubeObject[], nodes: readonly NodeGpus[], config: Config | null): string[] {
  const offering = nodes.filter(({ count }) => count > 0);
  const selected = offering.filter((node) => node.selected);
  if (offering.length > 0 && selected.length === 0) {
    return [`deploy.nodeSelector selects none of the nodes with GPUs (${offering.map(({ node }) => node).join(', ')})`];
  }
  const closed = selected.map(({ node }) => {
    const object = objects.find(({ metadata }) => metadata.name === node);
    return object === undefined ? null : obstacle(object, config);
  });
  // One open node is enough.
  return closed.includes(null) ? [] : [...new Set(closed.filter((text) => text !== null))];
}

function obstacle(node: KubeObject, config: Config | null): string | null {
  const { name } = node.metadata;
  const { spec, status } = viewOf(node);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready !== undefined && ready.status !== 'True') return `${name} is not ready: kubectl describe node ${name}`;
  if (spec?.unschedulable === true) return `${name} is closed for new pods: kubectl uncordon ${name}`;
  // Without a configuration nobody knows what will be tolerated.
  if (config === null) return null;
  const taints = (spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  const taint = taints.find((each) => !config.deploy.tolerations.some((toleration) => tolerates(toleration, each)));
  if (taint === undefined) return null;
  const { key, effect } = taint;
  return `${name} keeps pods away (taint ${key}, ${effect}). Add to mldeploy.yaml: deploy: {tolerations: [{key: ${key}, operator: Exists, effect: ${effect}}]}`;
}

/** Source: Kubernetes, "Taints and Tolerations". */
function tolerates(toleration: Readonly<Record<string, unknown>>, { key, value = '', effect }: Taint): boolean {
  const { key: wanted, operator = 'Equal', value: same = '', effect: which } = toleration;
  if (which !== undefined && which !== '' && which !== effect) return false;
  if (wanted === undefined || wanted === '') return operator === 'Exists';
  return wanted === key && (operator === 'Exists' || same === value);
}

/** Without labels nothing can be compared beforehand. */
function discovery(nodes: readonly NodeGpus[]): string[] {
  const bare = nodes.filter(({ count, product }) => count > 0 && product === null).map(({ node }) => node);
  if (bare.length === 0) return [];
  return [
    `${bare.join(', ')} ${bare.length === 1 ? 'has' : 'have'} no labels of GPU feature discovery, so memory and driver cannot be compared beforehand. With the device plugin alone: ${pluginInstall}. The GPU operator brings it`,
  ];
}

function namesOf(objects: readonly KubeObject[]): string {
  return objects.map(({ metadata }) => metadata.name).join(', ');
}

function viewOf(node: KubeObject): NodeView {
  return node as unknown as NodeView;
}
