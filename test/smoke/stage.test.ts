import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SmokeConfig } from '../../src/config/config.ts';
import { digestOf, mediaTypes } from '../../src/oci/manifest.ts';
import type { BuildEvidence, EvidenceSoFar, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { textReport } from '../../src/report/text.ts';
import { serverOf } from '../../src/server/index.ts';
import type { RunningServer, Runtime } from '../../src/smoke/runtimes/runtime.ts';
import { createSmokeStage } from '../../src/smoke/stage.ts';
import { type ReferringRegistry, startReferringRegistry } from '../oci/referring-registry.ts';
import { message, project, verdict } from './fixture/project.ts';
import type { Fault } from './fixture/server.ts';
import { type SpawnedOptions, spawnedRuntime } from './fixture/spawned-runtime.ts';

/** Asked only about a digest that nobody knows; it has none. */
let registry: ReferringRegistry;
beforeAll(async () => {
  registry = await startReferringRegistry({ lists: true });
});
afterAll(() => registry[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
/** Of the image of one platform, which the index names. */
const armDigest = `sha256:${'c'.repeat(64)}`;
const golden = {
  requests: [
    { name: 'one', body: { inputs: [[1, 2, 3]] }, expect: { outputs: [6] } },
    {
      name: 'two',
      body: {
        inputs: [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
      expect: { outputs: [0, 3.0000001] },
    },
  ],
};

interface Wish extends SpawnedOptions {
  readonly smoke?: Partial<SmokeConfig>;
  readonly golden?: object;
  readonly registry?: string;
}

async function smoke(fault: Fault, wish: Wish = {}): Promise<SmokeEvidence> {
  const files = wish.golden === undefined ? {} : { 'golden.json': JSON.stringify(wish.golden) };
  const context = project({ ...wish.smoke, ...(wish.golden === undefined ? {} : { golden: 'golden.json' }) }, files);
  const runtime = spawnedRuntime({ digest, ...wish, fault });
  const image = { reference: `${wish.registry ?? registry.host}/sum@${digest}`, platforms: [{ digest: armDigest }] };
  const build = { image, modelDigest: 'sha256:m' } as unknown as BuildEvidence;
  const stage = createSmokeStage({ runtimes: [runtime], serverOf });
  const evidence = await stage.run({ ...context, evidence: { build } });
  expect(runtime.removed()).toBe(true);
  return evidence;
}

/** An image with these labels, in the registry. */
function published(labels: Readonly<Record<string, string>>): string {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const descriptor = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, config: descriptor, layers: [] }));
  registry.blobs.set(descriptor.digest, config);
  registry.manifests.set(digestOf(content), { content, type: mediaTypes.manifest });
  return digestOf(content);
}

describe('an image that the user named, which was built elsewhere', () => {
  const model = `sha256:${'d'.repeat(64)}`;
  /** Of something else that lies in the folder. */
  const other = {
    build: { image: { reference: `a.example/other@${digest}` }, modelDigest: 'sha256:m' },
    validate: { model: { digest: 'sha256:m' }, contract: null },
  } as unknown as EvidenceSoFar;

  test('is tested without evidence of its build, and told apart from what was built here', async () => {
    const own = published({ 'dev.ml-deploy.model.digest': model });
    const runtime = spawnedRuntime({ digest: own, fault: 'none' });
    const stage = createSmokeStage({ runtimes: [runtime], serverOf });
    const image = `${registry.host}/sum@${own}`;
    const context = { ...project({}), evidence: other, image };
    await stage.preflight(context);
    const evidence = await stage.run(context);
    expect(evidence).toMatchObject({ outcome: 'passed', imageReference: image, modelDigest: model });
  });

  test('is not even started when its model is beside it, and the configuration says that it is inside', async () => {
    const own = published({ 'dev.ml-deploy.model.digest': model, 'dev.ml-deploy.weights': model });
    const runtime = spawnedRuntime({ digest: own, fault: 'none' });
    const stage = createSmokeStage({ runtimes: [runtime], serverOf });
    const context = { ...project({}), image: `${registry.host}/sum@${own}` };
    await expect(stage.preflight(context)).rejects.toMatchObject({ code: 'pipeline/mismatch', kind: 'usage' });
  });
});

const failures = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict: v }) => (v === 'failed' ? [id] : []));

