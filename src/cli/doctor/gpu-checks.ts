import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { HostProbe } from '../../gpu/host.ts';
import type { EngineName } from '../../smoke/runtimes/container/engine.ts';
import { withCluster } from '../cluster.ts';
import type { Check, CheckContext, Found } from './check.ts';

/** What `doctor` looks at for smoke tests: the test itself, and what a runner or a cluster needs for GPUs. */
export const gpuChecks: readonly Check[] = [
  {
    title: 'smoke test',
    skip: ({ config }) => (config === null ? 'there is no mldeploy.yaml here (`ml-deploy init` writes one)' : null),
    run: smokeTest,
  },
  { title: 'GPU driver', skip: notHere, run: driver },
  { title: 'containers on this machine', skip: notHere, run: engines },
  { title: 'GPUs in containers', skip: notHere, run: containers },
  { title: 'kernel log', skip: notHere, run: kernelLog },
  {
    title: 'GPUs in the cluster',
    after: 'cluster',
    skip: ({ config }) => (config !== null && config.smoke.device === 'cpu' ? 'the smoke test asks for none' : null),
    run: clusterGpus,
  },
];

/** Whether this machine's GPUs matter; without a configuration somebody looks at a runner. */
function notHere({ config }: CheckContext): string | null {
  if (config === null) return null;
  if (config.smoke.device === 'cpu') return 'the smoke test asks for no GPU';
  return config.smoke.runtime === 'kubernetes' ? 'the smoke test runs in the cluster (smoke.runtime)' : null;
}

/** A GPU that this machine must have; in all other cases a missing one is told, with what to do. */
function mustBeHere(config: Config | null): boolean {
  return config?.smoke.device === 'require-gpu' && ['docker', 'podman'].includes(config.smoke.runtime);
}

async function smokeTest({ config, ...context }: CheckContext): Promise<Found> {
  if (config === null) throw new Error('this check needs a configuration');
  const { smokeStage } = await import('../../smoke/stage.ts');
  const said: string[] = [];
  const note = (_: unknown, message: string) => void said.push(message);
  await smokeStage.preflight({ ...context, config, evidence: {}, reporter: { ...context.reporter, note } });
  return said.join(' ');
}

async function probe({ access, signal }: CheckContext): Promise<HostProbe> {
  const { probeHost } = await import('../../gpu/host.ts');
  return probeHost(access.environment, { signal });
}

async function driver(context: CheckContext): Promise<Found> {
  const { report, gpus, looked, fix } = await probe(context);
  if (report === null) {
    if (!mustBeHere(context.config)) return { detail: `no GPU: ${looked}`, hint: fix };
    const { chooseDevice } = await import('../../gpu/device.ts');
    chooseDevice('require-gpu', 0, looked, fix);
  }
  const sick = gpus.filter(({ ailments }) => ailments.length > 0);
  const lines = gpus.map(
    ({ index, name, memory, capability, mig, computeMode }) =>
      `GPU ${index}: ${name}, ${memory.totalMiB ?? 'unknown'} MiB, compute capability ${capability?.toFixed(1) ?? 'unknown'}` +
      (mig.enabled ? `, ${mig.devices.length} MIG devices` : '') +
      (computeMode === 'default' || computeMode === null ? '' : `, compute mode ${computeMode}`),
  );
  return {
    detail: [`driver ${report?.driver ?? 'unknown'}, CUDA up to ${report?.cuda ?? 'unknown'}`, ...lines].join('\n'),
    hint:
      sick.length === 0
        ? null
        : `Reset them when nothing runs there (sudo nvidia-smi --gpu-reset): ${sick.map(({ index, ailments }) => `GPU ${index}: ${ailments.join(', ')}`).join('; ')}`,
  };
}

interface EngineFound {
  readonly name: EngineName;
  readonly version: string | null;
  readonly error: MlDeployError | null;
}

async function lookForEngines({ access, signal }: CheckContext): Promise<readonly EngineFound[]> {
  const { engineOf, engineVersion } = await import('../../smoke/runtimes/container/engine.ts');
  return Promise.all(
    (['docker', 'podman'] as const).map(async (name): Promise<EngineFound> => {
      try {
        return { name, version: await engineVersion(engineOf(name, access), signal), error: null };
      } catch (error) {
        if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
        return { name, version: null, error };
      }
    }),
  );
}

