import type { Config } from '../config/config.ts';
import { findCredentials } from '../oci/credentials.ts';
import { parseReference } from '../oci/reference.ts';
import { RegistryClient } from '../oci/registry.ts';
import { isLoopback, parseRepository, type Repository } from '../oci/repository.ts';
import type { TransportOptions } from '../oci/transport.ts';
import type { StageContext } from './stage.ts';

/** What is needed to reach the registry of an image. */
export type RegistryContext = Pick<StageContext, 'access' | 'signal'> & { readonly config: Pick<Config, 'image'> };

/** An image that is asked about, and the registry that has it. */
export interface AskedImage {
  readonly client: RegistryClient;
  readonly repository: Repository;
  /** Digest, or tag where the name has none. */
  readonly reference: string;
}

/**
 * Whether a registry may be reached by plain HTTP: one on this machine, and that of `image.repository` with `image.insecure`.
 * @param host `host[:port]`
 */
export function allowsPlainHttp(host: string, image: Pick<Config['image'], 'insecure' | 'repository'>): boolean {
  return isLoopback(host) || (image.insecure && parseRepository(image.repository).host === host);
}

/**
 * The registry of an image. Plain HTTP is allowed for the registry of `image.repository` alone: another one was not named by `image.insecure`.
 * @param image `repository@sha256:...` or `repository:tag`
 * @param context configuration and credentials
 * @param options where they differ from the usual ones
 * @returns a client; nothing is asked yet
 * @throws MlDeployError `registry/bad-name`
 */
export function imageRegistry(
  image: string,
  context: RegistryContext,
  options: Partial<TransportOptions> = {},
): AskedImage {
  const { config, access, signal } = context;
  const { repository, tag, digest } = parseReference(image, 'Write repository@sha256:..., which every registry shows.');
  const client = new RegistryClient({
    repository,
    insecure: allowsPlainHttp(repository.host, config.image),
    credentials: () => findCredentials(repository.host, access),
    signal,
    ...options,
  });
  return { client, repository, reference: digest ?? tag ?? 'latest' };
}
