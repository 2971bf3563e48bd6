import type { KubeObject } from '../api.ts';

/** Why a container waits, as the kubelet says. */
interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

/** The parts of a pod that name images. */
interface Spec {
  readonly containers?: readonly {
    readonly image?: string;
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes?: readonly { readonly name: string; readonly image?: { readonly reference?: string } }[];
}

const pulls = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError)$/;
const creations = /^(CreateContainerError|RunContainerError)$/;
const mounts = /^(Err)?ImageVolumeMountFailed$/;

/** What is the same at the next try. */
const lasting =
  /not ?found|manifest unknown|does not exist|name unknown|unauthorized|authorization failed|forbidden|denied|no match for platform|no matching manifest|invalid reference/i;

/**
 * Whether a container waits for a model that its node mounts from the registry (`image.weights: volume`), and does not get it: the kubelet
 * tells it with the reasons that a failure of the container's own image has.
 * @param pod with its spec
 * @param waiting state of one of its containers
 * @returns null when it waits for something else; `forGood`: the next try ends as this one
 */
export function mountFailure(pod: KubeObject, waiting: Waiting): { readonly forGood: boolean } | null {
  const { reason = '', message = '' } = waiting;
  const { containers = [], volumes = [] } = (pod['spec'] ?? {}) as Spec;
  const models = volumes.filter(({ image }) => image !== undefined);
  const failed = { forGood: lasting.test(message.replace(/"[^"]*"|\S+@sha256:[0-9a-f]{64}/g, '')) };
  if (mounts.test(reason)) return failed;
  if (models.length === 0) return null;
  const ofModel = names(
    message,
    models.map(({ image }) => image?.reference),
  );
  if (pulls.test(reason)) {
    // A message that names neither says nothing against the server.
    const ofServer = names(
      message,
      containers.map(({ image }) => image),
    );
    return ofModel || !ofServer ? failed : null;
  }
  if (!creations.test(reason)) return null;
  const places = containers.flatMap(({ volumeMounts = [] }) =>
    volumeMounts.flatMap(({ name, mountPath }) => (models.some((model) => model.name === name) ? mountPath : [])),
  );
  return ofModel || /image[ _-]?volume/i.test(message) || places.some((place) => mentions(message, place))
    ? failed
    : null;
}

/** By digest where there is one: container runtimes write the name of a repository in several ways. */
function names(message: string, references: readonly (string | undefined)[]): boolean {
  return references.some((reference) => reference !== undefined && message.includes(reference.replace(/^.*@/, '')));
}

/** A folder that is mounted, itself and not as a part of another path. */
function mentions(message: string, place: string): boolean {
  return /mount/i.test(message) && message.split(/["'\s:,]+/).some((word) => word === place);
}
