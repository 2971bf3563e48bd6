import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { Judge } from '../../src/rollout/judge.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { Record } from '../../src/rollout/record.ts';
import type { Run } from '../../src/rollout/run.ts';
import type { Revision } from '../../src/rollout/state.ts';
import type { Survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { page } from './analysis/preset.ts';
import { project } from './project.ts';
import { deploymentOf } from './serving.ts';

const config = project({ namespace: 'ml' });
const image = `registry.test/fraud@sha256:${'a'.repeat(64)}`;
const r1: Revision = { name: 'r1', image, modelDigest: null, template: null, deployment: 'fraud-r1', replicas: 2 };

/** What the pods of both revisions have counted so far. */
const counted = { r1: { ok: 0, errors: 0 }, r2: { ok: 0, errors: 0 } };
/** Objects that somebody deleted. */
const deleted = new Set<string>();
/** The public Service as it is read. */
let service: { metadata: object; spec: object };
let reads = 0;
let saved = 0;
let judge: Judge;

function pod(revision: string): KubeObject {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: revision, namespace: 'ml', uid: revision }, status };
}

beforeEach(() => {
  Object.assign(counted, { r1: { ok: 0, errors: 0 }, r2: { ok: 0, errors: 0 } });
  deleted.clear();
  service = { metadata: {}, spec: { selector: { app: 'fraud', canary: 'on' } } };
  reads = 0;
  saved = 0;
  const ref = { model: 'fraud', namespace: 'ml' };
  const none = {
    service: null,
    route: null,
    virtualService: null,
    autoscaler: null,
    budget: null,
    lease: null,
    deployments: [deploymentOf(r1)],
  };
  const found: Survey = { ref, store: { state: null } as unknown as Survey['store'], ...none, stable: r1 };
  const run = {
    config,
    server: fastapi,
    plan: planRollout(config, { image, modelDigest: null }, fastapi, found, { name: 'r2' }),
    api: {
      list: (_: unknown, __: unknown, selector: string) => {
        const name = selector.endsWith('r2') ? 'r2' : 'r1';
        return Promise.resolve(deleted.has(`fraud-${name}`) ? [] : [pod(name)]);
      },
      find: (_: unknown, __: unknown, name: string) =>
        Promise.resolve(
          deleted.has(name) ? null : { kind: 'Service', metadata: { name, ...service.metadata }, spec: service.spec },
        ),
      podProxy: (_: string, name: 'r1' | 'r2') => {
        reads++;
        return Promise.resolve({ status: 200, body: page({ start: 1, slow: 0, ...counted[name] }), headers: {} });
      },
    },
    fence: { epoch: 3 },
    store: { update: () => Promise.resolve(saved++) },
    record: new Record(silentReporter),
    reporter: silentReporter,
    signal: new AbortController().signal,
    lease: { beat: () => Promise.resolve() },
    savedAnalysis: null,
  } as unknown as Run;
  judge = new Judge(run, r1);
});

/** The candidate has 30 % of the traffic from here on. */
async function shifted(): Promise<void> {
  await judge.baseline();
  judge.analysis.startStep(0, 0.3);
  await judge.closeTick(0.3);
}

/** Both arms serve some more; so many requests of the candidate fail. */
function serve(failed: number): void {
  counted.r1.ok += 700;
  counted.r2.ok += 300 - failed;
  counted.r2.errors += failed;
}

/** A rollback takes two bad ticks: one alone might be a burst. */
async function badTick(): Promise<void> {
  await shifted();
  serve(150);
  await judge.closeTick(0.3);
  serve(150);
}

describe('before the weight changes', () => {
  test('a rollback that is due is thrown as the fault of the revision', async () => {
    await badTick();
    await expect(judge.closeTick(0.3)).rejects.toMatchObject({ code: 'rollout/worse', kind: 'model' });
  });

  test('a good tick closes quietly', async () => {
    await shifted();
    serve(0);
    await expect(judge.closeTick(0.3)).resolves.toBeUndefined();
  });
});

describe('what somebody deletes while the candidate is judged', () => {
  test('the Service: told within a tick, whatever the counts say', async () => {
    await shifted();
    deleted.add('fraud');
    serve(0);
    await expect(judge.closeTick(0.3)).rejects.toMatchObject({
      code: 'rollout/traffic-object-gone',
      kind: 'infrastructure',
    });
  });

  test('the stable Deployment: nothing is left to compare with', async () => {
    await shifted();
    deleted.add('fraud-r1');
    serve(0);
    await expect(judge.closeTick(0.3)).rejects.toMatchObject({ code: 'rollout/stable-gone', kind: 'infrastructure' });
  });
});

describe('traffic that somebody turns while the candidate is judged', () => {
  const toStable = { selector: { app: 'fraud', revision: 'r1' } };

  test('told within a tick, with the program that wrote it', async () => {
    await shifted();
    const managedFields = [
      { manager: 'ml-deploy', time: '2026-11-22T10:00:00Z', fieldsV1: { 'f:spec': {} } },
      { manager: 'kubectl-patch', time: '2026-11-22T11:00:00Z', fieldsV1: { 'f:spec': {} } },
      { manager: 'controller', time: '2026-11-22T12:00:00Z', fieldsV1: { 'f:status': {} } },
    ];
    service = { metadata: { managedFields }, spec: toStable };
    serve(0);
    await expect(judge.closeTick(0.3)).rejects.toMatchObject({
      code: 'rollout/traffic-turned',
      kind: 'inconclusive',
      message: expect.stringContaining(
        'Service fraud was changed by somebody else (kubectl-patch, 2026-11-22T11',
      ) as string,
    });
  });

  test('a takeover is no hand', async () => {
    await shifted();
    const annotations = { 'mldeploy/epoch': '4', 'mldeploy/engine': 'rollback-1' };
    service = { metadata: { annotations }, spec: toStable };
    await expect(judge.closeTick(0.3)).rejects.toMatchObject({
      code: 'rollout/superseded',
      message: expect.stringContaining('a `rollback` command took over') as string,
    });
  });

  test("labels and annotations are nobody's traffic", async () => {
    await shifted();
    service = { ...service, metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } };
    serve(0);
    await expect(judge.closeTick(0.3)).resolves.toBeUndefined();
  });
});

describe('while the rollout waits for pods', () => {
  test('the counts are read once a tick, and saved', async () => {
    await shifted();
    const before = reads;
    await judge.watch(0.3, [pod('r2')]);
    expect(reads).toBe(before);
    await expect
      .poll(
        async () => {
          await judge.watch(0.3, [pod('r2')]);
          return saved;
        },
        { timeout: 5000 },
      )
      .toBe(1);
    expect(reads).toBe(before + 2);
  });

  test('a rollback that becomes due ends the wait', async () => {
    await badTick();
    const waiting = async (): Promise<void> => {
      for (;;) {
        await judge.watch(0.3, [pod('r2')]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await expect(waiting()).rejects.toMatchObject({ code: 'rollout/worse', kind: 'model' });
  });
});
