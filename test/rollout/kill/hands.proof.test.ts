import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { onlyAnsweredBy } from '../scenario.ts';
import type { Engine } from '../scenario.ts';
import { onlyStableAnswers } from './aftermath.ts';
import { graceMs, leaseMs, quick, startMs } from './quick.ts';
import { Stage } from './stage.ts';

// People and other programs lay hands on the cluster in the middle of a canary: they delete, edit, evict, and take rights away.

let stage: Stage;
let begun: number;
let stable: string;

beforeAll(async () => {
  stage = await Stage.start('hands');
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

/** A canary that goes on for a while. */
async function canary(options: object = {}): Promise<Engine> {
  return stage.canary(await stage.proxy(), { ...slow, ...options });
}

function kubectl(...args: readonly string[]): Promise<string> {
  return stage.scenario.cluster.kubectl([...args, '-n', stage.scenario.namespace]);
}

async function candidate(): Promise<string> {
  const { revisions } = await stage.scenario.status();
  return revisions.find((each) => each.role === 'candidate')?.name ?? '';
}

/** It ends well: promoted, no request lost, nothing left. */
async function isPromoted(engine: Engine): Promise<void> {
  expect(await engine.ended, engine.output()).toBe(0);
  expect(await stage.stable()).not.toBe(stable);
  await stage.endsWith(await stage.stable(), begun);
}

test('the pods of the candidate are deleted: they come again and the canary goes on', async () => {
  const engine = await canary();
  await kubectl('delete', 'pods', '-l', `revision=${await candidate()}`, '--wait=false');
  await isPromoted(engine);
});

test('the pods of the stable revision are deleted: they come again and the canary goes on', async () => {
  const engine = await canary();
  await kubectl('delete', 'pods', '-l', `revision=${stable}`, '--wait=false');
  await isPromoted(engine);
});

test('the Deployment of the candidate is deleted: the stable revision serves', async () => {
  const engine = await canary({
    rollout: { ...quick.rollout, minTime: '15s', stepDeadline: '25s', onInconclusive: 'rollback' },
  });
  await kubectl('delete', 'deployment', `fraud-${await candidate()}`, '--wait=false');
  expect([3, 4]).toContain(await engine.ended);
  await stage.endsWith(stable, begun);
});

test('the lease is deleted: the engine stops, the watchdog restores', async () => {
  const engine = await canary();
  await kubectl('delete', 'lease', 'mldeploy-fraud');
  expect(await engine.ended, engine.output()).toBe(4);
  await stage.scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', leaseMs + graceMs, 500);
  await onlyStableAnswers(stage.scenario, stage.traffic);
  await stage.scenario.elsewhere('rollback');
  await stage.endsWith(stable, begun);
});

test('the lease is stolen: the engine stops, the watchdog restores', async () => {
  const engine = await canary();
  await kubectl('annotate', '--overwrite', 'lease', 'mldeploy-fraud', 'mldeploy/epoch=1000');
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain('rollout/superseded');
  await stage.scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', leaseMs + graceMs, 500);
  await onlyStableAnswers(stage.scenario, stage.traffic);
  await stage.scenario.elsewhere('rollback');
  await stage.endsWith(stable, begun);
});

test('the state is deleted: the engine returns the traffic', async () => {
  const engine = await canary();
  await kubectl('delete', 'configmap', 'mldeploy-fraud');
  expect(await engine.ended, engine.output()).toBe(4);
  // Without a state there is no word of who is stable: the test knows.
  await onlyAnsweredBy(stage.traffic, stable);
  // The next rollout knows the stable revision by the Service and removes what was left.
  const next = await stage.rollout(await stage.proxy());
  expect(next.code, next.output).toBe(0);
  expect(next.evidence).toMatchObject({ decision: 'promote', stable: { name: stable } });
  await stage.endsWith(next.evidence.candidate.name, begun);
});

test('the Job of the watchdog is deleted: the rollout goes on to its end', async () => {
  const engine = await canary();
  await kubectl('delete', 'jobs', '-l', 'mldeploy/role=watchdog', '--wait=false');
  await isPromoted(engine);
});

test('the watchdog pod is evicted, then the engine killed: another one comes and restores', async () => {
  const engine = await canary();
  await kubectl('delete', 'pods', '-l', 'mldeploy/watches=fraud', '--wait=false');
  engine.process.kill('SIGKILL');
  await engine.ended;
  await stage.scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', leaseMs + graceMs + startMs, 500);
  await onlyStableAnswers(stage.scenario, stage.traffic);
  await stage.scenario.elsewhere('rollback');
  await stage.endsWith(stable, begun);
});

test('the Service is turned by hand: noticed within a few ticks, held for a person; the end of the rollout sets it right', async () => {
  const engine = await canary();
  const turned = Date.now();
  await kubectl(
    'patch',
    'service',
    'fraud',
    '--type=merge',
    '-p',
    JSON.stringify({ spec: { selector: { revision: stable, canary: null } } }),
  );
  expect(await engine.ended, engine.output()).toBe(3);
  // The step itself takes 15 s.
  expect(Date.now() - turned).toBeLessThan(12_000);
  expect(engine.output()).toMatch(/Service fraud was changed by somebody else \(kubectl/);
  expect(await stage.scenario.status()).toMatchObject({ phase: 'held', weight: 0, oddities: [] });
  await stage.scenario.elsewhere('rollback');
  await stage.endsWith(stable, begun);
});

test('a quota leaves no room for the candidate: told as the fault of the cluster, the stable revision serves', async () => {
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'full', namespace: stage.scenario.namespace },
    spec: { hard: { pods: '2' } },
  };
  await stage.scenario.cluster.apply(quota);
  try {
    const finished = await stage.rollout(await stage.proxy());
    expect(finished.code, finished.output).toBe(4);
    expect(finished.evidence).toMatchObject({ outcome: 'error', decision: 'none' });
    expect(finished.evidence.reasons.join(' ')).toMatch(/quota/);
    await stage.endsWith(stable, begun);
  } finally {
    await kubectl('delete', 'resourcequota', 'full');
  }
});

test('the rights are withdrawn in the middle: the watchdog, with its own, restores; the engine stops', async () => {
  const { scenario } = stage;
  const every = ['get', 'list', 'create', 'update', 'patch', 'delete'];
  const kubeconfig = await scenario.cluster.restrictedUser(scenario.namespace, [
    {
      apiGroups: [
        '',
        'apps',
        'batch',
        'coordination.k8s.io',
        'autoscaling',
        'policy',
        'discovery.k8s.io',
        'rbac.authorization.k8s.io',
        'gateway.networking.k8s.io',
      ],
      resources: ['*'],
      verbs: every,
    },
  ]);
  const engine = await scenario.canary({ ...quick, ...slow, env: stage.next(), kubeconfig });
  const name = (await kubectl('get', 'rolebindings', '-o', 'name')).split('\n').find((each) => each.includes('/user-'));
  const binding = await kubectl('get', String(name), '-o', 'json');
  await kubectl('delete', String(name));
  await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', leaseMs + graceMs, 500);
  await onlyStableAnswers(scenario, stage.traffic);
  // The engine still tries to restore for some minutes; once it may look again, it sees that somebody else did.
  const { metadata, roleRef, subjects } = JSON.parse(binding) as Record<string, Record<string, unknown>>;
  await scenario.cluster.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: metadata?.['name'], namespace: scenario.namespace },
    roleRef,
    subjects,
  });
  expect(await engine.ended, engine.output()).toBe(4);
  await scenario.elsewhere('rollback');
  await stage.endsWith(stable, begun);
});
