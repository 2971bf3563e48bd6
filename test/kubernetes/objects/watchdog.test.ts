import { expect, test } from 'vitest';
import { watchdogJob } from '../../../src/kubernetes/objects/watchdog.ts';

test('a watchdog on a lost node is replaced while its pod is still Terminating', () => {
  const job = watchdogJob({
    model: 'fraud',
    namespace: 'ml',
    epoch: 3,
    image: `registry.test/engine@sha256:${'a'.repeat(64)}`,
    imagePullSecrets: [],
    leaseMs: 15_000,
    deadlineMs: 60_000,
    owner: { name: 'mldeploy-fraud', uid: 'u' },
  });
  const spec = job['spec'] as { podReplacementPolicy?: string; podFailurePolicy?: object; backoffLimit: number };
  expect(spec.podReplacementPolicy).toBe('TerminatingOrFailed');
  // The API server accepts only `Failed` beside it.
  expect(spec.podFailurePolicy).toBeUndefined();
  expect(spec.backoffLimit).toBeGreaterThan(100);
});
