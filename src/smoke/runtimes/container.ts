import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { MlDeployError } from '../../errors.ts';
import { acquire, type Acquired } from '../../gpu/acquire.ts';
import { GpuWatch } from '../../gpu/watch.ts';
import { exampleWeights } from '../../pipeline/pod-weights.ts';
import { createCommand } from './container/create-arguments.ts';
import { type ChosenDevices, chooseDevices, notOccupied } from './container/choose-devices.ts';
import { grantDevices, noDevices, probeToolkit } from './container/device-grant.ts';
import { type Engine, type EngineName, engineOf, engineVersion } from './container/engine.ts';
import { pidsOf } from './container/inspect.ts';
import { Launch } from './container/launch.ts';
import { removeLeftovers } from './container/leftovers.ts';
import { SmokeContainer } from './container/smoke-container.ts';
import { podName, smokePod } from './kubernetes/pod.ts';
import type { Task } from '../../pipeline/reporter.ts';
import { thisProcess } from './owner.ts';
import type { Hardware, Runtime, RuntimeContext, StartSpec } from './runtime.ts';

/**
 * A container on this machine, made as the pod is that will be deployed.
 * @param name of the engine, which is the runtime's
 */
export function containerRuntime(name: EngineName): Runtime {
  return {
    name,
    available: async (context) => {
      try {
        const engine = engineOf(name, context.access);
        refuseRemote(engine, context);
        refuseMountedWeights(name, context);
        const version = await engineVersion(engine, context.signal);
        const chosen = await chooseDevices(context);
        if (chosen.candidates.length > 0) {
          const toolkit = await probeToolkit(engine, context.access.environment);
          grantDevices(engine, toolkit, chosen.candidates.slice(0, context.needs.count));
        }
        return { usable: true, reason: `${name} ${version} answers on this machine. ${chosen.choice.note}` };
      } catch (error) {
        if (error instanceof MlDeployError && error.kind !== 'interrupted') return { usable: false, error };
        throw error;
      }
    },
    start: (spec) => startContainer(engineOf(name, spec.access), spec),
  };
}

async function startContainer(engine: Engine, spec: StartSpec): Promise<SmokeContainer> {
  const { config, access, needs, reporter } = spec;
  const image = requireImage(spec);
  const chosen = await chooseDevices(spec);
  const acquired = await take(chosen, spec);
  try {
    // Only now: a container that holds the device of a dead run must go before anybody counts what is free.
    const leftovers = await allLeftovers(engine, spec, acquired);
    for (const left of leftovers) reporter.note('info', `Removed ${left}, left behind by a run that died.`);
    const { devices } = acquired;
    if (devices.length > 0) await notOccupied(devices, spec);
    const run = `smoke-${randomBytes(3).toString('hex')}`;
    const title = podName(config.name, run);
    const grant =
      devices.length === 0 ? noDevices : grantDevices(engine, await probeToolkit(engine, access.environment), devices);
    const device = chosen.choice.device;
    const owner = thisProcess(access.host);
    const pod = smokePod({ spec, image, run, device, owner });
    const { memory } = config.resources;
    const command = createCommand({ engine: engine.name, pod, name: title, run, owner, memory, devices: grant });
    const watch =
      devices.length === 0
        ? null
        : new GpuWatch({ environment: access.environment, devices, pids: () => pidsOf(engine, title) });
    await watch?.begin();
    const launch = new Launch({
      engine,
      image,
      name: title,
      command,
      insecure: config.image.insecure,
      port: spec.server.probes(config).port,
    });
    const hardware: Hardware =
      device === 'gpu'
        ? { device, name: [...new Set(devices.map(({ gpu }) => gpu.name))].join(', ') }
        : { device, name: cpus()[0]?.model ?? 'unknown' };
    const details = [
      ...(devices.length === 0
        ? []
        : [`devices: ${devices.map(({ title: one, id }) => `${one} ${id}`).join(', ')} by ${grant.how}`]),
      ...leftovers.map((left) => `removed ${left}, left behind by a run that died`),
      ...missingSources(spec),
      ...devices.flatMap(({ title: one, gpu }) =>
        needs.advised === null || gpu.capability === null || gpu.capability >= needs.advised.least
          ? []
          : [
              `${needs.advised.because} are computed with from compute capability ${needs.advised.least.toFixed(1)} on; ${one} has ${gpu.capability.toFixed(1)} and has to convert them`,
            ],
      ),
      ...(needs.engine !== null && device === 'gpu'
        ? [
            `${needs.engine} is a TensorRT engine: it runs only on the GPU model and with the version that it was built for`,
          ]
        : []),
    ];
    return new SmokeContainer({
      engine,
      spec,
      name: title,
      launch,
      hardware,
      deviceNote: chosen.choice.note,
      details,
      watch,
      release: acquired.release,
    });
  } catch (error) {
    await acquired.release();
    throw error;
  }
}

