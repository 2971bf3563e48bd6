import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlDeployError } from '../../../errors.ts';
import type { Device } from '../../../gpu/devices.ts';
import { run } from '../../../process/run.ts';
import type { Engine } from './engine.ts';

/** How a container is given its devices. */
export interface DeviceGrant {
  readonly args: readonly string[];
  /** In words. */
  readonly how: string;
}

export const noDevices: DeviceGrant = { args: [], how: 'no GPU' };

/** Where descriptions of devices lie, of the administrator and of services. Source: the Container Device Interface, section "CDI JSON specification". */
const cdiFolders = ['etc/cdi', 'var/run/cdi'];

/** What this machine has for handing GPUs to containers. */
export interface Toolkit {
  /** Version of the NVIDIA Container Toolkit; null: `nvidia-ctk` is not there. */
  readonly version: string | null;
  /** Full names of devices (`nvidia.com/gpu=0`) that are described. */
  readonly cdi: readonly string[];
  /** Docker hands GPUs out itself: a runtime `nvidia` is set up, or the toolkit's hook is on PATH. */
  readonly gpusOption: boolean;
}

/** Looks for the NVIDIA Container Toolkit, descriptions of devices, and what Docker was told about it. */
export async function probeToolkit(
  engine: Engine,
  environment: Readonly<Record<string, string>>,
  root = '/',
): Promise<Toolkit> {
  const answer = (command: string, args: readonly string[]) =>
    run({ command, args, environment, timeoutMs: 10_000, graceMs: 100 }).then(
      ({ exitCode, stdout }) => (exitCode === 0 ? stdout : null),
      () => null,
    );
  const [version, list, described, runtimes, hook] = await Promise.all([
    answer('nvidia-ctk', ['--version']),
    answer('nvidia-ctk', ['cdi', 'list']),
    describedDevices(root),
    engine.name === 'docker'
      ? engine.ask(['info', '--format', '{{json .Runtimes}}']).then(
          ({ stdout }) => stdout,
          () => '',
        )
      : '',
    engine.name === 'docker' ? answer('nvidia-container-runtime-hook', ['--version']) : null,
  ]);
  const listed = (list ?? '').match(/nvidia\.com\/gpu=\S+/g) ?? [];
  return {
    version: /version\s+v?(\d+\.\d+\.\d+)/i.exec(version ?? '')?.[1] ?? null,
    cdi: [...new Set([...listed, ...described])],
    gpusOption: runtimes.includes('"nvidia"') || hook !== null,
  };
}

/** Names in the descriptions themselves, for machines without `nvidia-ctk` on PATH. */
async function describedDevices(root: string): Promise<string[]> {
  const files = await Promise.all(
    cdiFolders.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch((): string[] => []);
      return names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => join(root, folder, name));
    }),
  );
  const texts = await Promise.all(files.flat().map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text) => {
    if (!/kind"?:\s*"?nvidia\.com\/gpu/.test(text)) return [];
    // Devices are the entries that begin with a name; hooks and mounts have none.
    return [...text.matchAll(/^\s*(?:-\s*)?"?name"?:\s*"?([\w:.-]+)"?,?\s*$/gm)].map(
      ([, name]) => `nvidia.com/gpu=${name}`,
    );
  });
}

/**
 * The options that give a container these devices. Throws `smoke/no-toolkit` when nothing on this machine can, with what to do.
 */
export function grantDevices(engine: Engine, toolkit: Toolkit, devices: readonly Device[]): DeviceGrant {
  const ids = devices.map(({ id }) => id).join(',');
  if (engine.name === 'docker' && toolkit.gpusOption) {
    // Docker reads the value as a line of CSV: more than one device has to be quoted.
    const value = devices.length === 1 ? `device=${ids}` : `"device=${ids}"`;
    return { args: [`--gpus=${value}`], how: `docker --gpus ${value}` };
  }
  const names = devices.map(({ cdiNames }) =>
    cdiNames.map((name) => `nvidia.com/gpu=${name}`).find((name) => toolkit.cdi.includes(name)),
  );
  if (devices.length > 0 && names.every((name) => name !== undefined)) {
    // SELinux keeps containers from device files that it was not told about.
    const unlabelled = engine.name === 'podman' ? ['--security-opt=label=disable'] : [];
    return { args: [...names.map((name) => `--device=${name}`), ...unlabelled], how: `CDI ${names.join(', ')}` };
  }
  throw noToolkit(engine, toolkit, devices);
}

function noToolkit(engine: Engine, { version, cdi }: Toolkit, devices: readonly Device[]): MlDeployError {
  const titles = devices.map(({ title }) => title).join(', ');
  const found = [
    version === null ? 'nvidia-ctk is not installed' : `NVIDIA Container Toolkit ${version}`,
    cdi.length === 0 ? 'no device is described in /etc/cdi or /var/run/cdi' : `described are ${cdi.join(', ')}`,
    ...(engine.name === 'docker' ? ['docker has no runtime nvidia'] : []),
  ];
  return new MlDeployError({
    code: 'smoke/no-toolkit',
    kind: 'infrastructure',
    message: `${engine.name} cannot give ${titles} to a container: ${found.join('; ')}.`,
    hint: toolkitFix(engine.name, version),
  });
}

/** The commands that set the toolkit up. Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html */
export function toolkitFix(engine: Engine['name'], version: string | null): string {
  const install =
    version === null
      ? "Install the NVIDIA Container Toolkit (sudo apt-get install nvidia-container-toolkit from NVIDIA's repository), then: "
      : '';
  return engine === 'docker'
    ? `${install}sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker`
    : `${install}sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml (again after each change of the driver or of MIG)`;
}
