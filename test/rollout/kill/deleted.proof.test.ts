import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../cluster/poll.ts';
import type { Engine } from '../scenario.ts';
import { onlyAnsweredBy } from '../scenario.ts';
import { lost } from './aftermath.ts';
import { quick } from './quick.ts';
import { Stage } from './stage.ts';

// Somebody deletes what the users' requests depend on in the middle of a canary.

let stage: Stage;
let begun: number;
let stable: string;

beforeEach(async () => {
  stage = await Stage.start('deleted');
  begun = Date.now();
  stable = await stage.stable();
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

/** A canary that would go on for a while. */
async function canary(): Promise<Engine> {
  return stage.canary(await stage.proxy(), { rollout: { ...quick.rollout, minTime: '60s' } });
}

function kubectl(...args: readonly string[]): Promise<string> {
  return stage.scenario.cluster.kubectl([...args, '-n', stage.scenario.namespace]);
}

interface There {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly selector?: unknown; readonly template?: unknown; readonly clusterIP?: string };
}

/** The object as soon as there is another one of that name. */
function madeAgain(kind: string, name: string, before: There, timeout: number): Promise<There> {
  return until(
    `another ${kind} ${name}`,
    async () => {
      const there = await stage.scenario.cluster.get<There>(kind, name, '-n', stage.scenario.namespace);
      return there.metadata.uid === before.metadata.uid ? undefined : there;
    },
    { timeout, every: 100 },
  );
}

function read(kind: string, name: string): Promise<There> {
  return stage.scenario.cluster.get<There>(kind, name, '-n', stage.scenario.namespace);
}

/** Until nodes know of a Service that was made, and attempts to reach it before are over. */
const learnMs = 3_000;

/** Requests may reach nobody while there is no Service: nothing fails before, nothing afterwards, and nothing is answered wrongly. */
function onlyMeanwhile(deletedAt: number, backAt: number): void {
  const failures = stage.traffic.failures(begun);
  const others = failures.filter(
    ({ startedAt, status }) => startedAt < deletedAt - 1000 || startedAt > backAt + learnMs || status !== 0,
  );
  expect(others).toEqual([]);
  // Often none at all: the second attempt of a client to connect, after a second, finds the Service again.
  console.log(`${failures.length} requests reached nobody`);
}

test('the Service: it is made again within seconds for the stable revision, and the canary is given up', async () => {
  const engine = await canary();
  const service = await read('service', 'fraud');
  const at = Date.now();
  await kubectl('delete', 'service', 'fraud', '--wait=false');
  const again = await madeAgain('service', 'fraud', service, 10_000);
  const back = Date.now();
  console.log(`no Service for ${back - at} ms`);
  // The same address: clients that know it go on.
  expect(again.spec).toMatchObject({ selector: { app: 'fraud', revision: stable }, clusterIP: service.spec.clusterIP });
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain('The traffic object fraud was deleted by somebody else');
  expect(await stage.scenario.evidence()).toMatchObject({
    outcome: 'error',
    decision: 'none',
    stable: { name: stable },
  });
  await onlyAnsweredBy(stage.traffic, stable);
  onlyMeanwhile(at, back);
  await stage.endsWith(stable, back + learnMs);
});

test('the Service, and the engine is dead: a rollback by name and namespace makes it again', async () => {
  const { scenario } = stage;
  const engine = await canary();
  engine.process.kill('SIGKILL');
  await engine.ended;
  const service = await read('service', 'fraud');
  const at = Date.now();
  await kubectl('delete', 'service', 'fraud', '--wait=false');
  const { code, output } = await scenario.elsewhere('rollback');
  expect(code, output).toBe(0);
  const again = await madeAgain('service', 'fraud', service, 1000);
  const back = Date.now();
  expect(again.spec).toMatchObject({ selector: { app: 'fraud', revision: stable }, clusterIP: service.spec.clusterIP });
  await onlyAnsweredBy(stage.traffic, stable);
  onlyMeanwhile(at, back);
  await stage.endsWith(stable, back + learnMs);
});

test('the stable Deployment: nobody is promoted by default; it is made again, and gets the traffic when it is ready', async () => {
  const before = await read('deployment', `fraud-${stable}`);
  const engine = await canary();
  await kubectl('delete', 'deployment', `fraud-${stable}`, '--wait=false');
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain(`Deployment fraud-${stable} of the stable revision was deleted by somebody else`);
  expect(await stage.scenario.evidence()).toMatchObject({
    outcome: 'error',
    decision: 'none',
    stable: { name: stable },
  });
  const again = await madeAgain('deployment', `fraud-${stable}`, before, 1000);
  expect(again.spec.template).toEqual(before.spec.template);
  // The candidate served meanwhile: nobody lost a request.
  await stage.endsWith(stable, begun);
});

test('the stable Deployment, and the engine is dead: a rollback by name and namespace makes it again', async () => {
  const before = await read('deployment', `fraud-${stable}`);
  const engine = await canary();
  engine.process.kill('SIGKILL');
  await engine.ended;
  await kubectl('delete', 'deployment', `fraud-${stable}`, '--wait=false');
  const { code, output } = await stage.scenario.elsewhere('rollback');
  expect(code, output).toBe(0);
  const again = await madeAgain('deployment', `fraud-${stable}`, before, 1000);
  expect(again.spec.template).toEqual(before.spec.template);
  await onlyAnsweredBy(stage.traffic, stable);
  expect(lost(stage.traffic, begun)).toEqual([]);
  await stage.endsWith(stable, begun);
});
