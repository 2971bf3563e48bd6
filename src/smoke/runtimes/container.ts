import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { MlDeployError } from '../../errors.ts';
import { productOf } from '../../gpu/devices.ts';
import { hostSource } from '../../gpu/source.ts';
import { GpuWatch } from '../../gpu/watch.ts';
import { parseReference } from '../../oci/reference.ts';
import { allowsPlainHttp } from '../../pipeline/image-registry.ts';
import { exampleWeights } from '../../pipeline/pod-weights.ts';
import { createCommand } from './container/create-arguments.ts';
import { type Engine, type EngineName, engineOf, engineVersion, traitsOf } from './container/engine.ts';
import { type DeviceGrant, noDevices } from './container/device-grant.ts';
import { demandSayable } from './container/env-file.ts';
import { Launch } from './container/launch.ts';
import { refuseElsewhere } from './container/locality.ts';
import { grantableDevices, obtainDevices } from './container/obtain-devices.ts';
import { ownPids } from './container/own-pids.ts';
import { type Patience, SmokeContainer, usualPatience } from './container/smoke-container.ts';
import { lifeAnnotation, podName, smokePod } from './kubernetes/pod.ts';
import { thisProcess } from '../../process/owner.ts';
import { type Hardware, requireImage, type Runtime, type RuntimeContext, type StartSpec } from './runtime.ts';

/**
 * A container on this machine, made as the pod is that will be deployed.
 * @param name of the engine, which is the runtime's
 * @param patience with the engine
 */
export function containerRuntime(name: EngineName, patience: Patience = usualPatience): Runtime {
  return {
    name,
    available: async (context) => {
      try {
        const engine = engineOf(name, context.access);
        refuseMountedWeights(name, context);
        await refuseElsewhere(engine, context.access.environment);
        const version = await engineVersion(engine, context.signal);
        const { choice } = await grantableDevices(engine, context);
        const reason = `${name} ${version} answers on this machine. ${choice.note}`;
        return { usable: true, reason, device: choice.device };
      } catch (error) {
        if (error instanceof MlDeployError && error.kind !== 'interrupted') return { usable: false, error };
        throw error;
      }
    },
    start: (spec) => startContainer(engineOf(name, spec.access), spec, patience),
  };
}

async function startContainer(engine: Engine, spec: StartSpec, patience: Patience): Promise<SmokeContainer> {
  const { config, access } = spec;
  const image = requireImage(spec);
  const run = `smoke-${randomBytes(3).toString('hex')}`;
  const title = podName(config.name, run);
  const owner = thisProcess(access.host);
  const { memory } = config.resources;
  const { version, weighsCpu } = await traitsOf(engine, spec.signal);
  const made = (on: Hardware['device'], granted: DeviceGrant) => {
    const pod = smokePod({ spec, image, run, device: on, owner });
    const facts = { engine: engine.name, pod, name: title, run, owner, memory, devices: granted, weighsCpu };
    return { pod, command: createCommand(facts) };
  };
  // Nobody waits for a GPU only to hear of his variables afterwards.
  demandSayable(made('cpu', noDevices).command.environment, engine.name, version);
  const { choice, devices, grant, warnings, leftovers, release } = await obtainDevices(
    engine,
    spec,
    2 * patience.gpuLookMs,
  );
  const { device } = choice;
  const pids = ownPids(engine, title);
  const watch =
    devices.length === 0
      ? null
      : new GpuWatch({
          devices,
          everyMs: patience.gpuLookMs,
          settleMs: patience.gpuSettleMs,
          source: hostSource({ environment: access.environment, devices, pids }),
        });
  try {
    const { pod, command } = made(device, grant);
    demandSayable(command.environment, engine.name, version);
    await watch?.begin();
    const launch = new Launch({
      engine,
      image,
      name: title,
      command,
      plainHttp: allowsPlainHttp(parseReference(image).repository.host, config.image),
      port: spec.server.probes(config).port,
    });
    const hardware: Hardware =
      device === 'gpu'
        ? { device, name: [...new Set(devices.map(productOf))].join(', ') }
        : { device, name: cpus()[0]?.model ?? 'unknown' };
    const details = [
      ...(devices.length === 0
        ? []
        : [`devices: ${devices.map(({ title: one, id }) => `${one} ${id}`).join(', ')} by ${grant.how}`]),
      ...leftovers.map((left) => `removed ${left}, left behind by a run that died`),
      ...missingSources(spec),
      ...warnings,
    ];
    return new SmokeContainer({
      engine,
      spec,
      name: title,
      launch,
      hardware,
      deviceNote: choice.note,
      details,
      watch,
      pids,
      lifeMs: Number(pod.metadata.annotations?.[lifeAnnotation]) * 1000,
      release,
      patience,
    });
  } catch (error) {
    await watch?.end();
    await release();
    throw error;
  }
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
