import { MlDeployError } from '../errors.ts';
import type { Manifest } from '../oci/manifest.ts';
import { parseManifest } from '../oci/parse.ts';
import type { RegistryClient } from '../oci/registry.ts';
import { imageRegistry } from '../pipeline/image-registry.ts';
import type { StartSpec } from './runtimes/runtime.ts';

type Started = Pick<StartSpec, 'image' | 'platformDigests' | 'config' | 'access' | 'signal'>;

/**
 * Whether a digest is another name of the image that was asked for. A node that has had an image under several digests (its own, and that of an
 * index around it) reports any of them.
 * @param spec what was started
 * @param reported digest that the runtime tells
 * @returns true only when the registry says so: an index that names the image, or a manifest with the same config, which names the
 * content of every layer (OCI image specification, config)
 * @throws MlDeployError `smoke/image-unproved` when it cannot be asked: neither a proof nor a fault of the image
 */
export async function isOtherName(spec: Started, reported: string): Promise<boolean> {
  const { image, platformDigests, signal } = spec;
  if (image === null) return false;
  const { client, reference: digest } = imageRegistry(image, spec);
  const read = async (name: string): ReturnType<typeof parsed> => parsed(client, name);
  try {
    const other = await read(reported);
    if (other === null) return false;
    if ('manifests' in other) {
      return other.manifests.some((each) => each.digest === digest || platformDigests.includes(each.digest));
    }
    for (const name of [digest, ...platformDigests]) {
      const ours = await read(name);
      if (ours === null) continue;
      if ('manifests' in ours ? ours.manifests.some((each) => each.digest === reported) : sameConfig(ours, other))
        return true;
    }
    return false;
  } catch (error) {
    if (signal.aborted || !(error instanceof MlDeployError)) throw error;
    throw new MlDeployError({
      code: 'smoke/image-unproved',
      kind: 'infrastructure',
      message: `The node reports that it runs ${reported}, asked for was ${digest}; whether both are one image the registry could not tell: ${error.message}`,
      hint: 'Nothing is known against the model. Give this machine access to the registry (docker login; image.insecure for plain HTTP), and run the smoke test again.',
      cause: error,
    });
  }
}

const sameConfig = (one: Manifest, other: Manifest): boolean => one.config.digest === other.config.digest;

async function parsed(client: RegistryClient, name: string): Promise<ReturnType<typeof parseManifest> | null> {
  const stored = await client.getManifest(name);
  return stored === null ? null : parseManifest(stored.content, name);
}
