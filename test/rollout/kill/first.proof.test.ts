import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Scenario } from '../scenario.ts';
import { ApiProxy } from './api-proxy.ts';
import { chosen, everyCell, killFirstDeploys } from './matrix.ts';
import { quick } from './quick.ts';

// As canary.proof.test.ts, for a first deploy: there is no stable revision to fall back to.

async function writesOfFirst(): Promise<readonly string[]> {
  await using scenario = await Scenario.start('writes');
  await using proxy = await ApiProxy.start(scenario.cluster.kubeconfigPath, join(scenario.folder, 'proxied'));
  const { code, output } = await scenario.run('rollout', { ...quick, kubeconfig: proxy.kubeconfig });
  expect(code, output).toBe(0);
  return proxy.writes;
}

test('first deploy: killed before and after every write, then resumed or rolled back', async () => {
  const writes = await writesOfFirst();
  console.log(writes.map((label, index) => `${index + 1} ${label}`).join('\n'));
  const cells = chosen(everyCell(writes.length));
  const { passed, failed } = await killFirstDeploys(cells, 3);
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
