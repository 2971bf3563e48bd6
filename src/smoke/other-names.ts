import { findCredentials } from '../oci/credentials.ts';
import type { Manifest } from '../oci/manifest.ts';
import { parseManifest } from '../oci/parse.ts';
import { parseReference } from '../oci/reference.ts';
import { RegistryClient } from '../oci/registry.ts';
import type { StartSpec } from './runtimes/runtime.ts';

type Started = Pick<StartSpec, 'image' | 'platformDigests' | 'config' | 'access' | 'signal'>;

/**
 * Whether a digest is another name of the image that was asked for. A node that has had an image under several digests (its own, and that of an
 * index around it) reports any of them.
 * @param spec what was started
 * @param reported digest that the runtime tells
 * @returns true only when the registry says so: an index that names the image, or a manifest with the same config, which names the
 * content of every layer (OCI image specification, config); false as well when it cannot be asked
 */
export async function isOtherName(spec: Started, reported: string): Promise<boolean> {
  const { image, platformDigests, config, access, signal } = spec;
  if (image === null) return false;
  const { repository, digest } = parseReference(image, 'Name an image by its digest.');
  const client = new RegistryClient({
    repository,
    insecure: config.image.insecure,
    credentials: () => findCredentials(repository.host, access),
    signal,
  });
  const read = async (name: string): ReturnType<typeof parsed> => parsed(client, name);
  try {
    const other = await read(reported);
    if (other === null || digest === null) return false;
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
    if (signal.aborted) throw error;
    return false;
  }
}

const sameConfig = (one: Manifest, other: Manifest): boolean => one.config.digest === other.config.digest;

async function parsed(client: RegistryClient, name: string): Promise<ReturnType<typeof parseManifest> | null> {
  const stored = await client.getManifest(name);
  return stored === null ? null : parseManifest(stored.content, name);
}
