import type { GatewayPreset } from './gateway.ts';

/** Older versions leave out the protocol. */
const service = '{{namespace}}-{{backend}}-(http-)?[0-9]+@kubernetesgateway';

/**
 * Traefik 3 with its provider `kubernetesgateway`. It names a Service `<namespace>-<name>-http-<port>@kubernetesgateway`
 * (`pkg/provider/kubernetes/gateway/httproute.go`); metrics: `pkg/observability/metrics/prometheus.go`. A ServiceMonitor gives every
 * series a label `service` of its own, and Prometheus then keeps Traefik's as `exported_service`.
 */
export const traefik: GatewayPreset = {
  title: 'Traefik',
  backend: [`service=~"${service}"`, `exported_service=~"${service}"`],
  requests: 'traefik_service_requests_total',
  failed: 'code=~"5.."',
  latency: { name: 'traefik_service_request_duration_seconds', unitMs: 1000 },
  labels: ['service', 'exported_service'],
  alive: ['traefik_config_reloads_total'],
  setup: 'Traefik gives its metrics with metrics.prometheus and addServicesLabels (on by default)',
  merged: null,
};
