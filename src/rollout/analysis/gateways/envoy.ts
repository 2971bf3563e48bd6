import type { GatewayPreset } from './gateway.ts';

/**
 * Namespace and Service as the control planes put them together: `ml_fraud-r4_80` (Contour), `kube_ml_fraud-r4_80` (kgateway),
 * `ml/cilium-gateway-public/ml_fraud-r4_80` (Cilium), `ml-fraud-r4-80_gloo-system` (Gloo), `...fraud-r4.ml.svc.cluster.local`. What
 * stands around them may be no part of a name, or `fraud-r1` would find `fraud-r10`, too.
 */
const cluster = '(.*[^-a-z0-9])?({{namespace}}[-_:]{{backend}}|{{backend}}[.]{{namespace}})([^-a-z0-9].*|-[0-9].*)?';

/**
 * Gateways made of Envoy, by the statistics of its clusters: https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats.
 * Durations are those of the upstream, in milliseconds.
 */
export const envoy: GatewayPreset = {
  title: 'Envoy',
  backend: [`envoy_cluster_name=~"${cluster}"`],
  requests: 'envoy_cluster_upstream_rq_xx',
  failed: 'envoy_response_code_class="5"',
  latency: { name: 'envoy_cluster_upstream_rq_time', unitMs: 1 },
  labels: ['envoy_cluster_name'],
  alive: ['envoy_server_live'],
  setup: 'Envoy gives its metrics at /stats/prometheus of its statistics port',
  merged: {
    matcher: 'envoy_cluster_name=~"httproute/{{namespace}}/.+/rule/[0-9]+(/.*)?"',
    why: 'Envoy Gateway counts all backends of a rule as one, so that the revisions cannot be told apart: judge what the servers count',
  },
};
