import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { TransportOptions } from '../../src/oci/transport.ts';

/** A client of `acme/fraud` in a registry of a test. */
export function clientOf(host: string, options: Partial<TransportOptions> = {}): RegistryClient {
  return new RegistryClient({
    repository: parseRepository(`${host}/acme/fraud`),
    insecure: false,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
    ...options,
  });
}
