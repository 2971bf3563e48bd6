import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { promote, resume } from '../../src/rollout/commands/resume.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { StateStore } from '../../src/rollout/state.ts';
import { image, memoryCluster, ref } from './memory-cluster.ts';
import type { MemoryTransport } from './memory-transport.ts';
import { accessTo, contextFor, project } from './project.ts';

const access = accessTo({ kubeconfigPath: '/nowhere' });

/** r1 is stable, r2 is held until then. */
function held(config: Config, until: string, forbidden = ''): Promise<MemoryTransport> {
  const hold = { reason: 'approval', step: 0, until };
  return memoryCluster(config, (revision) => ({ phase: 'held', candidate: revision('r2'), hold, step: 0 }), forbidden);
}

const future = '2999-01-01T00:00:00Z';
const past = '2001-01-01T00:00:00Z';

test.each([
  ['promote', promote],
  ['resume', resume],
])('%s without an engine image for the watchdog leaves the hold as it is', async (_, command) => {
  const config = project({ namespace: 'ml', rollout: { watchdog: 'on' } });
  const transport = await held(config, future);
  const context = contextFor(config, access, image);
  await expect(command(context, kubeApi(transport))).rejects.toMatchObject({ code: 'rollout/no-watchdog-image' });
  expect(transport.writes).toEqual([]);
});

test('promote without the rights it needs leaves the hold as it is', async () => {
  const config = project({ namespace: 'ml' });
  const transport = await held(config, future, 'endpointslices');
  const context = contextFor(config, access, image);
  await expect(promote(context, kubeApi(transport))).rejects.toMatchObject({ code: 'rollout/forbidden' });
  expect(transport.writes).toEqual([]);
});

test('a hold that waits refuses the next rollout; one that has run out is rolled back first', async () => {
  const config = project({ namespace: 'ml' });
  const waiting = await held(config, future);
  const context = contextFor(config, access, image);
  await expect(rollOut(context, kubeApi(waiting))).rejects.toMatchObject({ code: 'rollout/held' });
  expect(waiting.writes).toEqual([]);

  const over = await held(config, past);
  const api = kubeApi(over);
  const evidence = await rollOut(context, api);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'none', stable: { name: 'r1' } });
  const { state } = await StateStore.load(api, ref);
  expect(state).toMatchObject({ phase: 'done', candidate: null, hold: null, stable: { name: 'r1' } });
  expect(over.objects.has('/apis/apps/v1/namespaces/ml/deployments/fraud-r2')).toBe(false);
});
