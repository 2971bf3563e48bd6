import { MlDeployError } from '../../errors.ts';
import type { EngineName } from '../../smoke/runtimes/container/engine.ts';
import { withCluster } from '../cluster.ts';
import type { Check, CheckContext, Found } from './check.ts';
import { lookAtDriver, probe } from './driver-check.ts';

/** What `doctor` looks at for smoke tests: the test itself, and what a runner or a cluster needs for GPUs. */
export const gpuChecks: readonly Check[] = [
  {
    title: 'smoke test',
    skip: ({ config }) => (config === null ? 'there is no mldeploy.yaml here (`ml-deploy init` writes one)' : null),
    run: smokeTest,
  },
  { title: 'looks into pods', after: 'cluster', skip: notInCluster, run: podSight },
  { title: 'GPU driver', skip: notHere, run: lookAtDriver },
  { title: 'containers on this machine', skip: notHere, run: engines },
  { title: 'GPUs in containers', after: 'GPU driver', skip: notHere, run: containers },
  { title: 'kernel log', after: 'GPU driver', skip: notHere, run: kernelLog },
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

async function smokeTest({ config, ...context }: CheckContext): Promise<Found> {
  if (config === null) throw new Error('this check needs a configuration');
  const { smokeStage } = await import('../../smoke/stage.ts');
  const said: string[] = [];
  const note = (_: unknown, message: string) => void said.push(message);
  await smokeStage.preflight({ ...context, config, evidence: {}, reporter: { ...context.reporter, note } });
  return said.join(' ');
}

/** Whether the smoke test has a pod at all. */
function notInCluster({ config }: CheckContext): string | null {
  if (config === null) return 'there is no mldeploy.yaml here (`ml-deploy init` writes one)';
  const { runtime, url } = config.smoke;
  const elsewhere = !['auto', 'kubernetes'].includes(runtime) || (runtime === 'auto' && url !== null);
  return elsewhere ? 'the smoke test runs in no pod (smoke.runtime)' : null;
}

async function podSight(context: CheckContext): Promise<Found> {
  const { execHint, mayExec } = await import('../../kubernetes/exec-rights.ts');
  const namespace = context.config?.deploy.namespace ?? '';
  const may = await withCluster(context, (api) => mayExec(api, namespace));
  const seen = `memory and GPU of a smoke test's pod in namespace ${namespace}`;
  if (may === 'yes') return `${seen} can be seen from within (pods/exec)`;
  return may === 'older'
    ? { detail: `${seen} can be seen from within, up to Kubernetes 1.34 (get on pods/exec alone)`, hint: execHint }
    : {
        detail: `${seen} cannot be seen: this account may not get and create pods/exec. Tests skip their checks, and rollout.smokedOn refuses them`,
        hint: execHint,
      };
}

interface EngineFound {
  readonly name: EngineName;
  readonly version: string | null;
  readonly error: MlDeployError | null;
}

async function lookForEngines({ access, signal }: CheckContext): Promise<readonly EngineFound[]> {
  const { engineOf, engineVersion } = await import('../../smoke/runtimes/container/engine.ts');
  const { refuseElsewhere } = await import('../../smoke/runtimes/container/locality.ts');
  return Promise.all(
    (['docker', 'podman'] as const).map(async (name): Promise<EngineFound> => {
      try {
        const engine = engineOf(name, access);
        await refuseElsewhere(engine, access.environment);
        return { name, version: await engineVersion(engine, signal), error: null };
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
  const detail = `none: ${found.map(({ name, error }) => reasonOf(name, error)).join('; ')}`;
  if (context.access.environment['KUBERNETES_SERVICE_HOST'] !== undefined) {
    const hint =
      'This runner is a pod. Test in the cluster, which needs no engine here: smoke.runtime: kubernetes. Or give the runner a Docker daemon beside it: containerMode.type: dind of its scale set';
    return { detail, hint, absent: true };
  }
  // A smoke test in a cluster, or of a URL, needs none.
  return { detail, hint: found.map(({ name, error }) => `${name}: ${error?.hint ?? ''}`).join('\n'), absent: true };
}

/** Why an engine cannot be used, without what all such messages begin with. */
function reasonOf(name: EngineName, error: MlDeployError | null): string {
  return (error?.message ?? '').replace(`The smoke runtime "${name}" cannot be used: `, '').replace(/\.$/, '');
}

async function containers(context: CheckContext): Promise<Found> {
  const { report } = await probe(context);
  if (report === null) return 'there is no GPU to hand over';
  const { devicesOf } = await import('../../gpu/devices.ts');
  const { engineOf } = await import('../../smoke/runtimes/container/engine.ts');
  const { grantDevices } = await import('../../smoke/runtimes/container/device-grant.ts');
  const { probeToolkit } = await import('../../smoke/runtimes/container/toolkit.ts');
  const [device] = devicesOf(report);
  if (device === undefined) {
    return { detail: 'the GPU is in MIG mode and has no MIG devices to hand over', hint: null, absent: true };
  }
  const answering = (await lookForEngines(context)).filter(({ version }) => version !== null);
  if (answering.length === 0) return { detail: 'no engine answers', hint: null, absent: true };
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
  const { lookAtClusterGpus } = await import('./cluster-gpus.ts');
  return withCluster(context, (api) => lookAtClusterGpus(api, context.config));
}
