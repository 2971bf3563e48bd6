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
  readonly spec: { readonly selector?: unknown; readonly template?: unknown };
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

/** Deletes the public Service; every request that was sent before was answered well. */
async function deleteService(): Promise<{ readonly service: There; readonly at: number }> {
  const service = await read('service', 'fraud');
  const at = Date.now();
  await kubectl('delete', 'service', 'fraud', '--wait=false');
  return { service, at };
}

test('the Service: it is made again within seconds for the stable revision, and the canary is given up', async () => {
  const engine = await canary();
  const { service, at } = await deleteService();
  const again = await madeAgain('service', 'fraud', service, 10_000);
  console.log(`no Service for ${Date.now() - at} ms`);
  expect(again.spec.selector).toEqual({ app: 'fraud', revision: stable });
  const outage = stage.traffic;
  await stage.lookUpAgain();
  const served = Date.now();
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain('The traffic object fraud was deleted by somebody else');
  expect(await stage.scenario.evidence()).toMatchObject({
    outcome: 'error',
    decision: 'none',
    stable: { name: stable },
  });

  // Before: nothing. Meanwhile: requests that reached nobody, none that was answered wrongly. Afterwards: nothing.
  const failures = outage.failures(begun);
  expect(failures.filter(({ startedAt, status }) => startedAt < at - 1000 || status !== 0)).toEqual([]);
  expect(failures.length).toBeGreaterThan(0);
  await stage.endsWith(stable, served);
});

test('the Service, and the engine is dead: the rollback says what is missing, and the same release again makes it', async () => {
  const { scenario } = stage;
  const engine = await canary();
  engine.process.kill('SIGKILL');
  await engine.ended;
  const { at } = await deleteService();
  const { code, output } = await scenario.elsewhere('rollback');
  expect(code, output).toBe(0);
  expect(output).toMatch(/Service fraud does not exist: `ml-deploy rollout` creates it/);
  expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null });
  const settled = await scenario.run('rollout', quick);
  expect(settled.code, settled.output).toBe(0);
  expect(settled.evidence).toMatchObject({ decision: 'none' });
  const outage = stage.traffic;
  await stage.lookUpAgain();
  const failures = outage.failures(begun);
  expect(failures.filter(({ startedAt, status }) => startedAt < at - 1000 || status !== 0)).toEqual([]);
  await stage.endsWith(stable, Date.now());
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
