import { expect, test } from 'vitest';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { operationsOf } from '../../src/rollout/fence.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import type { Plan } from '../../src/rollout/plan.ts';
import type { SpeedRecord } from '../../src/pipeline/evidence.ts';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import type { Revision, RolloutState } from '../../src/rollout/state.ts';
import type { Survey } from '../../src/rollout/survey.ts';
import { replicasProvider } from '../../src/rollout/traffic/replicas.ts';
import { gatewayProvider } from '../../src/rollout/traffic/gateway.ts';
import { quantity } from '../../src/rollout/capacity.ts';
import { project } from './project.ts';
import type { ProjectOptions } from './project.ts';
import { deploymentOf } from './serving.ts';

const release = { image: `registry.test/fraud@sha256:${'a'.repeat(64)}`, modelDigest: null };

function planned(
  options: Omit<ProjectOptions, 'namespace'>,
  stable: Revision | null,
  image = release.image,
  there: Partial<Survey> = {},
  speed: SpeedRecord | null = null,
): Plan {
  const config = project({ namespace: 'ml', ...options });
  const none = { service: null, route: null, virtualService: null, autoscaler: null, budget: null, lease: null };
  const store = { state: null } as unknown as Survey['store'];
  const found: Survey = {
    ref: { model: 'fraud', namespace: 'ml' },
    store,
    ...none,
    deployments: stable === null ? [] : [deploymentOf(stable)],
    stable,
    ...there,
  };
  return planRollout(config, { ...release, image, speed }, fastapi, found);
}

const r1 = (template: string | null, replicas = 4): Revision => ({
  name: 'r1',
  image: release.image,
  modelDigest: null,
  template,
  deployment: 'fraud-r1',
  replicas,
});

test('first, canary, unchanged', () => {
  const first = planned({}, null);
  expect(first.strategy).toBe('first');
  expect(planned({}, r1(first.candidate.template)).strategy).toBe('unchanged');
  expect(planned({ env: { VERSION: '2' } }, r1(first.candidate.template)).strategy).toBe('canary');
  expect(planned({}, r1(first.candidate.template), release.image.replaceAll('a', 'b')).strategy).toBe('canary');
  expect(planned({}, r1(null)).strategy).toBe('canary');
});

test('the figures of the smoke test stay with the revision, and decide nothing', () => {
  const speed = { image: release.image, latencyMs: { p50: 7, p95: 9, p99: 9, count: 20 } } as unknown as SpeedRecord;
  const tested = planned({}, null, release.image, {}, speed);
  expect(tested.candidate.speed).toBe(speed);
  expect(planned({}, null).candidate).not.toHaveProperty('speed');
  expect(planned({}, null).hash).toBe(tested.hash);
});

test('the hash names everything that decides, and nothing that does not', () => {
  const plan = planned({}, null);
  expect(planned({}, null).hash).toBe(plan.hash);
  expect(planned({ replicas: 7 }, null).hash).toBe(plan.hash);
  for (const other of [
    planned({ env: { A: 'b' } }, null),
    planned({ rollout: { steps: '[20%]' } }, null),
    planned({ rollout: { slo: '{errors: 1%}' } }, null),
    planned({ rollout: { alpha: '0.01' } }, null),
    planned({}, null, release.image.replaceAll('a', 'b')),
  ]) {
    expect(other.hash).not.toBe(plan.hash);
  }
});

const service = (selector: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'fraud' },
  spec: { selector, ports: [{ port: 80, targetPort: 'http' }] },
});

test('another port than that of the Services is refused while a revision serves', () => {
  const state = { port: 80 } as RolloutState;
  const known = { store: { state } as unknown as Survey['store'] };
  const options = { deploy: ['service: {port: 8080}'] };
  expect(() => planned(options, r1(null), release.image, known)).toThrow(
    /has port 80, and deploy.service.port is 8080/,
  );
  const unknown = { service: service({ app: 'fraud', revision: 'r1' }) };
  expect(() => planned(options, r1(null), release.image, unknown)).toThrow(/has port 80/);
  expect(planned({}, r1(null), release.image, known).strategy).toBe('canary');
  expect(planned(options, null, release.image, known).strategy).toBe('first');
});

test('without state, a Service or route that names no revision is not taken for a first deploy', () => {
  const route: KubeObject = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'fraud' },
    spec: {},
  };
  const split = { service: service({ app: 'fraud', canary: 'on' }) };
  expect(() => planned({}, null, release.image, split)).toThrow(/unknown which one is stable/);
  const gate = { rollout: { gateway: '{name: gate}' } };
  expect(() => planned(gate, null, release.image, { route })).toThrow(/unknown which one is stable/);
  expect(planned({}, r1(null), release.image, { service: service({ app: 'fraud', revision: 'r1' }) }).strategy).toBe(
    'canary',
  );
  const abandoned = { ...split, store: { state: { port: 80 } as RolloutState } as unknown as Survey['store'] };
  expect(planned({}, null, release.image, abandoned).strategy).toBe('first');
});

test('shares that replicas cannot give are said beforehand', () => {
  const plan = planned({ replicas: 2, rollout: { steps: '[10%, 50%]' } }, r1(null, 4));
  expect(plan.steps.map((step) => [step.candidateReplicas, step.share])).toEqual([
    [1, 0.2],
    [2, 2 / 6],
  ]);
  expect(plan.warnings.join(' ')).toMatch(/10 % is not possible with 4 replicas: the candidate gets 20 %/);
});

test.each([
  [0.1, 9, 1],
  [0.1, 18, 2],
  [0.5, 4, 4],
  [0.9, 4, 4],
  [1, 4, 4],
  [0.01, 1, 1],
])('replicas: share %d of %d stable pods takes %d', (weight, stable, pods) => {
  expect(replicasProvider.candidateReplicas(weight, stable)).toBe(pods);
});

test.each([
  [0.1, 4, 1],
  [0.5, 4, 2],
  [1, 4, 4],
])('gateway: share %d of %d stable pods takes %d', (weight, stable, pods) => {
  expect(gatewayProvider.candidateReplicas(weight, stable)).toBe(pods);
});

test('traffic patches', () => {
  const facts = { model: 'fraud', namespace: 'ml', port: 80 };
  const split = { stable: 'r1', candidate: 'r2', weight: 0.125 };
  const [service] = replicasProvider.objects(facts);
  expect(service?.allTo('r1')).toEqual([
    { op: 'replace', path: '/spec/selector', value: { app: 'fraud', revision: 'r1' } },
  ]);
  expect(service?.split(split)).toEqual([
    { op: 'replace', path: '/spec/selector', value: { app: 'fraud', canary: 'on' } },
  ]);
  const [route, stays] = gatewayProvider.objects(facts);
  const there = { apiVersion: '', kind: 'HTTPRoute', metadata: { name: 'fraud' }, spec: { rules: [{}] } };
  const change = route?.split(split) ?? [];
  expect(operationsOf(change, there)).toEqual([
    {
      op: 'add',
      path: '/spec/rules/0/backendRefs',
      value: [
        { name: 'fraud-r1', port: 80, weight: 875 },
        { name: 'fraud-r2', port: 80, weight: 125 },
      ],
    },
  ]);
  expect(stays?.split(split)).toBeNull();
});

test.each([
  ['500m', 0.5],
  ['2', 2],
  ['1e3', 1000],
  ['2Gi', 2 ** 31],
  ['128Ki', 131072],
  ['1G', 1e9],
  ['nonsense', Number.NaN],
])('quantity %s is %d', (text, value) => {
  expect(quantity(text)).toBe(value);
});
