import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config, RequestConfig, SmokeConfig } from '../../src/config/config.ts';
import type { BuildEvidence, Contract, SmokeEvidence, ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { serverOf } from '../../src/server/index.ts';
import { createSmokeStage } from '../../src/smoke/stage.ts';
import { type ReferringRegistry, startReferringRegistry } from '../oci/referring-registry.ts';
import { message, project, verdict } from './fixture/project.ts';
import type { RowsFault, RowsOptions } from './fixture/rows-server.ts';
import { spawnedRuntime } from './fixture/spawned-runtime.ts';

// Real programs that speak what the servers besides fastapi speak, through the whole stage.
type Type = 'custom' | 'tf-serving' | 'torchserve' | 'triton';
const types: readonly Type[] = ['tf-serving', 'torchserve', 'triton'];
/** Asked only about a digest that nobody knows; it has none. */
let registry: ReferringRegistry;
beforeAll(async () => {
  registry = await startReferringRegistry({ lists: true });
});
afterAll(() => registry[Symbol.asyncDispose]());

const digest = `sha256:${'a'.repeat(64)}`;
const contract: Contract = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 3] }],
  outputs: [{ name: 'sum', dtype: 'float32', shape: [null] }],
  source: 'declared',
};

interface Wish extends RowsOptions {
  readonly server?: Partial<Config['server']>;
  readonly smoke?: Partial<SmokeConfig>;
  readonly golden?: boolean | object;
  readonly digest?: string;
  readonly contract?: Contract;
}

const body = (type: Type): object =>
  type === 'triton'
    ? { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }] }
    : { instances: [[1, 2, 3]] };
const answer = (type: Type): object => (type === 'triton' ? { outputs: [{ data: [6] }] } : { predictions: [6] });

async function smoke(type: Type, wish: Wish = {}): Promise<SmokeEvidence> {
  const {
    server,
    smoke: settings,
    golden = false,
    digest: found = digest,
    contract: told = contract,
    ...options
  } = wish;
  const request = golden === true ? { body: body(type), expect: answer(type) } : golden;
  const requests = [{ name: 'six', ...(request === false ? {} : request) }];
  const context =
    golden !== false
      ? project({ golden: 'golden.json', ...settings }, { 'golden.json': JSON.stringify({ requests }) })
      : project({ ...settings });
  const config = { ...context.config, server: { ...context.config.server, type, ...server } };
  const runtime = spawnedRuntime({ digest: found, program: ['rows-server.ts', JSON.stringify(options)] });
  const build = { image: { reference: `${registry.host}/sum@${digest}` }, modelDigest: 'sha256:m' } as BuildEvidence;
  const model: ValidateEvidence['model'] = { path: 'model', digest: 'sha256:m', bytes: 0, files: [] };
  const validate = { contract: told, model } as ValidateEvidence;
  const stage = createSmokeStage({ runtimes: [runtime], serverOf });
  return stage.run({ ...context, config, evidence: { build, validate } });
}

const failures = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict: v }) => (v === 'failed' ? [id] : []));

describe.each(types)('%s', (type) => {
  test('behaves well', async () => {
    const evidence = await smoke(type, { golden: true });
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
    expect(message(evidence, 'answers')).toContain('batch of 1, batch of 8, batch of 32');
  });

  test.concurrent.each<[RowsFault, string[], RegExp, Wish?]>([
    ['wrong-shape', ['answers'], /asked with 1 rows|has the shape \[2\], expected \[1\]/],
    ['nan', ['answers'], /it holds NaN/],
    ['other-model', ['golden'], /is 6.5, expected 6/, { golden: true }],
    ['crash-on-third', ['answers', 'alive'], /no answer/],
    ['slow-start', ['ready'], /No inference was answered in time/, { smoke: { readyTimeoutMs: 2_500 } }],
    ['ignores-sigterm', ['stop'], /had to be killed/, { smoke: { stopTimeoutMs: 1_000 } }],
  ])('%s', async (fault, expected, text, wish) => {
    const evidence = await smoke(type, { fault, ...wish });
    expect([evidence.outcome, failures(evidence)]).toEqual(['failed', expected]);
    expect(message(evidence, expected[0] ?? '')).toMatch(text);
  });

  test('another digest runs', async () => {
    expect(failures(await smoke(type, { digest: `sha256:${'b'.repeat(64)}` }))).toEqual(['image']);
  });
});

