import { MlDeployError } from '../errors.ts';
import type { Blob } from './blob.ts';
import type { Repository } from './repository.ts';
import type { RegistryTransport } from './transport.ts';
import { locationOf } from './upload.ts';

/**
 * Takes a blob over from another repository of the same registry, without sending it (distribution specification, "Mounting a blob").
 * @param transport of the repository that lacks it
 * @param repository the same
 * @param blob whose origin decides
 * @returns true when the repository has it now; the upload that a registry has begun instead; null when there is neither
 * @throws MlDeployError `registry/plain-text-upload`, `registry/interrupted`
 */
export async function mountBlob(
  transport: RegistryTransport,
  repository: Repository,
  blob: Blob,
): Promise<true | { readonly location: string } | null> {
  const { digest, origin } = blob;
  if (origin?.host !== repository.host || origin.path === repository.path) return null;
  const query = new URLSearchParams({ mount: digest, from: origin.path }).toString();
  const url = `/v2/${repository.path}/blobs/uploads/?${query}`;
  let response: Response;
  try {
    response = await transport.send(
      {
        method: 'POST',
        url,
        headers: { 'content-length': '0' },
        doing: 'mount a layer in',
        accept: [201, 202],
        alsoPull: origin.path,
      },
      'pull,push',
    );
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return null; // a registry that refuses to mount may still take the bytes
  }
  await response.body?.cancel();
  if (response.status === 201) return true;
  return response.headers.has('location') ? { location: locationOf(response, url, transport.address) } : null;
}
