import { expect, test } from 'vitest';
import { TwoNodes } from './two-nodes.ts';

// A cluster of its own: nodes are drained.

test('engine killed, then the node of its watchdog and candidate drained: another watchdog restores, no request is lost', async () => {
  await using nodes = await TwoNodes.start('drain');
  await nodes.spreadStable();
  const begun = Date.now();
  // The lease is longer than the drain takes to evict the first watchdog.
  await nodes.deadCanaryOnSecondNode({ env: { VERSION: '2' }, rollout: { minTime: '60s', lease: '15s' } });
  const drain = ['drain', 'node-2', '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s'];
  await nodes.cluster.kubectl(drain);
  await nodes.restoredFromFirstNode(60_000);
  expect((await nodes.nodesOf('app=fraud')).every(({ node }) => node === 'node-1')).toBe(true);
  expect(nodes.traffic.failures(begun)).toEqual([]);
});
