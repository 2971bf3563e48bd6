import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { LeaseObserver } from '../../src/rollout/lease.ts';

const lease = (renewTime: string): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'mldeploy-fraud', uid: 'u' },
  spec: { renewTime },
});

/** An observer with a clock that the test moves. */
function observed(durationMs: number): { look: (at: number, object: KubeObject | null) => string } {
  let now = 0;
  const observer = new LeaseObserver(durationMs, () => now);
  return {
    look: (at, object) => {
      now = at;
      return observer.look(object);
    },
  };
}

test('dead only when it was seen not to change for the whole duration', () => {
  const { look } = observed(10_000);
  for (let at = 0; at < 10_000; at += 1000) expect(look(at, lease('a'))).toBe('alive');
  expect(look(10_000, lease('a'))).toBe('dead');
});

test('any change starts the time anew, whatever the time it names', () => {
  const { look } = observed(10_000);
  for (let at = 0; at <= 9000; at += 1000) look(at, lease('2026-01-01T00:00:00Z'));
  expect(look(9500, lease('1970-01-01T00:00:00Z'))).toBe('alive');
  for (let at = 10_000; at < 19_500; at += 1000) expect(look(at, lease('1970-01-01T00:00:00Z'))).toBe('alive');
  expect(look(19_500, lease('1970-01-01T00:00:00Z'))).toBe('dead');
});

test('after a gap in which nothing could be seen the time starts anew', () => {
  const { look } = observed(10_000);
  look(0, lease('a'));
  look(1000, lease('a'));
  expect(look(60_000, lease('a'))).toBe('alive');
  expect(look(64_000, lease('a'))).toBe('alive');
});

test('a lease that is gone does not live', () => {
  const { look } = observed(2000);
  look(0, lease('a'));
  look(500, null);
  for (let at = 1000; at < 2500; at += 500) expect(look(at, null)).toBe('alive');
  expect(look(2500, null)).toBe('dead');
});
