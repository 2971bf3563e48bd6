import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SmokeConfig } from '../../src/config/config.ts';
import type { BuildEvidence, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { speedOf, speedRecord } from '../../src/pipeline/speed-record.ts';
import { serverOf } from '../../src/server/index.ts';
import { createSmokeStage } from '../../src/smoke/stage.ts';
import { SlowCluster } from '../cli/slow-cluster.ts';
import { message, project, verdict } from './fixture/project.ts';
import type { Fault } from './fixture/server.ts';
import { spawnedRuntime } from './fixture/spawned-runtime.ts';

const build = {
  image: { reference: 'registry.example/sum@sha256:b', platforms: [] },
  modelDigest: 'sha256:m',
} as unknown as BuildEvidence;

const cluster = new SlowCluster();
let before: SmokeEvidence;
beforeAll(async () => {
  await cluster.start(mkdtempSync(join(tmpdir(), 'slowdown-')));
  before = await smoke();
});
afterAll(() => cluster.stop());

interface Wish {
  /** `none` unless said. */
  readonly fault?: Fault;
  readonly smoke?: Partial<SmokeConfig>;
  /** smoke.json of an earlier release. */
  readonly previous?: unknown;
  readonly kubeconfig?: string;
}

async function smoke({ fault = 'none', smoke: wish = {}, previous, kubeconfig }: Wish = {}): Promise<SmokeEvidence> {
  const files = previous === undefined ? {} : { 'before.json': JSON.stringify(previous) };
  const named = previous === undefined ? {} : { previous: 'before.json' };
  const context = project({ ...wish, ...named }, files);
  const access = { ...context.access, kubeconfig: kubeconfig ?? null };
  const stage = createSmokeStage({ runtimes: [spawnedRuntime({ fault })], serverOf });
  await stage.preflight({ ...context, access });
  return stage.run({ ...context, access, evidence: { build } });
}

/** The same test, of a server that took hardly any time. */
const faster = (evidence: SmokeEvidence): SmokeEvidence => times(evidence, 1 / 5000);

/** The same test, of a server than which none is slower, also on a machine that has become busy meanwhile. */
const slower = (evidence: SmokeEvidence): SmokeEvidence => times(evidence, 1000);

function times(evidence: SmokeEvidence, factor: number): SmokeEvidence {
  const scaled = (value: unknown): unknown => {
    if (typeof value === 'number') return value * factor;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, key === 'count' ? each : scaled(each)]));
  };
  const { latencyMs } = evidence.volatile;
  return { ...evidence, volatile: { ...evidence.volatile, latencyMs: scaled(latencyMs) as typeof latencyMs } };
}

/** The state of a rollout whose stable revision has these figures. */
function recorded(stable: unknown): void {
  const path = '/api/v1/namespaces/default/configmaps/mldeploy-sum';
  const state = JSON.stringify({ version: 1, stable });
  cluster.is.objects.set(path, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mldeploy-sum', namespace: 'default', uid: 'u', resourceVersion: '1' },
    data: { state },
  });
}

