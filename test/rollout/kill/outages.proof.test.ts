import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { calmMs } from '../../../src/rollout/calm.ts';
import { runInside } from '../../cluster/namespaces.ts';
import type { Engine } from '../scenario.ts';
import { onlyStableAnswers } from './aftermath.ts';
import { graceMs, leaseMs, quick } from './quick.ts';
import { Stage } from './stage.ts';

// Parts of the cluster fail, engines sleep, clocks are wrong. Restarts parts of the cluster: nothing else may use it meanwhile.

let stage: Stage;
let begun: number;
let stable: string;

beforeAll(async () => {
  stage = await Stage.start('outages', quick);
});

beforeEach(async () => {
  await stage.scenario.elsewhere('rollback');
  begun = Date.now();
  stable = await stage.stable();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const slow = { rollout: { ...quick.rollout, minTime: '15s' } };

async function canary(): Promise<Engine> {
  return stage.canary(await stage.proxy(), slow);
}

/** Either it went on and was promoted, or it lost its lease and the stable revision serves; never anything between. */
async function endsEitherWay(engine: Engine): Promise<void> {
  const code = await engine.ended;
  expect([0, 4], engine.output()).toContain(code);
  await stage.scenario.reaches(
    'the rollout is no longer running',
    ({ phase }) => phase !== 'running',
    // After an outage old pods stay until every node has heard of the new endpoints.
    leaseMs + graceMs + calmMs,
  );
  if (code === 4) await stage.scenario.elsewhere('rollback');
  const now = await stage.stable();
  if (code === 0) expect(now).not.toBe(stable);
  else expect(now).toBe(stable);
  await stage.endsWith(now, begun);
}

test('the API server is restarted', async () => {
  const engine = await canary();
  // Killed, because its orderly end takes a minute here: nodes that cannot report for so long lose their endpoints, whoever deploys.
  await runInside(stage.scenario.cluster.init, 'pkill', ['-KILL', '-x', 'kube-apiserver']);
  await endsEitherWay(engine);
});

test('etcd stands still for 20 s', async () => {
  const { init } = stage.scenario.cluster;
  const engine = await canary();
  await runInside(init, 'pkill', ['-STOP', '-x', 'etcd']);
  try {
    await delay(20_000);
  } finally {
    await runInside(init, 'pkill', ['-CONT', '-x', 'etcd']);
  }
  await endsEitherWay(engine);
});

test('two engines: one sleeps beyond its lease, another machine goes on; the first one wakes and writes nothing', async () => {
  const { scenario } = stage;
  const options = { ...quick, ...slow, env: stage.next() };
  const proxy = await stage.proxy();
  const first = await scenario.canary({ ...options, kubeconfig: proxy.kubeconfig });
  first.process.kill('SIGSTOP');
  await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', leaseMs + graceMs, 500);
  await onlyStableAnswers(scenario, stage.traffic);
  const second = await scenario.engine('resume', options);
  await scenario.reaches('the second engine shifts traffic', ({ weight }) => weight > 0, 60_000, 500);
  const woken = performance.now();
  first.process.kill('SIGCONT');
  expect(await first.ended, first.output()).toBe(4);
  expect(first.output()).toContain('rollout/superseded');
  const late = proxy.answered.filter(({ at }) => at > woken);
  expect(late.filter(({ status }) => status < 400)).toEqual([]);
  expect(await second.ended, second.output()).toBe(0);
  await stage.endsWith(await stage.stable(), begun);
});

test.each([
  ['an hour ahead', 3600],
  ['an hour behind', -3600],
])('the clock of the engine is %s', async (_name, seconds) => {
  // Everything the engine calls time of day is off; its monotonic clock is not, as with a wrong clock.
  const shift = `const D=Date,s=${seconds * 1000};globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now()+s)}static now(){return D.now()+s}};`;
  const proxy = await stage.proxy();
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = `--import data:text/javascript,${encodeURIComponent(shift)}`;
  try {
    const { code, output, evidence } = await stage.rollout(proxy);
    expect(code, output).toBe(0);
    const offMs = Date.parse(evidence.volatile.endedAt) - Date.now();
    expect(Math.abs(offMs - seconds * 1000)).toBeLessThan(60_000);
    await stage.endsWith(evidence.candidate.name, begun);
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
});

test('at rest there are no pods but those of the model and no CRDs of ours; during a rollout one watchdog pod below 80 MB', async () => {
  const { scenario } = stage;
  const pods = (): Promise<string[]> =>
    scenario.cluster
      .kubectl(['get', 'pods', '-n', scenario.namespace, '-o', 'name'])
      .then((text) => text.split('\n').filter(Boolean));
  expect((await pods()).filter((name) => !name.startsWith(`pod/fraud-${stable}`))).toEqual([]);
  const crds = await scenario.cluster.kubectl(['get', 'crds', '-o', 'name']);
  expect(crds.split('\n').filter((name) => /ml-?deploy/.test(name))).toEqual([]);

  const engine = await canary();
  const watchdogs = (await pods()).filter((name) => name.includes('watchdog'));
  expect(watchdogs.length).toBe(1);
  const status = await scenario.cluster.kubectl([
    'exec',
    '-n',
    scenario.namespace,
    watchdogs[0] ?? '',
    '--',
    'cat',
    '/proc/1/status',
  ]);
  const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  expect(kilobytes / 1000).toBeGreaterThan(10);
  expect(kilobytes / 1000).toBeLessThan(80);
  await endsEitherWay(engine);
});
