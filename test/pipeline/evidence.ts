import type {
  BuildEvidence,
  Outcome,
  RolloutEvidence,
  SmokeEvidence,
  ValidateEvidence,
} from '../../src/pipeline/evidence.ts';

// Small but complete documents, as the stages write them.
const volatile = {
  startedAt: '2026-11-22T12:00:00.000Z',
  endedAt: '2026-11-22T12:00:01.000Z',
  engine: 'ml-deploy/0.1.0',
  host: 'test',
};
const modelDigest = `sha256:${'a'.repeat(64)}`;
const image = `ghcr.io/acme/fraud@sha256:${'b'.repeat(64)}`;
const base = { project: 'fraud', environment: null, summary: 'said by a test' } as const;

/** Evidence of a model with one file. */
export function validateEvidence(outcome: Outcome = 'passed', digest = modelDigest): ValidateEvidence {
  return {
    schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
    stage: 'validate',
    ...base,
    outcome,
    volatile,
    verdict: outcome === 'passed' ? 'clean' : 'unsafe',
    model: {
      path: 'model/',
      digest,
      bytes: 3,
      files: [
        {
          path: 'model.pkl',
          format: 'pickle',
          verdict: 'clean',
          bytes: 3,
          sha256: 'c'.repeat(64),
          findings: [{ rule: 'pickle/global', severity: 'high', offset: 11, message: 'os.system', hint: 'remove it' }],
          facts: { protocol: 4, globals: ['os.system'] },
        },
      ],
    },
    contract: { inputs: [{ name: 'inputs', dtype: 'float64', shape: [null, 30] }], outputs: [], source: 'declared' },
  };
}

/** Evidence of an image for that model. */
export function buildEvidence(outcome: Outcome = 'passed'): BuildEvidence {
  return {
    schema: 'https://ml-deploy.dev/schema/build-evidence-v1.json',
    stage: 'build',
    ...base,
    outcome,
    volatile: { ...volatile, builder: 'buildkit', uploadedBytes: 1, buildMs: 1, pushMs: 1 },
    modelDigest,
    server: 'fastapi',
    image: {
      repository: 'ghcr.io/acme/fraud',
      digest: `sha256:${'b'.repeat(64)}`,
      reference: image,
      platform: 'linux/amd64',
      bytes: 10,
      layers: [{ digest: 'sha256:d', bytes: 10, kind: 'weights', title: 'model.pkl' }],
      user: '10001',
    },
  };
}

/** Evidence of a smoke test of that image. */
export function smokeEvidence(outcome: Outcome = 'passed'): SmokeEvidence {
  return {
    schema: 'https://ml-deploy.dev/schema/smoke-evidence-v1.json',
    stage: 'smoke',
    ...base,
    outcome,
    volatile: {
      ...volatile,
      readyMs: 1,
      latencyMs: { p50: 1, p95: 2, p99: 3, count: 20 },
      stopMs: 1,
      details: ['ready after 1 ms'],
    },
    imageReference: image,
    modelDigest,
    runtime: 'process',
    hardware: { device: 'cpu', name: 'test' },
    checks: [{ id: 'ready', title: 'gets ready', verdict: 'passed', limit: '5m', message: 'ready' }],
  };
}

/** Evidence of a rollout of that image. */
export function rolloutEvidence(outcome: Outcome = 'passed'): RolloutEvidence {
  const arm = { requests: 1, errors: 0 };
  return {
    schema: 'https://ml-deploy.dev/schema/rollout-evidence-v1.json',
    stage: 'rollout',
    ...base,
    outcome,
    volatile: {
      ...volatile,
      timeline: [{ at: volatile.startedAt, kind: 'weight', message: '10 %', weight: 0.1 }],
      ticks: [
        {
          at: volatile.startedAt,
          metric: 'errors',
          weight: 0.1,
          candidate: { total: 1, bad: 0 },
          stable: { total: 9, bad: 0 },
          logWorse: 0,
          logAboveFloor: 0,
          logGood: 0.1,
          phi: 1,
        },
      ],
      totals: { stable: arm, candidate: arm },
      apiRequests: 12,
      diagnosis: [],
    },
    model: 'fraud',
    namespace: 'ml',
    strategy: 'canary',
    provider: 'replicas',
    stable: { name: 'r1', image, modelDigest: null },
    candidate: { name: 'r2', image, modelDigest },
    steps: [0.1, 0.5],
    metrics: [
      { metric: 'errors', title: 'Errors', slo: 0.01, floor: 0.001, margin: 1.5, logRollback: 3, logPromote: 3 },
    ],
    decision: 'promote',
    reasons: ['good enough'],
  };
}
