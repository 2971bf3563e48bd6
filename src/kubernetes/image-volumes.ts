import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { plural } from '../plural.ts';
import type { KubeApi, KubeObject } from './api.ts';
import { takesPods } from './nodes.ts';
import { resources } from './resources.ts';

/** Kubernetes that mounts a folder of an image (KEP-4639 with `subPath`), and the one from which it is on unless switched off. */
const first = { minor: 33, everywhere: 35 };
/** Container runtimes whose image volumes know `subPath`: an older one would mount the whole image, or nothing. */
const runtimes: readonly { readonly name: string; readonly major: number; readonly minor: number }[] = [
  { name: 'containerd', major: 2, minor: 2 },
  { name: 'cri-o', major: 1, minor: 33 },
];
const wanted = 'containerd 2.2 or CRI-O 1.33';

/**
 * Finds out whether the cluster can mount a model as an image volume: versions of the API server and of the nodes that may get the pods,
 * and whether the API server takes such an object, which a switched-off feature gate keeps it from.
 * @param api connection
 * @param config of the project
 * @param reference of the image that the volume below mounts
 * @param rehearse sends an object with such a volume to the API server, which does not keep it; returns what it would have kept
 * @returns what could not be looked at
 * @throws MlDeployError `kubernetes/no-image-volumes`; what `rehearse` throws
 */
export async function checkImageVolumes(
  api: KubeApi,
  config: Config,
  reference: string,
  rehearse: () => Promise<KubeObject>,
): Promise<readonly string[]> {
  const { text, minor } = await serverVersion(api);
  if (minor < first.minor) {
    throw unable(
      `${api.server} runs Kubernetes ${text}, and folders of images can be mounted from 1.${first.minor} on`,
      'Use image.weights: init or image, or a newer cluster.',
    );
  }
  const [unfit, note] = await unfitNodes(api, config);
  if (unfit.length > 0) {
    const shown = unfit.slice(0, 3).join(', ');
    throw unable(
      `${plural(unfit.length, 'node')} that may get the pods cannot mount folders of images (${wanted} can): ${shown}${unfit.length > 3 ? ', ...' : ''}`,
      'Use image.weights: init or image, newer nodes, or choose fit nodes with deploy.nodeSelector.',
    );
  }
  // Where the feature gate is off, the API server takes such an object without a word, and leaves the volume out.
  if (!JSON.stringify(await rehearse()).includes(reference)) {
    throw unable(
      `the API server (Kubernetes ${text}) leaves image volumes out of pods, so its feature gate ImageVolume is off`,
      `Switch the feature gate ImageVolume on in the API server and the kubelets (it is on from Kubernetes 1.${first.everywhere}), or use image.weights: init or image.`,
    );
  }
  return note === null ? [] : [note];
}

async function serverVersion(api: KubeApi): Promise<{ text: string; minor: number }> {
  const { body } = await api.raw({ method: 'GET', path: '/version' });
  const { gitVersion = '', minor = '' } = JSON.parse(body) as { gitVersion?: string; minor?: string };
  // Vendors write `33+`.
  return { text: gitVersion, minor: Number.parseInt(minor, 10) };
}

/** `name (runtime)` of each; without the right to see nodes, a note instead. */
async function unfitNodes(api: KubeApi, config: Config): Promise<readonly [readonly string[], string | null]> {
  let nodes: KubeObject[];
  try {
    nodes = await api.list(resources.node, null);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/forbidden') throw error;
    return [[], `This account may not read nodes: whether they can mount images (${wanted}) was not checked.`];
  }
  const unfit = nodes
    .filter((node) => takesPods(node, config))
    .map((node) => ({ name: node.metadata.name, runtime: runtimeOf(node) }))
    .filter(({ runtime }) => !isFit(runtime));
  return [unfit.map(({ name, runtime }) => `${name} (${runtime})`), null];
}

function runtimeOf(node: KubeObject): string {
  const status = node['status'] as { nodeInfo?: { containerRuntimeVersion?: string } } | undefined;
  return status?.nodeInfo?.containerRuntimeVersion ?? '';
}

/** `containerd://2.2.1`; a runtime that is not known may be fit. */
function isFit(version: string): boolean {
  const [, name, major, minor] = /^([a-z-]+):\/\/v?(\d+)\.(\d+)/.exec(version) ?? [];
  const known = runtimes.find((runtime) => runtime.name === name);
  if (name === 'docker') return false;
  if (known === undefined) return true;
  return Number(major) > known.major || (Number(major) === known.major && Number(minor) >= known.minor);
}

function unable(what: string, hint: string): MlDeployError {
  return new MlDeployError({
    code: 'kubernetes/no-image-volumes',
    kind: 'usage',
    message: `image.weights is volume, and this cluster cannot mount the model: ${what}.`,
    hint,
  });
}
