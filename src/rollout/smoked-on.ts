import { MlDeployError } from '../errors.ts';
import { gpuProduct, gpuResource, nodeGpus, sameProduct, selectedProduct } from '../gpu/cluster.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { execHint, execNotAllowed, mayExec } from '../kubernetes/exec-rights.ts';
import { takesPods } from '../kubernetes/nodes.ts';
import { resources } from '../kubernetes/resources.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { isCode } from './fence.ts';

type Facts = Pick<StageContext, 'config' | 'evidence'>;

/**
 * Holds the hardware of the smoke test against what `rollout.smokedOn` demands. Throws `rollout/not-smoked` when the evidence does not prove it, and
 * `rollout/gpu-unknown` when nobody can tell on which GPUs the pods will run. Changes nothing.
 * @param facts of the run
 * @param api of the cluster
 * @param image that is rolled out, by digest; null: the test is still to come, and only what it has to prove is looked up
 */
export async function demandSmokedOn(facts: Facts, api: KubeApi, image: string | null): Promise<void> {
  const { config, evidence } = facts;
  const { smokedOn } = config.rollout;
  if (smokedOn === undefined) return;
  const wanted = smokedOn === 'sameGpu' ? await productsOf(config, api) : [];
  if (image === null) {
    await demandSight(api, config);
    return;
  }
  const { smoke } = evidence;
  if (smoke === undefined || smoke.imageReference !== image) {
    const about = smoke === undefined ? 'there is no evidence of one' : `its evidence is about ${smoke.imageReference}`;
    throw notSmoked(smokedOn, `no smoke test of ${image} is known: ${about}`);
  }
  const { device, name } = smoke.hardware;
  if (device !== 'gpu') throw notSmoked(smokedOn, `the smoke test ran on the CPU (${name})`);
  const used = smoke.checks.find(({ id }) => id === 'gpu-used');
  if (used?.verdict !== 'passed') {
    const why = used === undefined ? 'its evidence does not tell of it' : used.message.replace(/\.$/, '');
    throw notSmoked(smokedOn, `that the model computed on the GPU was not seen (check gpu-used): ${why}`);
  }
  const tested = name.split(', ');
  const untested = wanted.filter((product) => !tested.some((one) => sameProduct(one, product)));
  if (untested.length > 0) {
    throw notSmoked(smokedOn, `the pods may run on ${untested.join(', ')}, and the smoke test ran on ${name}`);
  }
}

/** Without a look into its pod the test in a cluster will not have seen that the GPU is used: that is better known before anything is built. */
async function demandSight(api: KubeApi, { smoke, deploy, rollout }: Facts['config']): Promise<void> {
  const { smokedOn } = rollout;
  if (smokedOn === undefined || smoke.runtime !== 'kubernetes') return;
  if ((await mayExec(api, deploy.namespace)) !== 'no') return;
  throw notSmoked(
    smokedOn,
    `whether the model computes on the GPU can only be seen from within the pod: ${execNotAllowed(deploy.namespace).replace(/\.$/, '')}`,
    execHint,
  );
}

/** Products of the GPUs on which the pods may run: what the node selector names, else what the nodes that may take them have. */
async function productsOf(config: Facts['config'], api: KubeApi): Promise<readonly string[]> {
  const resource = config.resources.gpu?.resource ?? gpuResource;
  const chosen = selectedProduct(config.deploy.nodeSelector, resource);
  if (chosen !== null) return [chosen];
  const nodes = await api.list(resources.node, null).catch((error: unknown) => {
    if (isCode(error, 'kubernetes/forbidden')) throw unknown('this account may not list nodes');
    throw error;
  });
  const offering = nodes.filter((node) => takesPods(node, config) && nodeGpus(node, {}, resource).count > 0);
  if (offering.length === 0) throw unknown(`no node that may take them offers ${resource} now`);
  const bare = offering.filter((node) => gpuProduct(node, resource) === null).map(({ metadata }) => metadata.name);
  if (bare.length > 0) throw unknown(`${bare.join(', ')} have no label nvidia.com/gpu.product`);
  return [...new Set(offering.flatMap((node) => gpuProduct(node, resource) ?? []))].toSorted();
}

const testThere =
  'Run `ml-deploy smoke` there: in the cluster itself (smoke.runtime: kubernetes, smoke.device: {require: gpu}), or on a machine with that GPU. deploy.nodeSelector keeps the pods to one type.';

function notSmoked(smokedOn: 'gpu' | 'sameGpu', why: string, hint = testThere): MlDeployError {
  return new MlDeployError({
    code: 'rollout/not-smoked',
    kind: 'inconclusive',
    message: `rollout.smokedOn: ${smokedOn} asks for a smoke test on ${smokedOn === 'gpu' ? 'a GPU' : 'the type of GPU on which the pods will run'}, and ${why}.`,
    hint: `${hint} Nothing was changed.`,
  });
}

function unknown(why: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/gpu-unknown',
    kind: 'infrastructure',
    message: `rollout.smokedOn: sameGpu has to know on which GPUs the pods will run, and ${why}.`,
    hint: 'Set deploy.nodeSelector to one type (nvidia.com/gpu.product), or install GPU feature discovery and give the account list on nodes. Nothing was changed.',
  });
}
