import { expect, test } from 'vitest';
import { killSecondNode } from '../cluster/addons/second-node.ts';
import { onlyAnsweredBy } from './scenario.ts';
import { TwoNodes } from './two-nodes.ts';

// A cluster of its own: the node of the candidate's pods loses its power while the engine runs.

test('the node of the candidate is lost: the revision is not blamed, the stable one serves, only requests to the lost pod fail', async () => {
  await using nodes = await TwoNodes.startToLose('lost-candidate');
  const { cluster, scenario, traffic } = nodes;
  const begun = Date.now();
  const engine = await nodes.canaryOnSecondNode({
    env: { VERSION: '2' },
    rollout: { minTime: '75s', stepDeadline: '100s', onInconclusive: 'rollback' },
  });
  const lostAt = Date.now();
  await killSecondNode(cluster);
  const noticedAt = await nodes.secondNodeNoticed();
  await onlyAnsweredBy(traffic, 'r1');
  const code = await engine.ended;
  console.log(`noticed after ${noticedAt - lostAt} ms, ended with ${code} after ${Date.now() - lostAt} ms`);

  // A node that is lost is no evidence: it is told as inconclusive, or as the cluster's fault.
  expect([3, 4], engine.output()).toContain(code);
  const evidence = await scenario.evidence();
  expect(['inconclusive', 'error'], engine.output()).toContain(evidence.outcome);
  expect(evidence.decision).not.toBe('rollback');
  const report = await scenario.status();
  expect(report).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
  expect(report.history.at(-1)?.blamed).toBeUndefined();
  expect(report.revisions.map((each) => [each.name, each.role, each.ready])).toEqual([['r1', 'stable', 2]]);
  expect((await scenario.objects()).sort()).toEqual([
    'configmap/mldeploy-fraud',
    'deployment.apps/fraud-r1',
    'poddisruptionbudget.policy/fraud',
    'service/fraud',
    'service/fraud-r1',
  ]);
  await onlyAnsweredBy(traffic, 'r1');
  await nodes.onlyLostRequestsFailed({ begun, lostAt, noticedAt });
});
