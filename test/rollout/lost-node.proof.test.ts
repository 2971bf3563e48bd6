import { test } from 'vitest';
import { killSecondNode } from '../cluster/addons/second-node.ts';
import { TwoNodes } from './two-nodes.ts';

// A cluster of its own: a node loses its power. Most of the time is the controller manager's: it believes in a silent node for 50 s.

/** What docs/rollout.md promises for a cluster with the default of 50 s: 5 s of toleration, a new pod, and one lease duration after that. */
const promisedMs = 50_000 + 5_000 + 15_000 + 10_000;

test('engine and node of its watchdog and candidate lost at once: another watchdog restores in time, only requests to the lost pod fail', async () => {
  await using nodes = await TwoNodes.startToLose('lost');
  const { cluster } = nodes;
  const begun = Date.now();
  await nodes.deadCanaryOnSecondNode({ env: { VERSION: '2' }, rollout: { minTime: '10m', stepDeadline: '20m' } });
  const lostAt = Date.now();
  await killSecondNode(cluster);

  const noticedAt = await nodes.secondNodeNoticed();
  await nodes.restoredFromFirstNode(promisedMs - (noticedAt - lostAt));
  console.log(`noticed after ${noticedAt - lostAt} ms, stable alone after ${Date.now() - lostAt} ms`);
  await nodes.onlyLostRequestsFailed({ begun, lostAt, noticedAt });
});