describe('a batch that is larger than the server takes', () => {
  const batching = { maxBatch: 12, delayMs: 1 };

  test('is not asked for where the configuration sets the limit; the largest one is', async () => {
    const evidence = await smoke('tf-serving', { maxRows: 12, server: { batching } });
    expect(failures(evidence)).toEqual([]);
    expect(message(evidence, 'answers')).toContain('batch of 1, batch of 8, batch of 12 answered');
  });

  test('is refused: the limit of this server is a real one', async () => {
    const evidence = await smoke('tf-serving', { maxRows: 12 });
    expect(message(evidence, 'answers')).toContain('a generated batch of 32: answered 400 instead of 200');
  });
});

describe('a dimension of any size, of which nobody says which is usual', () => {
  const open: Contract = { ...contract, inputs: [{ name: 'x', dtype: 'float32', shape: [null, null] }] };

  test.each(types)('%s: a size that the server answers is taken', async (type) => {
    const evidence = await smoke(type, { contract: open, features: null });
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
    expect(message(evidence, 'answers')).toContain('any size being 8: batch of 1, batch of 8, batch of 32 answered');
  });

  test('a later one where the first are refused', async () => {
    const evidence = await smoke('tf-serving', { contract: open, features: 224 });
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
    expect(message(evidence, 'answers')).toContain('any size being 224');
  });

  test('one that is refused proves nothing', async () => {
    const evidence = await smoke('tf-serving', { contract: open, features: 3 });
    expect([evidence.outcome, failures(evidence)]).toEqual(['inconclusive', []]);
    expect(evidence.summary).toContain('the input x may have any size in dimension 1');
  });
});

describe('requests at the edge', () => {
  test('no rows, zeros, negative and huge numbers: a model may fail at what it does not know, and that is said', async () => {
    const evidence = await smoke('tf-serving', { fault: 'fails-below-zero' });
    expect(failures(evidence)).toEqual([]);
    expect(message(evidence, 'edges')).toBe(
      'no rows, zeros, negative numbers, the largest numbers, the smallest numbers: answered or refused. ' +
        'The model fails at some of them, which is its own affair: negative numbers (500); the smallest numbers (500).',
    );
  });

  test.each(types)('%s must not end of them', async (type) => {
    const evidence = await smoke(type, { fault: 'dies-on-an-empty-batch' });
    expect(failures(evidence)).toEqual(['edges', 'alive']);
    expect(message(evidence, 'edges')).toContain('no rows: no answer');
  });

  test('no rows are the client’s fault', async () => {
    const evidence = await smoke('tf-serving', { fault: 'fails-without-rows' });
    expect(failures(evidence)).toEqual(['edges']);
    expect(message(evidence, 'edges')).toBe('no rows: answered 500, neither with an answer nor with 4xx');
    expect(failures(await smoke('triton', { fault: 'fails-without-rows' }))).toEqual([]);
  });
});

