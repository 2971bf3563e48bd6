import { findCredentials } from '../oci/credentials.ts';
import { RegistryClient } from '../oci/registry.ts';
import { parseRepository } from '../oci/repository.ts';
import type { StageContext } from '../pipeline/stage.ts';

/**
 * A client of the repository that the image is pushed to.
 * @param context of the stage
 * @returns the client
 */
export function registryOf(context: StageContext): RegistryClient {
  const { config, access, reporter, signal } = context;
  const repository = parseRepository(config.image.repository);
  return new RegistryClient({
    repository,
    insecure: config.image.insecure,
    credentials: () => findCredentials(repository.host, access),
    signal,
    onRetry: (why) => reporter.note('debug', `${repository.host}: ${why}, trying again`),
  });
}
