import { MlDeployError } from '../../../errors.ts';
import { nodeWarnings, probeCluster, sharedMemory, unsuitableNode } from '../../../gpu/cluster.ts';
import { chooseDevice, type DeviceChoice, withoutFittingGpu } from '../../../gpu/device.ts';
import type { KubeApi, KubeObject } from '../../../kubernetes/api.ts';
import { execHint, execNotAllowed, mayExec } from '../../../kubernetes/exec-rights.ts';
import { checkImageVolumes } from '../../../kubernetes/image-volumes.ts';
import { resources } from '../../../kubernetes/resources.ts';
import { exampleWeights } from '../../../pipeline/pod-weights.ts';
import type { RuntimeContext, StartSpec } from '../runtime.ts';
import { smokePod } from './pod.ts';

/** Verbs without which the test cannot run; requests may travel directly, so pods/proxy is not among them. */
export const neededOnPods = [
  { verb: 'create' },
  { verb: 'get' },
  { verb: 'list' },
  { verb: 'patch' },
  { verb: 'delete' },
  { verb: 'get', subresource: 'log' },
] as const;

/**
 * Finds out without starting anything whether the test could run: credentials, rights, namespace, GPU. Returns why it can; throws what
 * keeps it from running.
 */
export async function lookAround(api: KubeApi, context: RuntimeContext): Promise<string> {
  const { namespace } = context.config.deploy;
  const [device, sight] = await Promise.all([
    deviceFor(api, context),
    mayExec(api, namespace),
    ...neededOnPods.map((right) => demand(api, right, namespace)),
  ]);
  await rehearse(api, context, device);
  return `the cluster at ${api.server} answers and pods may be created in namespace ${namespace}. ${device.note}${sight === 'no' ? blind(namespace, device) : ''}`;
}

/** What will not be seen without the right to look into the pod. */
function blind(namespace: string, { device }: DeviceChoice): string {
  const checks = [
    'memory',
    'peak-memory',
    ...(device === 'gpu' ? ['gpu-used', 'gpu-memory', 'gpu-growth', 'gpu-errors'] : []),
  ];
  return ` ${execNotAllowed(namespace)} Nobody can look into the pod then, and these checks are skipped: ${checks.join(', ')}. ${execHint}`;
}

async function demand(
  api: KubeApi,
  { verb, subresource }: { verb: string; subresource?: string },
  namespace: string,
): Promise<void> {
  const resource = { group: '', plural: 'pods', ...(subresource === undefined ? {} : { subresource }) };
  if (await api.may(verb, resource, namespace)) return;
  const what = subresource === undefined ? 'pods' : `pods/${subresource}`;
  throw new MlDeployError({
    code: 'kubernetes/forbidden',
    kind: 'infrastructure',
    message: `The smoke test is not allowed to ${verb} ${what} in namespace ${namespace}.`,
    hint: 'Give the account a Role with the verbs create, get, list, patch and delete on pods, and get on pods/log: tekton/rbac/smoke.yaml is one.',
  });
}

/** Lets the API server check the pod without keeping it: namespace, quota, pod security, service account. */
async function rehearse(api: KubeApi, context: RuntimeContext, { device }: DeviceChoice): Promise<void> {
  const { config } = context;
  const image = `${config.image.repository}@sha256:${'1'.repeat(64)}`;
  const weights = exampleWeights(config, context.access);
  const spec: StartSpec = { ...context, image, platformDigests: [], modelDigest: null, weights };
  const pod = smokePod({ spec, image, run: 'smoke-000000', device, owner: '' });
  const send = (): Promise<KubeObject> => api.apply(resources.pod, pod, { dryRun: true });
  try {
    if (weights?.mode === 'volume') await checkImageVolumes(api, config, weights.reference, send);
    else await send();
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/not-found') throw error;
    throw new MlDeployError({
      code: 'smoke/no-namespace',
      kind: 'infrastructure',
      message: `The namespace ${config.deploy.namespace} (deploy.namespace) does not exist on ${api.server}.`,
      hint: `Create it: kubectl create namespace ${config.deploy.namespace}`,
      cause: error,
    });
  }
}

/** The device of the pod, from the configuration and what the nodes offer. */
export async function deviceFor(api: KubeApi, { config, needs }: RuntimeContext): Promise<DeviceChoice> {
  const { device } = config.smoke;
  if (device === 'cpu') return chooseDevice(device, 0, '');
  if (config.resources.gpu === null) {
    if (device === 'prefer-gpu') return chooseDevice(device, 0, 'resources.gpu is not set');
    throw new MlDeployError({
      code: 'smoke/no-gpu-resource',
      kind: 'usage',
      message: 'smoke.device requires a GPU, but resources.gpu is not set: the pod would get none.',
      hint: 'Set resources.gpu, for example {count: 1}, or set smoke.device to cpu.',
    });
  }
  const { nodes, looked } = await probeCluster(api, config.deploy.nodeSelector, config.resources.gpu.resource);
  const offering = nodes?.filter(({ count }) => count > 0) ?? null;
  if (offering === null || offering.length === 0) return chooseDevice(device, offering === null ? null : 0, looked);
  const judged = offering
    .filter(({ selected }) => selected)
    .map((node) => ({ node, reasons: unsuitableNode(node, needs) }));
  // None that is selected: the scheduler says so, or an autoscaler adds one.
  const fitting = judged.filter(({ reasons }) => reasons.length === 0);
  if (judged.length === 0 || fitting.length > 0) {
    const choice = chooseDevice(device, offering.length, looked);
    const told = fitting.flatMap(({ node }) => [...nodeWarnings(node, needs), sharedMemory(node, needs) ?? []].flat());
    return { ...choice, note: [choice.note, ...told].join(' ') };
  }
  const why = judged.map(({ node, reasons }) => `${node.node}: ${reasons.join('; ')}`).join('. ');
  return withoutFittingGpu(device, 'the cluster', why);
}