describe('a server that behaves well', () => {
  test('the time before it runs, such as a pull, does not count against it', async () => {
    const evidence = await smoke('none', { startingMs: 3_300, smoke: { readyTimeoutMs: 3_000 } });
    expect(verdict(evidence, 'ready')).toBe('passed');
  });

  test('passes every check, and two runs give the same evidence but for what is volatile', async () => {
    const [first, second] = [await smoke('none', { golden }), await smoke('none', { golden })];
    expect(first.checks.map(({ id, verdict: v }) => `${id} ${v}`)).toEqual([
      'device passed',
      'image passed',
      'non-root passed',
      'ready passed',
      'answers passed',
      'golden passed',
      'same-twice passed',
      'malformed passed',
      'edges passed',
      'latency passed',
      'slowdown skipped',
      'live passed',
      'memory skipped',
      'alive passed',
      'peak-memory skipped',
      'stop passed',
      'in-flight passed',
      'clean passed',
    ]);
    expect(first.outcome).toBe('passed');
    expect(first.imageReference).toBe(`${registry.host}/sum@${digest}`);
    expect({ ...first, volatile: null }).toEqual({ ...second, volatile: null });
    expect(first.volatile.latencyMs?.count).toBe(10);
    expect(first.volatile.readyMs).toBeGreaterThan(0);
  });

  test('is asked by several at a time, which is faster as long as it copes', async () => {
    const one = await smoke('slow', { smoke: { requests: 20 } });
    const ten = await smoke('slow', { smoke: { requests: 100, concurrency: 10 } });
    expect(message(ten, 'latency')).toContain('100 requests, 10 at a time, after 10 for warm-up');
    expect(ten.volatile.throughput?.concurrency).toBe(10);
    // It takes 60 ms for each, and timers of Node end up to one early: one after the other there are no more than 17 in a second,
    // ten at a time 166, of which a busy machine may leave few.
    expect(one.volatile.throughput?.perSecond).toBeLessThan(1000 / 59);
    expect(ten.volatile.throughput?.perSecond).toBeGreaterThan(1.2 * (1000 / 59));
    const { p50, intervals } = one.volatile.latencyMs ?? {};
    expect(intervals?.p50.low).toBeLessThanOrEqual(p50 ?? NaN);
    expect(intervals?.p50.high).toBeGreaterThanOrEqual(p50 ?? NaN);
    // So few requests say nothing about how slow the slowest percent may be.
    expect(intervals?.p99.high).toBeNull();
  });

  test('asks with a batch of 1 and with larger ones', async () => {
    const evidence = await smoke('none');
    expect(message(evidence, 'answers')).toContain('batch of 1, batch of 8, batch of 32');
    expect(verdict(evidence, 'golden')).toBe('skipped');
  });
});

