import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../src/config/load.ts';
import type { RolloutConfig } from '../../../../src/config/config.ts';
import { countRules } from '../../../../src/rollout/analysis/count-rules.ts';
import { planAnalysis } from '../../../../src/rollout/analysis/plan.ts';
import { armNames } from '../../../../src/rollout/analysis/sources/index.ts';
import { filled } from '../../../../src/rollout/analysis/sources/prometheus/custom.ts';
import { metricNames } from '../../../../src/rollout/analysis/sources/prometheus/selector.ts';
import { kserve } from '../../../../src/server/presets/kserve.ts';
import { preset } from '../preset.ts';

function rolloutWith(gateway: string, route = 'gateway: {name: public}'): RolloutConfig {
  const text = `version: 1
name: fraud
model: {path: model/}
image: {repository: ghcr.io/acme/fraud}
rollout:
  ${route}
  slo: {errors: 2%}
  metrics: {source: {prometheus: {url: "http://p"}}, gateway: ${gateway}}
`;
  return parseConfig(text, 'mldeploy.yaml', null).rollout;
}

const model = { name: 'fraud', namespace: 'ml', revisions: { stable: 'r1', candidate: 'r10' } };
const { stable, candidate } = armNames({ ...model, stableIsPublic: false });

/** Total, bad and series of one metric with the candidate's names. */
function expanded(rollout: RolloutConfig, metric: string): unknown {
  const rule = countRules(rollout, preset)[metric];
  if (rule?.kind !== 'expression') throw new Error(`${metric} is no expression`);
  return [rule.total, rule.bad, ...rule.series].map((text) => filled(text, '', candidate));
}

describe('expansion of a preset', () => {
  test('Traefik: the label of the Service is its own, or renamed by a ServiceMonitor', () => {
    const service = '"ml-fraud-r10-(http-)?[0-9]+@kubernetesgateway"';
    const own = `traefik_service_requests_total{service=~${service}`;
    const renamed = `traefik_service_requests_total{exported_service=~${service}`;
    expect(expanded(rolloutWith('{preset: traefik}'), 'gateway-errors')).toEqual([
      `sum by (instance) (${own}} or ${renamed}})`,
      `sum by (instance) (${own},code=~"5.."} or ${renamed},code=~"5.."})`,
      `${own}}`,
      `${renamed}}`,
    ]);
  });

  test('Traefik: slow answers are all but those up to the edge, and nothing without that edge', () => {
    const rollout = rolloutWith('{preset: traefik, latency: {under: 300ms}, match: {job: edge}}');
    const [total, bad] = expanded(rollout, 'gateway-latency') as readonly string[];
    const sum = (le: string): string => {
      const rest = `=~"ml-fraud-r10-(http-)?[0-9]+@kubernetesgateway",${le},job="edge"}`;
      const name = 'traefik_service_request_duration_seconds_bucket';
      return `sum by (instance) (${name}{service${rest} or ${name}{exported_service${rest})`;
    };
    expect(total).toBe(`${sum('le="+Inf"')} and ${sum('le=~"0[.]3"')}`);
    expect(bad).toBe(`${sum('le="+Inf"')} - ${sum('le=~"0[.]3"')}`);
  });

  test('Istio: what the sending side reports; the edge is in milliseconds, with or without a fraction', () => {
    const rollout = rolloutWith('{preset: istio, latency: {under: 1s}}', 'istio: {}');
    const who = 'reporter="source",destination_service=~"fraud-r10[.]ml[.]svc[.].+"';
    expect(expanded(rollout, 'gateway-errors')).toEqual([
      `sum by (instance) (istio_requests_total{${who}})`,
      `sum by (instance) (istio_requests_total{${who},response_code=~"5.."})`,
      `istio_requests_total{${who}}`,
    ]);
    const bucket = 'istio_request_duration_milliseconds_bucket';
    const all = `sum by (instance) (${bucket}{${who},le="+Inf"})`;
    const fast = `sum by (instance) (${bucket}{${who},le=~"1000([.]0)?"})`;
    expect(expanded(rollout, 'gateway-latency')).toEqual([
      `${all} and ${fast}`,
      `${all} - ${fast}`,
      `${bucket}{${who},le="+Inf"}`,
    ]);
  });

  test('Envoy', () => {
    const [total, bad] = expanded(rolloutWith('{preset: envoy}'), 'gateway-errors') as readonly string[];
    const pattern = '(.*[^-a-z0-9])?(ml[-_:]fraud-r10|fraud-r10[.]ml)([^-a-z0-9].*|-[0-9].*)?';
    const who = `envoy_cluster_name=~"${pattern}"`;
    expect(total).toBe(`sum by (instance) (envoy_cluster_upstream_rq_xx{${who}})`);
    expect(bad).toBe(`sum by (instance) (envoy_cluster_upstream_rq_xx{${who},envoy_response_code_class="5"})`);
  });
});

