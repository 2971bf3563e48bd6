import type { Config, RolloutConfig } from '../../config/config.ts';
import { gatewayProvider } from './gateway.ts';
import { istioProvider } from './istio.ts';
import type { AdoptedRoute, TesterHeader, TrafficFacts, TrafficProvider } from './provider.ts';
import { replicasProvider } from './replicas.ts';

/** Every way to divide traffic; to add one is to add a file and a line here. */
export const providers = {
  replicas: replicasProvider,
  gateway: gatewayProvider,
  istio: istioProvider,
} as const satisfies Record<string, TrafficProvider>;

/**
 * The provider that the configuration means: `auto` is the one whose route it names, else `replicas`.
 */
export function providerFor(rollout: RolloutConfig): TrafficProvider {
  if (rollout.provider !== 'auto') return providers[rollout.provider];
  if (rollout.gateway !== null) return providers.gateway;
  return rollout.istio === null ? providers.replicas : providers.istio;
}

/** The facts with nothing left open. */
export interface ConfiguredTraffic extends TrafficFacts {
  readonly adopted: AdoptedRoute | null;
  readonly header: TesterHeader | null;
}

/**
 * What the configuration tells a traffic provider.
 */
export function factsOf({ name, deploy, rollout }: Config): ConfiguredTraffic {
  return {
    model: name,
    namespace: deploy.namespace,
    port: deploy.service.port,
    adopted: rollout.gateway?.adopt ?? rollout.istio?.adopt ?? null,
    header: rollout.header,
  };
}
