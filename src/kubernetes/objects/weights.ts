import type { Config } from '../../config/config.ts';
import { cut } from '../../cut.ts';

/** A model that is not in the image of its server, and how a pod gets it. */
export interface PodWeights {
  /** `init`: an init container fetches it; `volume`: the node mounts it from the registry. */
  readonly mode: 'init' | 'volume';
  /** `repository@sha256:...` of the image of the model alone. */
  readonly reference: string;
  /** Absolute folder in which the server looks for it. */
  readonly path: string;
  /** That its files take on a disk, with their folders. */
  readonly bytes: number;
  /** The engine image, which fetches it; null: nothing has to be fetched. */
  readonly engineImage: string | null;
}

/** What a pod template has beside the server for the model. */
export interface WeightsParts {
  readonly initContainers: readonly Readonly<Record<string, unknown>>[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  /** Of the server. */
  readonly mounts: readonly Readonly<Record<string, unknown>>[];
}

/** Name of the init container that fetches the model. */
export const fetchContainer = 'fetch-model';

/**
 * What the init container said when it failed: its error, without what it told before.
 * @param message of the ended container
 * @returns one line
 */
export function fetchFailure(message = ''): string {
  const [, error = message] = /^(?:[^]*\n)?Error: ([^]*)$/.exec(message) ?? [];
  return cut(error.replace(/\s+/g, ' ').trim(), 600);
}

const volume = 'model';
const place = '/fetched';
/** Below the volume: what the server sees. Beside it the fetching keeps what it needs to go on. */
const inVolume = 'model';
const registrySecrets = '/registry';

/**
 * The parts of a pod that bring the model to its server. The pod template names the model by digest, so that another model makes another
 * revision.
 * @param weights null: the model is in the image
 * @param config of the project
 * @returns nothing for a model in the image
 */
export function weightsParts(weights: PodWeights | null, config: Config): WeightsParts {
  if (weights === null) return { initContainers: [], volumes: [], mounts: [] };
  if (weights.mode === 'volume') {
    return {
      initContainers: [],
      volumes: [{ name: volume, image: { reference: weights.reference, pullPolicy: 'IfNotPresent' } }],
      // The layers have it where an image would: the folder without its first slash.
      mounts: [{ name: volume, mountPath: weights.path, subPath: weights.path.slice(1), readOnly: true }],
    };
  }
  return {
    initContainers: [fetching(weights, config)],
    volumes: [{ name: volume, emptyDir: { sizeLimit: roomFor(weights.bytes) } }, ...secretVolumes(config)],
    mounts: [{ name: volume, mountPath: weights.path, subPath: inVolume, readOnly: true }],
  };
}

function fetching({ reference, engineImage }: PodWeights, config: Config): Record<string, unknown> {
  const secrets = config.deploy.imagePullSecrets.length > 0;
  return {
    name: fetchContainer,
    image: engineImage,
    imagePullPolicy: 'IfNotPresent',
    args: ['fetch', reference, '--to', `${place}/${inVolume}`, ...(config.image.insecure ? ['--insecure'] : [])],
    env: [
      { name: 'NODE_OPTIONS', value: '--max-old-space-size=64' },
      ...(secrets ? [{ name: 'MLDEPLOY_REGISTRY_SECRETS', value: registrySecrets }] : []),
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [
      { name: volume, mountPath: place },
      { name: 'tmp', mountPath: '/tmp' },
      ...(secrets ? [{ name: 'registry', mountPath: registrySecrets, readOnly: true }] : []),
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/** The kubelet reads `imagePullSecrets`, and no container does: the same secrets as files, each in a folder of its own. */
function secretVolumes({ deploy }: Config): readonly Readonly<Record<string, unknown>>[] {
  if (deploy.imagePullSecrets.length === 0) return [];
  const sources = deploy.imagePullSecrets.map((name, index) => ({
    // The kubelet does without a secret that is not there, too.
    secret: { name, optional: true, items: [{ key: '.dockerconfigjson', path: `${index}/config.json` }] },
  }));
  return [{ name: 'registry', projected: { sources } }];
}

/** File systems differ a little; a pod above its limit is evicted, again and again. */
function roomFor(bytes: number): string {
  const mebibyte = 1024 * 1024;
  return `${Math.ceil((bytes * 1.05) / mebibyte) + 64}Mi`;
}
