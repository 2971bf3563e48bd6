import { MlDeployError } from '../../../errors.ts';
import type { Device } from '../../../gpu/devices.ts';
import { toolkitInstall } from '../../../gpu/nvidia/packages.ts';
import type { Engine } from './engine.ts';
import type { Toolkit } from './toolkit.ts';

/** How a container is given its devices. */
export interface DeviceGrant {
  readonly args: readonly string[];
  /** In words. */
  readonly how: string;
}

export const noDevices: DeviceGrant = { args: [], how: 'no GPU' };

/** Those devices that this engine can hand over. */
export function grantable(engine: Engine, toolkit: Toolkit, devices: readonly Device[]): readonly Device[] {
  return devices.filter((device) => grantOf(engine, toolkit, [device]) !== null);
}

/**
 * The options that give a container these devices. Throws `smoke/no-toolkit` when nothing on this machine can, with what to do.
 */
export function grantDevices(engine: Engine, toolkit: Toolkit, devices: readonly Device[]): DeviceGrant {
  const grant = grantOf(engine, toolkit, devices);
  if (grant !== null) return grant;
  throw noToolkit(engine, toolkit, devices);
}

/**
 * With the toolkit's hook, `--gpus` works in every version of Docker, also after MIG devices or the driver have changed, when descriptions of
 * devices are out of date. Without it the Container Device Interface is certain, and a runtime `nvidia` alone is not.
 */
function grantOf(engine: Engine, toolkit: Toolkit, devices: readonly Device[]): DeviceGrant | null {
  const { gpusOption } = toolkit;
  if (gpusOption === 'hook') return byOption(devices);
  return byName(engine, toolkit, devices) ?? (gpusOption === 'runtime' ? byOption(devices) : null);
}

function byOption(devices: readonly Device[]): DeviceGrant {
  const ids = devices.map(({ id }) => id).join(',');
  // Docker reads the value as a line of CSV: more than one device has to be quoted.
  const value = devices.length === 1 ? `device=${ids}` : `"device=${ids}"`;
  return { args: [`--gpus=${value}`], how: `docker --gpus ${value}` };
}

function byName(engine: Engine, { cdi }: Toolkit, devices: readonly Device[]): DeviceGrant | null {
  const names = devices.map(({ cdiNames }) =>
    cdiNames.map((name) => `nvidia.com/gpu=${name}`).find((name) => cdi.includes(name)),
  );
  if (names.length === 0 || names.includes(undefined)) return null;
  // SELinux keeps containers from device files that it was not told about.
  const unlabelled = engine.name === 'podman' ? ['--security-opt=label=disable'] : [];
  return { args: [...names.map((name) => `--device=${name}`), ...unlabelled], how: `CDI ${names.join(', ')}` };
}

/** Why this engine cannot hand these devices over: `smoke/no-toolkit`. */
export function noToolkit(engine: Engine, toolkit: Toolkit, devices: readonly Device[]): MlDeployError {
  const { version, cdi, noCdi } = toolkit;
  const titles = devices.map(({ title }) => title).join(', ');
  const found = [
    version === null ? 'nvidia-ctk is not installed' : `NVIDIA Container Toolkit ${version}`,
    ...(noCdi === null ? [] : [noCdi]),
    ...(cdi.length > 0
      ? [`described are ${cdi.join(', ')}`]
      : noCdi === null
        ? ['no device is described in /etc/cdi or /var/run/cdi']
        : []),
    ...(engine.name === 'docker' ? ['docker has no runtime nvidia that carries out --gpus'] : []),
  ];
  return new MlDeployError({
    code: 'smoke/no-toolkit',
    kind: 'infrastructure',
    message: `${engine.name} cannot give ${titles} to a container: ${found.join('; ')}.`,
    hint: toolkitFix(engine.name, toolkit),
  });
}

/** The commands that set the toolkit up. Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html */
function toolkitFix(engine: Engine['name'], { version, noCdi, distribution }: Toolkit): string {
  const install =
    version === null ? `Install the NVIDIA Container Toolkit: ${toolkitInstall(distribution)}. Then: ` : '';
  if (engine === 'docker') {
    return `${install}sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker`;
  }
  if (noCdi !== null)
    return `${install}update podman (5.5 or later reads every description), or take smoke.runtime docker`;
  return `${install}sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml (again after each change of the driver or of MIG)`;
}
