import { parseBytes } from '../../../config/units.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import type { EngineName } from './engine.ts';
import type { DeviceGrant } from './device-grant.ts';

/** Marks a container as ours for one smoke test; the value names the run. */
export const smokeLabel = 'mldeploy/smoke';
/** Which process started it (owner.ts). */
export const ownerLabel = 'mldeploy/smoke-owner';

export interface CreateFacts {
  readonly engine: EngineName;
  /** The pod that a cluster would run (kubernetes/pod.ts): what it says is translated, so that the same thing is tested. */
  readonly pod: KubeObject;
  readonly name: string;
  readonly run: string;
  readonly owner: string;
  /** `resources.memory` */
  readonly memory: string | number;
  readonly devices: DeviceGrant;
}

/** How to make a container. Its variables are the image's and the project's: they reach neither the command line nor the command itself. */
export interface CreateCommand {
  /** The command line, without the variables. */
  readonly args: readonly string[];
  /** Variables of the container, to be handed over in a file (env-file.ts). */
  readonly environment: Readonly<Record<string, string>>;
}

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly volumes?: readonly {
    readonly name: string;
    readonly emptyDir?: { readonly sizeLimit?: string; readonly medium?: string };
  }[];
  readonly containers: readonly {
    readonly image: string;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly ports: readonly { readonly containerPort: number }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
    readonly securityContext: { readonly readOnlyRootFilesystem?: boolean };
  }[];
}

/**
 * The command that makes the container of a smoke test: user, read-only root file system, temporary folders, environment and memory of
 * the pod that will be deployed; its port on a port of the loopback interface that the engine chooses.
 */
export function createCommand({ engine, pod, name, run, owner, memory, devices }: CreateFacts): CreateCommand {
  const spec = pod['spec'] as PodSpec;
  const [container] = spec.containers;
  if (container === undefined) throw new Error('a pod has a container');
  const { runAsUser, runAsGroup } = spec.securityContext;
  const environment = Object.fromEntries((container.env ?? []).map(({ name: key, value = '' }) => [key, value]));
  const limit = String(parseBytes(memory));
  const args = [
    'create',
    `--name=${name}`,
    `--label=${smokeLabel}=${run}`,
    `--label=${ownerLabel}=${owner}`,
    // A pull has had its time before; here it would hide in the time of creation.
    // The proxies of this machine are not those of the cluster.
    ...(engine === 'podman' ? ['--pull=never', '--http-proxy=false'] : []),
    `--user=${runAsUser}:${runAsGroup}`,
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    ...(container.securityContext.readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...mounts(spec, container.volumeMounts ?? []),
    // As in a pod, where there is no swap either.
    `--memory=${limit}`,
    `--memory-swap=${limit}`,
    '--restart=no',
    ...container.ports.map(({ containerPort }) => `--publish=127.0.0.1::${containerPort}`),
    ...devices.args,
    container.image,
  ];
  return { args, environment };
}

function mounts({ volumes = [] }: PodSpec, places: readonly { name: string; mountPath: string }[]): string[] {
  return places.flatMap(({ name, mountPath }) => {
    const volume = volumes.find((each) => each.name === name)?.emptyDir;
    if (volume === undefined) return [];
    const size = volume.sizeLimit === undefined ? null : String(parseBytes(volume.sizeLimit));
    if (mountPath === '/dev/shm') return size === null ? [] : [`--shm-size=${size}`];
    // Programs may unpack and run libraries there, as they may in a pod.
    return [`--tmpfs=${mountPath}:rw,exec,nosuid,nodev,mode=1777${size === null ? '' : `,size=${size}`}`];
  });
}
