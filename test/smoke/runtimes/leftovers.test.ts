import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { isLeftover } from '../../../src/smoke/runtimes/kubernetes/leftovers.ts';
import { lifeAnnotation, ownerAnnotation } from '../../../src/smoke/runtimes/kubernetes/pod.ts';
import { hasEnded, thisProcess } from '../../../src/smoke/runtimes/owner.ts';

const owner = (change: object) => JSON.stringify({ ...(JSON.parse(thisProcess('host')) as object), ...change });

test('only a process of this host that has certainly ended counts as ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(hasEnded(thisProcess('host'), 'host')).toBe(false);
  expect(hasEnded(owner({ pid: child.pid }), 'host')).toBe(true);
  expect(hasEnded(owner({ pid: child.pid }), 'other-host')).toBe(false);
  expect(hasEnded(owner({ pid: child.pid, namespace: 'pid:[1]' }), 'host')).toBe(false);
  expect(hasEnded(owner({ started: '1' }), 'host')).toBe(true);
  expect(hasEnded('nonsense', 'host')).toBe(false);
  expect(hasEnded('null', 'host')).toBe(false);
});

test('a pod of another host is left over when it is older than any test, by the cluster’s clock', () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      creationTimestamp: '2030-01-01T00:00:00Z',
      annotations: { [ownerAnnotation]: owner({ host: 'elsewhere' }), [lifeAnnotation]: '3600' },
    },
  };
  const at = (time: string | null) => isLeftover(pod, 'host', time === null ? null : new Date(time));
  expect(at('2030-01-01T00:59:00Z')).toBe(false);
  expect(at('2030-01-01T01:01:00Z')).toBe(true);
  expect(at(null)).toBe(false);
  const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2030-01-01T01:00:00Z' } };
  expect(isLeftover(going, 'host', new Date('2031-01-01'))).toBe(false);
});