describe('with the evidence of an earlier release (smoke.previous)', () => {
  test('a server that is much slower fails, and both figures are named', async () => {
    const evidence = await smoke({ fault: 'slow', previous: faster(before) });
    expect(evidence.outcome).toBe('failed');
    expect(message(evidence, 'slowdown')).toMatch(
      /^Slower than before\.json, in each of 3 measurements: p50 is \d+(\.\d+)? ms \(.*\) and was \d+(\.\d+)? ms \(.*\)/,
    );
    expect(evidence.volatile.comparedWith?.slower).toEqual(['p50']);
    expect(evidence.volatile.comparedWith?.latencyMs).toEqual(faster(before).volatile.latencyMs);

    const free = await smoke({ fault: 'slow', previous: faster(before), smoke: { maxSlowdown: null } });
    expect([free.outcome, verdict(free, 'slowdown')]).toEqual(['passed', 'passed']);
    expect(free.volatile.details.join()).toMatch(/compared with before\.json: p50 .*, was /);
  });

  test('one that was slow for a while is measured again; the later figures count, and the message tells both', async () => {
    // Whatever this machine is busy with: 60 ms are four times of these figures, and what answers at once is not.
    const high = 14;
    const intervals = { p50: { low: 13, high }, p95: { low: 13, high: null }, p99: { low: 13, high: null } };
    const latencyMs = { ...before.volatile.latencyMs, p50: 13.5, p95: high, p99: high, intervals };
    const previous = { ...before, volatile: { ...before.volatile, latencyMs, throughput: undefined } };
    const evidence = await smoke({ fault: 'slow-at-first', previous, smoke: { maxSlowdown: 3 } });
    expect([evidence.outcome, verdict(evidence, 'slowdown')]).toEqual(['passed', 'passed']);
    expect(message(evidence, 'slowdown')).toMatch(
      /^Not slower than before\.json .* measured [23] times, since it seemed slower at first \(p50 is \d+(\.\d+)? ms/,
    );
    expect(evidence.volatile.comparedWith?.slower).toEqual([]);
    expect(evidence.volatile.latencyMs?.p50).toBeLessThan(55);
  });

  test('figures of other requests, another protocol or other hardware are not compared, and the report says why', async () => {
    const elsewhere = { ...before, hardware: { device: 'gpu', name: 'Tesla T4' } };
    const evidence = await smoke({ previous: elsewhere });
    expect(verdict(evidence, 'slowdown')).toBe('skipped');
    expect(message(evidence, 'slowdown')).toBe(
      `The figures of before.json do not compare: they were measured on other hardware (${before.hardware.name} now, Tesla T4 then).`,
    );
    const two = await smoke({ previous: before, smoke: { concurrency: 2 } });
    expect(message(two, 'slowdown')).toContain('with another smoke.concurrency (2 now, 1 then)');
    const { load } = before.volatile;
    const other = { ...before, volatile: { ...before.volatile, load: { ...load, requestSet: 'sha256:other' } } };
    expect(message(await smoke({ previous: other }), 'slowdown')).toContain('with other requests');
    const failed = { ...before, outcome: 'failed' };
    expect(message(await smoke({ previous: failed }), 'slowdown')).toContain('did not pass');
  });

  test('what became slower release by release is told, and is no failure; the fastest goes on from record to record', async () => {
    const { latencyMs } = faster(before).volatile;
    if (latencyMs === null) throw new Error('it measured something');
    const first = {
      image: 'registry.example/sum@sha256:a',
      at: '2026-01-02T03:04:05.000Z',
      latencyMs,
      throughput: null,
    };
    const second = {
      ...slower(before).volatile,
      comparedWith: { ...first, title: 'the stable revision r1', slower: [] },
    };
    const third = await smoke({
      fault: 'slow',
      previous: { ...before, volatile: second },
      smoke: { maxSlowdown: 200 },
    });
    expect(verdict(third, 'slowdown')).toBe('passed');
    expect(message(third, 'slowdown')).toMatch(
      /^Not slower than before\.json .* Step by step it has become slower than the fastest release before, registry\.example\/sum@sha256:a of 2026-01-02: p50 is .* and was /,
    );
    expect(third.volatile.comparedWith?.fastest).toEqual({ ...first, slower: ['p50'] });
    expect(speedRecord(third)?.fastest).toEqual(first);

    recorded({ name: 'r3', speed: { ...speedRecord(third), image: 'registry.example/sum@sha256:c' } });
    const fourth = await smoke({ fault: 'slow', kubeconfig: cluster.kubeconfig, smoke: { maxSlowdown: 20 } });
    expect(fourth.volatile.comparedWith?.fastest).toMatchObject(first);
    recorded({ name: 'r3', speed: { ...speedRecord(third), fastest: { image: 7 } } });
    const other = await smoke({ fault: 'slow', kubeconfig: cluster.kubeconfig, smoke: { maxSlowdown: 20 } });
    expect([other.outcome, other.volatile.comparedWith?.fastest]).toEqual(['passed', undefined]);
  });

  test('a file that is no evidence is found before anything starts', async () => {
    await expect(smoke({ previous: { stage: 'validate' } })).rejects.toMatchObject({
      code: 'smoke/no-previous',
      kind: 'usage',
    });
    await expect(smoke({ smoke: { previous: 'gone.json' } })).rejects.toMatchObject({
      code: 'smoke/no-previous',
    });
  });
});

describe('with the record of the stable revision in the cluster', () => {
  test('a server that is much slower than it fails', async () => {
    const { kubeconfig } = cluster;
    recorded({ name: 'r3', speed: speedRecord(faster(before)) });
    const slow = await smoke({ fault: 'slow', kubeconfig });
    expect(message(slow, 'slowdown')).toMatch(/^Slower than the stable revision r3, in each of 3 measurements: p50 is/);
    recorded({ name: 'r4', speed: speedRecord(slower(before)) });
    const same = await smoke({ kubeconfig, smoke: { maxSlowdown: 20 } });
    expect(message(same, 'slowdown')).toBe('Not slower than the stable revision r4 beyond chance and 2000 %.');
  });

  test.each<[unknown, string]>([
    [null, 'No revision of sum is stable in namespace default yet.'],
    [{ name: 'r3' }, 'Nothing is recorded of the stable revision r3: its rollout had no smoke test with figures.'],
    [
      { name: 'r3', speed: { latencyMs: { p50: 1 }, load: { requestSet: 'x' }, hardware: null } },
      'Nothing is recorded of the stable revision r3',
    ],
    [{ name: 'r3', speed: { latencyMs: 'of a later version' } }, 'Nothing is recorded of the stable revision r3'],
  ])('%j: nothing is compared, and the reason is told', async (stable, reason) => {
    recorded(stable);
    const evidence = await smoke({ kubeconfig: cluster.kubeconfig });
    expect(verdict(evidence, 'slowdown')).toBe('skipped');
    expect(message(evidence, 'slowdown')).toContain(reason);
  });

  test('a cluster that answers with an error holds nothing up', async () => {
    cluster.is.intercept = () => ({
      status: 403,
      headers: {},
      body: JSON.stringify({ kind: 'Status', code: 403, message: 'no' }),
    });
    const evidence = await smoke({ kubeconfig: cluster.kubeconfig });
    cluster.is.intercept = undefined;
    expect(evidence.outcome).toBe('passed');
    expect(message(evidence, 'slowdown')).toContain('(ConfigMap mldeploy-sum) cannot be read: ');
  });
});

test('only a test that passed, of the very image that is rolled out, is recorded', () => {
  const image = 'registry.example/sum@sha256:b';
  expect(speedOf(image, before)).toMatchObject({ image, load: { concurrency: 1 } });
  expect(speedOf(image, { ...before, outcome: 'failed' })).toBeNull();
  expect(speedOf('registry.example/sum@sha256:c', before)).toBeNull();
  expect(speedOf(image, undefined)).toBeNull();
});