describe('a server that behaves badly fails the check that is about it', () => {
  test.concurrent.each<[Fault, string[], RegExp, Wish?]>([
    ['wrong-shape', ['answers'], /asked with 8 rows.*outputs has 1/],
    ['nan', ['answers'], /it holds NaN/],
    ['null', ['answers'], /outputs\[0\] is null, which is how NaN is often written/],
    ['text', ['answers'], /not JSON/],
    ['random', ['same-twice'], /the second answer differs from the first/],
    ['other-model', ['golden'], /2 of 2 golden requests: "one": outputs\[0\] is 6.5, expected 6/, { golden }],
    ['bad-input-500', ['malformed', 'edges'], /a body that is not JSON: answered 500 instead of 4xx/],
    ['lenient', ['malformed'], /answered 200 instead of 4xx/],
    ['dies-on-bad-input', ['malformed', 'alive'], /no answer/],
    ['crash-on-third', ['answers', 'alive'], /no answer/],
    ['slow', ['latency'], /above the limit/, { smoke: { maxP95Ms: 30 } }],
    ['not-live-when-busy', ['live'], /GET \/healthz failed 3 times in a row: HTTP 503/],
    ['never-ready', ['ready'], /GET \/readyz: HTTP 503/, { smoke: { readyTimeoutMs: 6000 } }],
    ['ready-lies', ['ready'], /although it says that it is ready: .*HTTP 503/, { smoke: { readyTimeoutMs: 6000 } }],
    ['description-500', ['ready'], /says that it is ready, but GET \/openapi.json answered 500/],
    ['exits-at-start', ['ready', 'alive'], /it ended by itself with exit code 3/],
    ['ignores-sigterm', ['stop'], /had to be killed/, { smoke: { stopTimeoutMs: 1000 } }],
    ['exit-code-7', ['stop'], /exit code 7/],
    ['drops-in-flight', ['in-flight'], /was lost: the connection ended/],
  ])('%s', async (fault, expected, text, wish) => {
    const evidence = await smoke(fault, wish);
    // With what the server printed: a failure that comes once in a hundred runs must explain itself.
    expect(failures(evidence), textReport({ smoke: evidence })).toEqual(expected);
    expect(evidence.outcome).toBe('failed');
    expect(message(evidence, expected[0] ?? '')).toMatch(text);
    const cause = expected[0] !== 'ready' && expected.includes('alive') ? 'alive' : (expected[0] ?? '');
    expect(evidence.summary).toContain(message(evidence, cause));
    if (expected[0] === 'latency') expect(evidence.volatile.checkDetails?.['latency']?.[0]).toMatch(/^p95 was \d+/);
  });

  test.concurrent('the log of a server that ended is kept', async () => {
    const evidence = await smoke('exits-at-start');
    expect(evidence.volatile.details).toContain('log: ModuleNotFoundError: no module named numpy');
    expect(textReport({ smoke: evidence })).toMatch(
      /The last that the server printed:\n.*ModuleNotFoundError: no module/s,
    );
  });

  test.concurrent('another digest runs', async () => {
    const evidence = await smoke('none', { digest: `sha256:${'b'.repeat(64)}` });
    expect(failures(evidence)).toEqual(['image']);
  });

  test.concurrent('but not when it is that of the platform, which the index names', async () => {
    expect(failures(await smoke('none', { digest: armDigest }))).toEqual([]);
  });

  test.concurrent('and what the registry cannot tell is an error, no fault of the image', async () => {
    const gone = smoke('none', { digest: `sha256:${'b'.repeat(64)}`, registry: '127.0.0.1:1' });
    await expect(gone).rejects.toMatchObject({ code: 'smoke/image-unproved', kind: 'infrastructure' });
  });

  test.concurrent('it runs as root', async () => {
    expect(failures(await smoke('none', { uid: 0 }))).toEqual(['non-root']);
  });

  test.concurrent('something is left behind', async () => {
    const evidence = await smoke('none', { leftovers: ['pod x'] });
    expect(failures(evidence)).toEqual(['clean']);
    expect(message(evidence, 'clean')).toContain('pod x');
    // The post step of the action goes by it.
    expect(evidence.volatile.notRemoved).toBe(true);
  });
});

test('a model that is declared to sample is not asked twice', async () => {
  const evidence = await smoke('random', { smoke: { deterministic: false } });
  expect([evidence.outcome, failures(evidence), verdict(evidence, 'same-twice')]).toEqual(['passed', [], 'skipped']);
  expect(message(evidence, 'same-twice')).toContain('smoke.deterministic is false');
});

describe('what the description leaves open', () => {
  test('is settled by golden requests', async () => {
    const evidence = await smoke('open-schema', { golden });
    expect(failures(evidence)).toEqual([]);
    expect(verdict(evidence, 'answers')).toBe('passed');
  });

  test('without any, nothing is proved: inconclusive, never passed', async () => {
    const evidence = await smoke('open-schema');
    expect(evidence.outcome).toBe('inconclusive');
    expect(evidence.summary).toContain('inputs[][]: its length');
  });

  test('a server without a description is asked with golden requests and larger batches of their rows', async () => {
    const evidence = await smoke('no-description', { golden });
    expect(evidence.outcome).toBe('passed');
    expect(message(evidence, 'answers')).toContain('batch of 8, batch of 32');
  });
});

test('an interrupt removes the server and is reported as an interrupt', async () => {
  const runtime = spawnedRuntime({ fault: 'never-ready' });
  const controller = new AbortController();
  const start: Runtime['start'] = async (spec) => {
    const server = await runtime.start(spec);
    const send: RunningServer['send'] = async (request) => {
      const outcome = await server.send(request);
      if (outcome.kind === 'answer') controller.abort();
      return outcome;
    };
    return { ...server, send };
  };
  const stage = createSmokeStage({ runtimes: [{ ...runtime, start }], serverOf });
  const running = stage.run({ ...project({ readyTimeoutMs: 60_000 }), signal: controller.signal });
  await expect(running).rejects.toMatchObject({ code: 'smoke/interrupted', kind: 'interrupted' });
  expect(runtime.removed()).toBe(true);
});
