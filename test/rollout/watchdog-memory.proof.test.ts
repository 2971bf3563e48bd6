import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEngineImage } from '../../scripts/engine-image.ts';
import { until } from '../cluster/poll.ts';
import type { Traffic } from '../cluster/traffic.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';

// The watchdog as users run it: the engine image from the committed dist/, not the small program that other tests use.

const limitMb = 80;

let scenario: Scenario;
let traffic: Traffic;
let watchdog: string;

beforeAll(async () => {
  scenario = await Scenario.start('memory');
  const { registry, buildkitAddress, caBundlePath, state } = scenario.cluster;
  watchdog = await buildEngineImage({
    repository: `${registry}/test/engine`,
    address: buildkitAddress,
    insecure: true,
    buildctl: state.buildctl,
    ca: caBundlePath,
  });
  const { code, output } = await scenario.run('rollout', { watchdog });
  if (code !== 0) throw new Error(output);
  traffic = await scenario.traffic();
});

afterAll(async () => {
  await traffic.stop();
  await scenario[Symbol.asyncDispose]();
});

/** Peak resident memory of process 1 of the watchdog's pod so far, in MB; null once it has ended. */
async function peakMb(): Promise<number | null> {
  const label = 'mldeploy/role=watchdog';
  const running = '--field-selector=status.phase=Running';
  const inSpace = ['-n', scenario.namespace];
  const names = await scenario.cluster.kubectl(['get', 'pods', ...inSpace, '-l', label, running, '-o', 'name']);
  const pods = names.split('\n').filter((name) => name !== '');
  if (pods.length === 0) return null;
  expect(pods.length).toBe(1);
  const status = await scenario.cluster.kubectl(['exec', ...inSpace, pods[0] ?? '', '--', 'cat', '/proc/1/status']);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
}

test('the watchdog of the real engine image stays below 80 MB, from its start until it has restored the stable revision', async () => {
  const begun = Date.now();
  const engine = await scenario.canary({ watchdog, env: { VERSION: '2' }, rollout: { minTime: '5m' } });
  const seen: number[] = [];
  const look = async (): Promise<boolean> => {
    // The pod may end between the two questions.
    const peak = await peakMb().catch(() => null);
    if (peak !== null) seen.push(peak);
    return peak === null;
  };
  const watching = Date.now();
  await until('it has watched for a while', async () => (await look(), Date.now() - watching > 15_000), {
    every: 1000,
  });
  engine.process.kill('SIGKILL');
  await until('the watchdog has restored and ended', look, { every: 100 });
  console.log(`peak ${Math.max(...seen)} MB in ${seen.length} looks, at first ${seen[0]} MB`);
  expect(seen.length).toBeGreaterThan(10);
  expect(Math.max(...seen)).toBeLessThan(limitMb);
  expect(Math.min(...seen)).toBeGreaterThan(10);

  await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned');
  await onlyAnsweredBy(traffic, 'r1');
  expect(traffic.failures(begun)).toEqual([]);
  const rolledBack = await scenario.elsewhere('rollback');
  expect(rolledBack.code, rolledBack.output).toBe(0);
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
});
