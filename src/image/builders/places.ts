import type { ImageConfig } from '../../config/config.ts';
import { parseRepository } from '../../oci/repository.ts';
import type { Access } from '../../pipeline/stage.ts';
import type { BuilderPlaces } from './builder.ts';

/**
 * Where builders find their programs, daemons and credentials.
 * @param access of the host
 * @returns the part of it that concerns them
 */
export function placesOf(access: Access): BuilderPlaces {
  const { buildkit, dockerConfig, environment } = access;
  return { buildkit, dockerConfig, environment };
}

/**
 * Registries that may be reached by plain HTTP.
 * @param image of the configuration
 * @returns `host[:port]`, as the configuration names them
 */
export function insecureHosts(image: ImageConfig): string[] {
  return image.insecure ? [parseRepository(image.repository).host] : [];
}