/** What a selector's regular expression says of values of its label. */
function picks(selector: string, label: string, value: string): boolean {
  const pattern = new RegExp(`[{,]${label}=~"([^"]+)"`).exec(selector)?.[1] ?? '';
  return new RegExp(`^(?:${pattern})$`).test(value);
}

describe('whose series are picked', () => {
  const selectorOf = (name: string, route?: string, names = stable): string => {
    const rule = countRules(rolloutWith(`{preset: ${name}}`, route), preset)['gateway-errors'];
    return rule?.kind === 'expression' ? filled(rule.series[0] ?? '', '', names) : '';
  };

  test.each([
    ['traefik', 'service', 'ml-fraud-r1-http-80@kubernetesgateway', true],
    ['traefik', 'service', 'ml-fraud-r1-80@kubernetesgateway', true],
    ['traefik', 'service', 'ml-fraud-r10-http-80@kubernetesgateway', false],
    ['traefik', 'service', 'prod-ml-fraud-r1-http-80@kubernetesgateway', false],
    ['traefik', 'service', 'ml-fraud-r1-http-80@kubernetescrd', false],
    ['istio', 'destination_service', 'fraud-r1.ml.svc.cluster.local', true],
    ['istio', 'destination_service', 'fraud-r1.ml.svc.acme.internal', true],
    ['istio', 'destination_service', 'fraud-r10.ml.svc.cluster.local', false],
    ['istio', 'destination_service', 'other-fraud-r1.ml.svc.cluster.local', false],
    ['istio', 'destination_service', 'fraud-r1.ml-staging.svc.cluster.local', false],
    ['envoy', 'envoy_cluster_name', 'ml_fraud-r1_80', true],
    ['envoy', 'envoy_cluster_name', 'kube_ml_fraud-r1_80', true],
    ['envoy', 'envoy_cluster_name', 'ml/cilium-gateway-public/ml_fraud-r1_80', true],
    ['envoy', 'envoy_cluster_name', 'ml:fraud-r1:80', true],
    ['envoy', 'envoy_cluster_name', 'ml-fraud-r1-80_gloo-system', true],
    ['envoy', 'envoy_cluster_name', 'outbound|80||fraud-r1.ml.svc.cluster.local', true],
    ['envoy', 'envoy_cluster_name', 'ml_fraud-r10_80', false],
    ['envoy', 'envoy_cluster_name', 'prod-ml_fraud-r1_80', false],
    ['envoy', 'envoy_cluster_name', 'ml_fraud-r1-shadow_80', false],
    ['envoy', 'envoy_cluster_name', 'httproute/ml/fraud-r1/rule/0', false],
  ])('%s: %s=%s', (name, label, value, expected) => {
    expect(picks(selectorOf(name), label, value)).toBe(expected);
  });

  test('an adopted route keeps the stable share at the public Service', () => {
    const adopted = armNames({ ...model, stableIsPublic: true });
    const selector = selectorOf('envoy', 'gateway: {adopt: {route: fraud}}', adopted.stable);
    expect(picks(selector, 'envoy_cluster_name', 'ml_fraud_80')).toBe(true);
    expect(picks(selector, 'envoy_cluster_name', 'ml_fraud-r10_80')).toBe(false);
    expect(picks(selector, 'envoy_cluster_name', 'httproute/ml/fraud/rule/0')).toBe(false);
    expect(adopted.candidate.backend).toBe('fraud-r10');
    expect(adopted.stable.service).toBe('fraud-r1');
  });
});

test('the gateway gates beside the server, with its own limits', () => {
  const rollout = rolloutWith('{preset: traefik, errors: 0.5%, latency: {under: 300ms, share: 95%}}');
  const { metrics } = planAnalysis(rollout, preset, { splitTolerance: null });
  expect(metrics.map(({ id, slo }) => [id, Number(slo.toFixed(6))])).toEqual([
    ['errors', 0.02],
    ['gateway-errors', 0.005],
    ['gateway-latency', 0.05],
  ]);
  const plain = planAnalysis(rolloutWith('{preset: traefik}'), preset, { splitTolerance: null });
  expect(plain.metrics.map(({ id, slo }) => [id, slo])).toEqual([
    ['errors', 0.02],
    ['gateway-errors', 0.02],
  ]);
});

test('a server that counts no failures can be judged by the gateway alone', () => {
  const rules = countRules(rolloutWith('{preset: traefik}'), kserve('fraud'));
  expect(Object.keys(rules)).toEqual(['gateway-errors']);
  expect(metricNames(rules, null)).toEqual([]);
});