/** Those of this engine; and of the other one, when a device is wanted that they may hold. */
async function allLeftovers(engine: Engine, { access, signal }: StartSpec, { devices }: Acquired): Promise<string[]> {
  const own = await removeLeftovers(engine, access.host, signal);
  if (devices.length === 0) return [...own];
  const other = engineOf(engine.name === 'docker' ? 'podman' : 'docker', access);
  // Most machines have only one of them.
  const others = await removeLeftovers(other, access.host, signal).catch((): string[] => []);
  return [...own, ...others];
}

/** Waits for devices as long as `smoke.deviceWait`, and says for whom. */
async function take({ choice, candidates }: ChosenDevices, spec: StartSpec): Promise<Acquired> {
  const { config, needs, signal, reporter } = spec;
  if (choice.device === 'cpu') return { devices: [], release: () => Promise.resolve() };
  const waiting: Task[] = [];
  const acquired = await acquire(candidates, {
    count: needs.count,
    what: `the smoke test of ${config.name}`,
    waitMs: config.smoke.deviceWaitMs,
    signal,
    onWait: (reason) => {
      if (waiting.length === 0) waiting.push(reporter.task('wait for a GPU'));
      waiting[0]?.update(reason);
    },
  });
  waiting[0]?.done(acquired.devices.map(({ title }) => title).join(', '));
  return acquired;
}

/** A container has no ConfigMaps and Secrets: a server that needs them is told apart from one that is broken. */
function missingSources({ config }: StartSpec): string[] {
  const { configMaps, secrets } = config.deploy;
  const names = [...configMaps.map((name) => `ConfigMap ${name}`), ...secrets.map((name) => `Secret ${name}`)];
  return names.length === 0 ? [] : [`without the variables of ${names.join(', ')}, which only the cluster has`];
}

/** Weights that are not in the image are mounted or fetched by the pod. */
function refuseMountedWeights(name: EngineName, { config, access }: RuntimeContext): void {
  if (exampleWeights(config, access) === null) return;
  throw new MlDeployError({
    code: 'smoke/weights-elsewhere',
    kind: 'usage',
    message: `The smoke runtime "${name}" cannot be used: the model's files are not in the image, and only a pod mounts or fetches them.`,
    hint: 'Set smoke.runtime to kubernetes, or leave the files in the image.',
  });
}

/** A port of the loopback interface of another machine is no use here. */
function refuseRemote(engine: Engine, { access }: RuntimeContext): void {
  const variable = engine.name === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST';
  const address = access.environment[variable] ?? '';
  if (address === '' || address.startsWith('unix://')) return;
  throw new MlDeployError({
    code: 'smoke/no-engine',
    kind: 'infrastructure',
    message: `The smoke runtime "${engine.name}" cannot be used: ${variable} names another machine (${address}), whose ports and GPUs cannot be reached from here.`,
    hint: `Run the smoke test on that machine, or unset ${variable}.`,
  });
}

function requireImage({ image }: StartSpec): string {
  if (image !== null) return image;
  throw new MlDeployError({
    code: 'smoke/no-image',
    kind: 'usage',
    message: 'There is no image to test: no build evidence was found.',
    hint: 'Run `ml-deploy build` first, or `ml-deploy deploy`, which does all stages.',
  });
}
