import type { RolloutConfig } from '../../config/config.ts';
import { gatewayProvider } from './gateway.ts';
import type { TrafficProvider } from './provider.ts';
import { replicasProvider } from './replicas.ts';

/** Every way to divide traffic; to add one is to add a file and a line here. */
export const providers = {
  replicas: replicasProvider,
  gateway: gatewayProvider,
} as const satisfies Record<string, TrafficProvider>;

/**
 * The provider that the configuration means: `auto` is `gateway` when a Gateway is named, else `replicas`.
 */
export function providerFor(rollout: RolloutConfig): TrafficProvider {
  if (rollout.provider !== 'auto') return providers[rollout.provider];
  return rollout.gateway === null ? providers.replicas : providers.gateway;
}
