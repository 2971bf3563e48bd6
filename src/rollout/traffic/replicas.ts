import type { KubeApi } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { ExpectedTraffic, TrafficFacts, TrafficProvider } from './provider.ts';
import { publicServiceTraffic } from './service-selector.ts';

/**
 * The share is the candidate's part of the pods behind the public Service: works everywhere, in expectation and per connection. The
 * stable revision is never shrunk, so a rollback always finds it at full size; shares are between 1/(N+1) and 1/2.
 */
export const replicasProvider: TrafficProvider = {
  name: 'replicas',
  route: null,
  splitTolerance: null,
  objects: (facts) => [publicServiceTraffic(facts, true)],
  owned: () => null,
  candidateReplicas(weight, stableReplicas) {
    const exact = weight >= 1 ? stableReplicas : (weight * stableReplicas) / (1 - weight);
    return Math.min(stableReplicas, Math.max(1, Math.round(exact)));
  },
  share: (_weight, candidateReplicas, stableReplicas) => candidateReplicas / (candidateReplicas + stableReplicas),
  missing: (api, facts, expected) => missingEndpoints(api, facts, expected),
};

/**
 * Compares the ready endpoints of the public Service with the pods that should be there.
 */
export async function missingEndpoints(
  api: KubeApi,
  facts: TrafficFacts,
  expected: ExpectedTraffic,
): Promise<string | null> {
  const slices = await api.list(resources.endpointSlice, facts.namespace, `kubernetes.io/service-name=${facts.model}`);
  const ready = new Set(
    slices
      .flatMap((slice) => (slice['endpoints'] ?? []) as Endpoint[])
      .filter((endpoint) => endpoint.conditions?.ready !== false)
      .flatMap((endpoint) => endpoint.addresses),
  );
  // Where Services have two address families, every pod is an endpoint in both; status.podIP is one of them.
  const families = new Set(expected.addresses.map(isIpv6));
  const absent = expected.addresses.filter((address) => !ready.has(address));
  const foreign = [...ready].filter(
    (address) => (families.size === 0 || families.has(isIpv6(address))) && !expected.addresses.includes(address),
  );
  if (absent.length === 0 && foreign.length === 0) return null;
  return `Service ${facts.model}: pods that are not endpoints yet: ${absent.length}, endpoints that should be gone: ${foreign.length}`;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
}
