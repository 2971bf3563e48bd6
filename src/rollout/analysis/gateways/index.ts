import type { GatewayMetricsConfig } from '../../../config/config.ts';
import { envoy } from './envoy.ts';
import type { GatewayPreset } from './gateway.ts';
import { istio } from './istio.ts';
import { traefik } from './traefik.ts';

/** Every gateway whose counters are known; to add one is to add a file, a line here and its name to the schema. */
export const gateways: Readonly<Record<GatewayMetricsConfig['preset'], GatewayPreset>> = { traefik, istio, envoy };