async function engines(context: CheckContext): Promise<Found> {
  const found = await lookForEngines(context);
  const wanted = found.find(({ name }) => name === context.config?.smoke.runtime);
  if (wanted?.error !== undefined && wanted.error !== null) throw wanted.error;
  const answering = found.flatMap(({ name, version }) => (version === null ? [] : [`${name} ${version}`]));
  if (answering.length > 0) return answering.join(', ');
  return {
    detail: `none: ${found.map(({ error }) => error?.message ?? '').join(' ')}`,
    hint: found.map(({ error }) => error?.hint ?? '').join('; or: '),
  };
}

async function containers(context: CheckContext): Promise<Found> {
  const { report } = await probe(context);
  if (report === null) return 'there is no GPU to hand over';
  const { devicesOf } = await import('../../gpu/devices.ts');
  const { engineOf } = await import('../../smoke/runtimes/container/engine.ts');
  const { grantDevices, probeToolkit } = await import('../../smoke/runtimes/container/device-grant.ts');
  const [device] = devicesOf(report);
  if (device === undefined) {
    return {
      detail: 'the GPU is in MIG mode and has no MIG devices',
      hint: 'List the profiles (sudo nvidia-smi mig -lgip) and make one: sudo nvidia-smi mig -cgi PROFILE -C',
    };
  }
  const answering = (await lookForEngines(context)).filter(({ version }) => version !== null);
  if (answering.length === 0) return 'no engine answers';
  const said: string[] = [];
  const failures: MlDeployError[] = [];
  for (const { name } of answering) {
    const engine = engineOf(name, context.access);
    const toolkit = await probeToolkit(engine, context.access.environment);
    try {
      said.push(`${name} by ${grantDevices(engine, toolkit, [device]).how}`);
    } catch (error) {
      if (!(error instanceof MlDeployError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (said.length === 0 && first !== undefined) throw first;
  const wanted = failures.find(({ message }) => message.startsWith(`${context.config?.smoke.runtime ?? ''} `));
  if (wanted !== undefined) throw wanted;
  return { detail: [...said, ...failures.map(({ message }) => message)].join('; '), hint: first?.hint ?? null };
}

async function kernelLog(context: CheckContext): Promise<Found> {
  const { report, gpus } = await probe(context);
  if (report === null) return 'there is no GPU whose errors could be read';
  const { isOn, parseXid, readXids } = await import('../../gpu/xid.ts');
  const log = await readXids(context.access.environment);
  if ('unreadable' in log) {
    return {
      detail: 'errors of the GPU (Xid) cannot be read by this user; tests judge ECC errors alone',
      hint: 'sudo usermod -aG systemd-journal $USER and log in again, or sudo sysctl kernel.dmesg_restrict=0',
    };
  }
  const found = log.xids.flatMap((line) => parseXid(line) ?? []);
  const last = found.filter((xid) => gpus.some(({ busId }) => isOn(xid, busId))).slice(-3);
  return last.length === 0
    ? 'readable, without errors of the GPU since the machine started'
    : { detail: `readable; since the machine started: ${last.map(({ text }) => text).join('; ')}`, hint: null };
}

async function clusterGpus(context: CheckContext): Promise<Found> {
  const { probeCluster } = await import('../../gpu/cluster.ts');
  const { config } = context;
  const { nodes, looked } = await withCluster(context, (api) => probeCluster(api, config?.deploy.nodeSelector ?? {}));
  const whole = nodes?.filter(({ count }) => count > 0) ?? [];
  if (nodes === null) {
    return {
      detail: looked,
      hint: 'For a look beforehand: give the account list on nodes. Without it the scheduler answers',
    };
  }
  if (whole.length === 0) {
    const plugin =
      'Install the NVIDIA GPU operator (helm install --wait gpu-operator nvidia/gpu-operator --namespace gpu-operator --create-namespace), or the device plugin alone where the driver is on the nodes';
    const mixed = nodes.some(({ mig }) => Object.keys(mig).length > 0);
    return {
      detail: looked,
      hint: mixed
        ? 'Set the MIG strategy of the device plugin to single, so that MIG devices are offered as nvidia.com/gpu'
        : plugin,
    };
  }
  const unlabelled = whole.filter(({ product }) => product === null);
  return {
    detail: looked,
    hint:
      unlabelled.length === 0
        ? null
        : `${unlabelled.map(({ node }) => node).join(', ')} have no labels of GPU feature discovery, so memory and driver cannot be compared beforehand: install the GPU operator, or the device plugin with gfd.enabled=true`,
  };
}
