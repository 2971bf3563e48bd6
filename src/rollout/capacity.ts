import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { plural } from '../plural.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { takesPods } from '../kubernetes/nodes.ts';
import { labels } from '../kubernetes/objects/labels.ts';
import { resources } from '../kubernetes/resources.ts';
import { isCode } from './fence.ts';

/** What one pod asks for, or a node has: cores, bytes, GPUs. */
interface Amount {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity (`500m`, `2Gi`, `1e3`) as a number of its base unit; NaN when it is none.
 */
export function quantity(text: string): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkKMGTPE]?i?)$/.exec(text.trim());
  const factor = factors[match?.[2] ?? '?'];
  return match === null || factor === undefined ? Number.NaN : Number(match[1]) * factor;
}

/**
 * Checks by plain arithmetic that `pods` more pods find room: allocatable minus requested, node by node. Too few GPUs is an error
 * (`rollout/no-capacity`): such a pod would wait forever while it holds nothing. Too little CPU or memory is returned as a warning,
 * since a cluster may grow. Of the model's own pods only those of the revision `stays` take room: the candidate's are among the `pods`, and
 * those of older revisions go before it comes. Without the right to read nodes nothing is checked, without that to read the pods of the cluster only
 * those of this namespace count, and the note says so.
 */
export async function checkCapacity(
  api: KubeApi,
  config: Config,
  pods: number,
  stays: string | null,
): Promise<readonly string[]> {
  const podsIn = (namespace: string | null): Promise<KubeObject[] | null> =>
    unlessForbidden(api.list(resources.pod, namespace, undefined, 'status.phase!=Succeeded,status.phase!=Failed'));
  const [nodes, everywhere] = await Promise.all([unlessForbidden(api.list(resources.node, null)), podsIn(null)]);
  if (nodes === null) return ['Capacity was not checked: this account may not read the nodes of the cluster.'];
  const running = everywhere ?? (await podsIn(config.deploy.namespace)) ?? [];
  const unseen =
    everywhere === null
      ? [
          'What pods of other namespaces take was not counted when capacity was checked: this account may not list the pods of the cluster.',
        ]
      : [];
  const wanted: Amount = {
    cpu: quantity(config.resources.cpu),
    memory: quantity(config.resources.memory),
    gpu: config.resources.gpu?.count ?? 0,
  };
  const others = running.filter((pod) => !isOurs(pod, config) || pod.metadata.labels?.[labels.revision] === stays);
  const resource = config.resources.gpu?.resource ?? 'nvidia.com/gpu';
  const free = nodes.filter((node) => takesPods(node, config)).map((node) => freeOn(node, others, resource));
  const room = (need: Amount): number => free.reduce((sum, node) => sum + fits(node, need), 0);
  const byGpu = wanted.gpu === 0 ? pods : room({ cpu: 0, memory: 0, gpu: wanted.gpu });
  if (byGpu < pods) {
    throw new MlDeployError({
      code: 'rollout/no-capacity',
      kind: 'infrastructure',
      message: `The candidate needs up to ${plural(pods, 'pod')} with ${wanted.gpu} ${resource} each; the cluster has free GPUs for ${byGpu}.`,
      hint: 'Free GPUs, lower deploy.replicas, add nodes, or accept an outage with `rollout.strategy: recreate`; `kubectl describe nodes` shows who holds them.',
    });
  }
  const all = room(wanted);
  return all >= pods
    ? unseen
    : [
        ...unseen,
        `The cluster has room for ${all} of up to ${plural(pods, 'more pod')} (${config.resources.cpu} CPU, ${config.resources.memory} each) now; unless it grows, the rollout will stop at that size.`,
      ];
}

async function unlessForbidden(objects: Promise<KubeObject[]>): Promise<KubeObject[] | null> {
  try {
    return await objects;
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return null;
    throw error;
  }
}

function isOurs({ metadata }: KubeObject, { name, deploy }: Config): boolean {
  return (
    metadata.namespace === deploy.namespace &&
    metadata.labels?.[labels.app] === name &&
    metadata.labels[labels.canary] === 'on'
  );
}

function freeOn(node: KubeObject, pods: readonly KubeObject[], gpu: string): Amount {
  const allocatable = amount(
    (node['status'] as { allocatable?: Record<string, string> } | undefined)?.allocatable,
    gpu,
  );
  const used = pods
    .filter((pod) => (pod['spec'] as PodSpec).nodeName === node.metadata.name)
    .flatMap((pod) => (pod['spec'] as PodSpec).containers)
    .map((container) => amount(container.resources?.requests ?? container.resources?.limits, gpu));
  const less = (key: keyof Amount): number => used.reduce((rest, each) => rest - each[key], allocatable[key]);
  return { cpu: less('cpu'), memory: less('memory'), gpu: less('gpu') };
}

function fits(node: Amount, need: Amount): number {
  const counts = (['cpu', 'memory', 'gpu'] as const)
    .filter((key) => need[key] > 0)
    .map((key) => Math.floor(node[key] / need[key] + 1e-9));
  return Math.max(0, Math.min(...counts, Number.MAX_SAFE_INTEGER));
}

function amount(list: Readonly<Record<string, string>> | undefined, gpu: string): Amount {
  const value = (key: string): number => quantity(list?.[key] ?? '0');
  return { cpu: value('cpu'), memory: value('memory'), gpu: value(gpu) };
}

interface PodSpec {
  readonly nodeName?: string;
  readonly containers: readonly {
    readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  }[];
}