describe('what is known about a server is excused, and only that', () => {
  test('triton may refuse with 5xx, and says so; the others may not', async () => {
    const triton = await smoke('triton', { fault: 'bad-input-500' });
    expect([triton.outcome, verdict(triton, 'malformed')]).toEqual(['passed', 'passed']);
    expect(message(triton, 'malformed')).toContain(
      'This server answers some of them with 5xx: a body that is not JSON (500)',
    );
    for (const type of ['tf-serving', 'torchserve'] as const) {
      const evidence = await smoke(type, { fault: 'bad-input-500' });
      expect(failures(evidence)).toEqual(['malformed', 'edges']);
      expect(message(evidence, 'malformed')).toContain('answered 500 instead of 4xx');
    }
  });

  test('unless the project holds it to 4xx', async () => {
    const strict = await smoke('triton', { fault: 'bad-input-500', smoke: { refusals: '4xx' } });
    expect(failures(strict)).toEqual(['malformed', 'edges']);
    expect(message(strict, 'malformed')).toContain('a body that is not JSON: answered 500 instead of 4xx');
    const lenient = await smoke('torchserve', { fault: 'bad-input-500', smoke: { refusals: '4xx or 5xx' } });
    expect(failures(lenient)).toEqual([]);
  });

  test('a malformed request that is answered with 200, or kills it, is no refusal for triton either', async () => {
    const evidence = await smoke('triton', { refusal: 200 });
    expect(failures(evidence)).toEqual(['malformed', 'edges']);
    expect(message(evidence, 'malformed')).toContain('answered 200 instead of 4xx');
  });

  test.each<[Type, number, string[]]>([
    ['triton', 1, []],
    ['triton', 2, ['stop']],
    ['tf-serving', 1, ['stop']],
    ['torchserve', 1, ['stop']],
    ['tf-serving', 143, []],
  ])('%s ends with %i', async (type, exitCode, expected) => {
    const evidence = await smoke(type, { exitCode });
    expect(failures(evidence)).toEqual(expected);
    expect(message(evidence, 'stop')).toContain(expected.length === 0 ? 'by itself' : `exit code ${exitCode}`);
  });
});

describe('a server of the project’s own that speaks none of the protocols', () => {
  const asked = (request: Partial<RequestConfig>): Partial<Config['server']> => ({
    protocol: 'http',
    request: {
      path: '/score',
      method: 'POST',
      body: '{"rows": {{rows}}}',
      contentType: 'application/json',
      status: 200,
      answer: '$.result.scores',
      ...request,
    },
  });

  test('rows in a template, outputs at a place of the answer', async () => {
    const evidence = await smoke('custom', {
      server: asked({}),
      golden: { body: { rows: [[1, 2, 3]] }, at: '$.result.scores', expect: [6] },
    });
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
    expect(message(evidence, 'answers')).toBe('POST /score: batch of 1, batch of 8, batch of 32 answered.');
    expect(message(evidence, 'malformed')).toContain('a text where a number belongs, one value too many in a row');
  });

  test('lines of numbers, another status', async () => {
    const server = asked({ path: '/csv', body: '{{csv}}', contentType: 'text/csv', status: 201, answer: null });
    const evidence = await smoke('custom', { server, golden: { body: '1,2,3', expect: 6 } });
    expect([evidence.outcome, failures(evidence)]).toEqual(['passed', []]);
  });

  test('one request without rows and without a body', async () => {
    const evidence = await smoke('custom', {
      server: asked({ path: '/fixed?x=1', method: 'GET', body: null, answer: '$.score' }),
    });
    expect([evidence.outcome, failures(evidence), verdict(evidence, 'in-flight')]).toEqual(['passed', [], 'skipped']);
  });

  test.concurrent.each<[string, Wish, string[], RegExp]>([
    ['wrong-shape', { fault: 'wrong-shape' }, ['answers'], /asked with 1 rows, \$\.result\.scores has 2/],
    ['nan', { fault: 'nan' }, ['answers'], /it holds NaN/],
    ['another place', { server: asked({ answer: '$.scores' }) }, ['answers'], /\$\.scores is not in the answer/],
    ['another status', { server: asked({ status: 202 }) }, ['answers'], /answered 200 instead of 202/],
    // What changes with every answer is a part of it, where nobody says what the outputs are.
    ['no place', { server: asked({ answer: null }) }, ['same-twice'], /differs from the first/],
    ['crash', { fault: 'crash-on-third' }, ['answers', 'alive'], /no answer/],
    ['no such path', { server: asked({ path: '/nowhere' }) }, ['ready', 'answers', 'latency'], /answered 404/],
    ['lenient', { refusal: 200 }, ['malformed', 'edges'], /answered 200 instead of 4xx/],
  ])('%s', async (_, wish, expected, text) => {
    const evidence = await smoke('custom', { server: asked({}), ...wish });
    expect([evidence.outcome, failures(evidence)]).toEqual(['failed', expected]);
    expect(message(evidence, expected[0] ?? '')).toMatch(text);
  });
});
