import { describe, expect, test } from 'vitest';
import type { SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { serverOf } from '../../src/server/index.ts';
import { createSmokeStage } from '../../src/smoke/stage.ts';
import type { OpenaiOptions } from './fixture/openai-server.ts';
import { message, project } from './fixture/project.ts';
import { spawnedRuntime } from './fixture/spawned-runtime.ts';

/** A real program with OpenAI's API through the whole stage. */
async function smoke(
  options: OpenaiOptions,
  readyTimeoutMs = 10_000,
  golden: readonly object[] = [],
  maxFirstTokenMs: number | null = null,
): Promise<SmokeEvidence> {
  const context =
    golden.length === 0
      ? project({ readyTimeoutMs, maxFirstTokenMs })
      : project({ readyTimeoutMs, golden: 'golden.json' }, { 'golden.json': JSON.stringify({ requests: golden }) });
  const { config } = context;
  const runtime = spawnedRuntime({ program: ['openai-server.ts', JSON.stringify(options)] });
  return createSmokeStage({ runtimes: [runtime], serverOf }).run({
    ...context,
    config: { ...config, server: { ...config.server, type: 'vllm' } },
  });
}

const failures = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []));

describe('an operation that is there and does not work is a failure, one that is not there is none', () => {
  test.concurrent.each<[OpenaiOptions, SmokeEvidence['outcome'], string[]]>([
    [{ chat: 'works', completions: 'works', embeddings: 404 }, 'passed', []],
    [{ chat: 400, completions: 'works', embeddings: 501 }, 'passed', []],
    [{ chat: 404, completions: 404, embeddings: 404 }, 'inconclusive', []],
    [{ chat: 500, completions: 500, embeddings: 500 }, 'failed', ['ready', 'answers', 'malformed', 'edges', 'latency']],
    [
      { chat: 500, completions: 'works', embeddings: 404 },
      'failed',
      ['ready', 'answers', 'malformed', 'edges', 'latency'],
    ],
    [{ chat: 'works', completions: 500, embeddings: 404 }, 'failed', ['answers', 'edges', 'latency']],
  ])('%j', async (options, outcome, expected) => {
    // One that never becomes ready takes all of the time.
    const evidence = await smoke(options, expected.includes('ready') ? 5_000 : 10_000);
    expect([evidence.outcome, failures(evidence)]).toEqual([outcome, expected]);
  });

  test('one that takes requests and never answers them, within the budget', async () => {
    const began = performance.now();
    const evidence = await smoke({ chat: 'hangs', completions: 'hangs', embeddings: 'hangs' }, 6_000);
    expect([evidence.outcome, failures(evidence)]).toEqual(['failed', ['ready']]);
    expect(message(evidence, 'ready')).toContain('although it says that it is ready');
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('one that still loads is waited for', async () => {
    const evidence = await smoke({ chat: 'works', completions: 503 }, 6_000);
    expect(message(evidence, 'ready')).toContain('POST /v1/completions answered 503');
  });
});

describe('golden requests', () => {
  const embeddings = (expected: number[]) => ({
    name: 'vectors',
    body: { input: ['a', 'b'] },
    at: '$.data[*].embedding',
    expect: [expected, expected],
    tolerance: { cosine: 0.99 },
  });
  const told = (text: string) => ({
    name: 'story',
    body: { messages: [{ role: 'user', content: 'Where?' }], stream: true },
    expect: text,
  });

  test('vectors by their direction, a stream by its text', async () => {
    const right = [embeddings([2, 4, 6, 8]), told('Paris.')];
    const evidence = await smoke({ chat: 'works', embeddings: 'works' }, 10_000, right);
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
  });

  test('that differ', async () => {
    const wrong = [embeddings([4, 3, 2, 1]), told('London.')];
    const evidence = await smoke({ chat: 'works', embeddings: 'works' }, 10_000, wrong);
    expect(failures(evidence)).toEqual(['golden']);
    expect(message(evidence, 'golden')).toMatch(
      /"vectors": .* has the cosine 0\.66.*"story": the answer is "Paris\.", expected "London\."/,
    );
  });
});

describe('streams', () => {
  test('the time to the first token is measured apart from the time to the last', async () => {
    const { volatile } = await smoke({ chat: 'works', firstTokenMs: 150 });
    // Of ten requests every other one is streamed.
    expect(volatile.firstTokenMs?.count).toBe(5);
    expect(volatile.firstTokenMs?.p50).toBeGreaterThanOrEqual(149);
    expect(volatile.latencyMs?.p99).toBeGreaterThan(volatile.firstTokenMs?.p50 ?? 0);
    expect(volatile.details.join('\n')).toMatch(/time to the first token: p50 \d.* of 5 streamed answers/);
  });

  test.each([
    [50, ['first-token']],
    [5_000, []],
  ])('which has a limit of its own: %i ms', async (limit, expected) => {
    const evidence = await smoke({ chat: 'works', firstTokenMs: 150 }, 10_000, [], limit);
    expect(failures(evidence)).toEqual(expected);
    const check = evidence.checks.find(({ id }) => id === 'first-token');
    expect(check?.limit).toBe(`p95 of ${limit === 50 ? '50 ms' : '5 s'} (smoke.maxFirstToken)`);
  });

  test('a server without them has none', async () => {
    const { volatile } = await smoke({ completions: 'works', embeddings: 'works' });
    expect(volatile.firstTokenMs).toBeUndefined();
    expect(volatile.latencyMs).not.toBeNull();
  });

  test('one that breaks off is wrong', async () => {
    const evidence = await smoke({ chat: 'works', stream: 'breaks' });
    expect(failures(evidence)).toEqual(expect.arrayContaining(['answers']));
    expect(message(evidence, 'answers')).toContain('a generated chat that streams: no answer, the connection broke');
  });

  test('vectors of different lengths are wrong', async () => {
    const evidence = await smoke({ embeddings: 'works', dimensions: [4, 0] });
    expect(message(evidence, 'answers')).toContain('data[0].embedding is empty');
  });
});
