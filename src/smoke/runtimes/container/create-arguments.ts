import { parseBytes } from '../../../config/units.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import type { EngineName } from './engine.ts';
import { lifeAnnotation } from '../kubernetes/pod.ts';
import type { DeviceGrant } from './device-grant.ts';

/** Marks a container as ours for one smoke test; the value names the run. */
export const smokeLabel = 'mldeploy/smoke';
/** Which process of which run started it (owner.ts). */
export const ownerLabel = 'mldeploy/smoke-owner';
/** Seconds after its creation at which the test is over for certain: the pod's. */
export const lifeLabel = lifeAnnotation;

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
  /** The engine can weigh CPU time; without a controller of its own (rootless) it refuses to. */
  readonly weighsCpu: boolean;
}

/** How to make a container. Its variables are the image's and the project's: they reach neither the command line nor the command itself. */
export interface CreateCommand {
  /** The command line, without the variables. */
  readonly args: readonly string[];
  /** Variables of the container, to be handed over through a pipe (env-file.ts). */
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
    readonly resources: { readonly requests: { readonly cpu: number | string } };
  }[];
}

/**
 * The command that makes the container of a smoke test: user, read-only root file system, temporary folders, environment and memory of
 * the pod that will be deployed; its port on a port of the loopback interface that the engine chooses.
 */
export function createCommand(facts: CreateFacts): CreateCommand {
  const { engine, pod, name, run, owner, memory, devices, weighsCpu } = facts;
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
    `--label=${lifeLabel}=${pod.metadata.annotations?.[lifeAnnotation] ?? ''}`,
    // A pull has had its time before; here it would hide in the time of creation.
    // The proxies of this machine are not those of the cluster.
    ...(engine === 'podman' ? ['--pull=never', '--http-proxy=false'] : []),
    `--user=${runAsUser}:${runAsGroup}`,
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    ...readOnly(engine, container.securityContext.readOnlyRootFilesystem === true),
    ...mounts(engine, spec, container.volumeMounts ?? []),
    // As in a pod, where there is no swap either.
    `--memory=${limit}`,
    `--memory-swap=${limit}`,
    // The pod asks for CPU time and has no limit, so the container gets weight and no quota (--cpus).
    ...(weighsCpu ? [`--cpu-shares=${cpuShares(container.resources.requests.cpu)}`] : []),
    '--restart=no',
    ...container.ports.map(({ containerPort }) => `--publish=127.0.0.1::${containerPort}`),
    ...devices.args,
    container.image,
  ];
  return { args, environment };
}

/** Podman makes /run, /var/tmp and more writable unless told; a pod has nothing of that. */
function readOnly(engine: EngineName, asked: boolean): string[] {
  if (!asked) return [];
  return engine === 'podman' ? ['--read-only', '--read-only-tmpfs=false'] : ['--read-only'];
}

/** /dev/shm of a pod that does not ask for a size. Source: containerd, `defaultShmSize`. */
const shmBytes = 64 * 1024 * 1024;

function mounts(
  engine: EngineName,
  { volumes = [], securityContext }: PodSpec,
  places: readonly { name: string; mountPath: string }[],
): string[] {
  // Podman copies what the image has there; a pod begins with an empty folder.
  const empty = engine === 'podman' ? ',notmpcopyup' : '';
  // runc gives such a folder the mode that the image's own has there, whatever is asked: then at least it is the server's.
  const { runAsUser, runAsGroup } = securityContext;
  const own = engine === 'podman' ? ',U' : `,uid=${runAsUser},gid=${runAsGroup}`;
  const folders = places.flatMap(({ name, mountPath }) => {
    const volume = volumes.find((each) => each.name === name)?.emptyDir;
    if (volume === undefined) return [];
    return [{ mountPath, size: volume.sizeLimit === undefined ? null : parseBytes(volume.sizeLimit) }];
  });
  const shared = folders.find(({ mountPath }) => mountPath === '/dev/shm')?.size ?? null;
  return [
    ...folders.flatMap(({ mountPath, size }) =>
      mountPath === '/dev/shm'
        ? []
        : // Programs may unpack and run libraries there, as they may in a pod.
          [`--tmpfs=${mountPath}:rw,exec,nosuid,nodev,mode=1777${own}${size === null ? '' : `,size=${size}`}${empty}`],
    ),
    // Podman from 4.7 on makes its own /dev/shm read-only together with the rest.
    ...(engine === 'podman'
      ? [`--tmpfs=/dev/shm:rw,noexec,nosuid,nodev,mode=1777,size=${shared ?? shmBytes}${empty}`]
      : shared === null
        ? []
        : [`--shm-size=${shared}`]),
  ];
}

/**
 * The weight of a request for CPU time, as the kubelet gives it. Source: Kubernetes, `MilliCPUToShares`.
 * @param cpu cores, such as `0.5` or `500m`
 */
export function cpuShares(cpu: number | string): number {
  const text = String(cpu);
  const milli = text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
  return Math.min(262_144, Math.max(2, Math.floor((Math.ceil(milli) * 1024) / 1000)));
}
