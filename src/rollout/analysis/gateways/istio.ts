import type { GatewayPreset } from './gateway.ts';

/**
 * Istio's proxies, as the side that sends: an ingress gateway, and in a mesh the clients' own proxies. Names:
 * https://istio.io/latest/docs/reference/config/metrics/.
 */
export const istio: GatewayPreset = {
  title: 'Istio',
  backend: ['reporter="source",destination_service=~"{{backend}}[.]{{namespace}}[.]svc[.].+"'],
  requests: 'istio_requests_total',
  failed: 'response_code=~"5.."',
  latency: { name: 'istio_request_duration_milliseconds', unitMs: 1 },
  labels: ['destination_service'],
  alive: ['istio_build'],
  setup: 'the proxies of clients or of the ingress gateway give their metrics at port 15020, path /stats/prometheus',
  merged: null,
};
