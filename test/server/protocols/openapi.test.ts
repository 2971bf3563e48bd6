import { once } from 'node:events';
import http from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { httpClient } from '../../../src/server/protocols/http.ts';
import { openapi } from '../../../src/server/protocols/openapi.ts';
import type { Known, Outcome } from '../../../src/server/protocols/protocol.ts';
import { nothingKnown } from './known.ts';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A real server that answers `/openapi.json` with this text. */
async function describing(text: string, status = 200) {
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/openapi.json' ? status : 404, { 'content-type': 'application/json' });
    response.end(text);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return httpClient(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`).send;
}

const nothing: Known = { ...nothingKnown, model: 'sum' };
const operation = (schema: object, answer?: object) => ({
  post: {
    requestBody: { content: { 'application/json': { schema } } },
    responses: answer === undefined ? {} : { 200: { content: { 'application/json': { schema: answer } } } },
  },
});
const row = (length: number) => ({ type: 'array', items: { type: 'number' }, minItems: length, maxItems: length });
const rows = (length: number) => ({
  type: 'object',
  required: ['inputs'],
  properties: { inputs: { type: 'array', items: row(length) } },
});

async function discover(document: unknown, known: Partial<Known> = {}) {
  const send = await describing(typeof document === 'string' ? document : JSON.stringify(document));
  return openapi.discover(send, { ...nothing, ...known });
}

const bodies = (discovery: Awaited<ReturnType<typeof discover>>) =>
  discovery.valid.map(({ request }) => JSON.parse(request.body ?? '') as { inputs: unknown[][] });

const answered = (body: string, status = 200): Outcome => ({ kind: 'answer', status, headers: {}, body, ms: 1 });

describe('discovery', () => {
  test('makes batches of 1, 8 and 32 with rows of the described length', async () => {
    const discovery = await discover({ openapi: '3.1.0', paths: { '/predict': operation(rows(4)) } });
    expect(discovery.title).toBe('POST /predict (OpenAPI 3.1.0)');
    expect(discovery.open).toBeNull();
    expect(bodies(discovery).map(({ inputs }) => inputs.length)).toEqual([1, 1, 8, 32]);
    expect(bodies(discovery).every(({ inputs }) => inputs.every((one) => one.length === 4))).toBe(true);
    expect(discovery.valid.map(({ rows: count }) => count)).toEqual([1, 1, 8, 32]);
  });

  test('makes the same requests every time', async () => {
    const document = { openapi: '3.1.0', paths: { '/predict': operation(rows(4)) } };
    expect(bodies(await discover(document))).toEqual(bodies(await discover(document)));
  });

  test('takes a length that is open from a golden request, else from the contract, else says that it is open', async () => {
    const open = {
      ...rows(0),
      properties: { inputs: { type: 'array', items: { type: 'array', items: { type: 'number' } } } },
    };
    const document = { openapi: '3.1.0', paths: { '/predict': operation(open) } };
    const golden = await discover(document, { examples: [{ inputs: [[1, 2, 3]] }] });
    expect(bodies(golden)[2]?.inputs[7]).toHaveLength(3);
    const contract = { inputs: [{ name: 'x', dtype: 'float32', shape: [null, 5] }], outputs: [], source: 'declared' };
    expect(bodies(await discover(document, { contract }))[0]?.inputs[0]).toHaveLength(5);
    const neither = await discover(document);
    expect(neither.valid).toEqual([]);
    expect(neither.open).toBe("the request's schema leaves open: inputs[][]: its length");
  });

  test('prefers /predict, takes the only other one, and refuses to guess between several', async () => {
    const one = operation(rows(1));
    const titleOf = async (paths: object) => (await discover({ openapi: '3.1.0', paths })).title;
    expect(await titleOf({ '/a': one, '/predict': one })).toContain('/predict');
    expect(await titleOf({ '/a': one })).toContain('POST /a ');
    expect((await discover({ openapi: '3.1.0', paths: { '/a': one, '/b': one } })).open).toContain('/a, /b');
    expect(await titleOf({ '/b': one, '/v1/score': one })).toContain('/v1/score');
  });

  test.each([
    ['[1', 'is not JSON'],
    ['[]', 'JSON that is not an object'],
    ['{}', 'no `paths`'],
    ['{"paths": {"/x": {"get": {}}}}', 'no POST operation'],
  ])('a description that is no help is said to be so: %s', async (text, reason) => {
    const discovery = await discover(text);
    expect(discovery.valid).toEqual([]);
    expect(discovery.open).toContain(reason);
    expect(discovery.ask('mine', { inputs: [[1]] }).request).toMatchObject({ method: 'POST', path: '/predict' });
  });

  test('a server that hides its description', async () => {
    const discovery = await openapi.discover(await describing('{}', 404), nothing);
    expect(discovery.open).toContain('answered 404');
    expect(discovery.fault).toBeNull();
  });

  test.each([
    [500, false],
    [503, true],
  ])('a server that fails to describe itself with %i', async (status, passing) => {
    const { fault } = await openapi.discover(await describing('{}', status), nothing);
    expect(fault).toEqual({ what: `GET /openapi.json answered ${status}`, passing });
  });
});

describe('malformed requests', () => {
  test('break the description in every way it can be broken', async () => {
    const discovery = await discover(
      { openapi: '3.1.0', paths: { '/predict': operation(rows(2)) } },
      { maxBodyBytes: 2000 },
    );
    const made = new Map(discovery.malformed.map(({ name, request }) => [name, request.body ?? '']));
    expect(JSON.parse(made.get('a text where a number belongs') ?? '')).toMatchObject({
      inputs: [['not a number', expect.any(Number)]],
    });
    expect(
      (JSON.parse(made.get('one value too many in a row') ?? '') as { inputs: unknown[][] }).inputs[0],
    ).toHaveLength(3);
    expect(made.get('a body above server.maxBody (2,000 bytes)')?.length).toBeGreaterThan(2000);
    expect(made.has('an object without its required fields')).toBe(true);
    expect(() => JSON.parse(made.get('a body that is not JSON') ?? '') as unknown).toThrow();
  });

  test('break a number also where null is allowed', async () => {
    const row = { type: 'array', items: { type: ['number', 'null'] }, minItems: 2, maxItems: 2 };
    const request = { type: 'object', required: ['inputs'], properties: { inputs: { type: 'array', items: row } } };
    const discovery = await discover({ openapi: '3.1.0', paths: { '/predict': operation(request) } });
    const made = discovery.malformed.find(({ name }) => name === 'a text where a number belongs');
    expect(made?.request.body).toContain('"not a number"');
  });

  test('are refused with 4xx, nothing else', async () => {
    const discovery = await discover(
      { openapi: '3.1.0', paths: { '/predict': operation(rows(2)) } },
      { maxBodyBytes: 99 },
    );
    const [ask] = discovery.malformed;
    const large = discovery.malformed.find(({ name }) => name.startsWith('a body above server.maxBody'));
    if (ask === undefined || large === undefined) throw new Error('no malformed requests');
    expect(discovery.judgeRefusal(ask, answered('', 422))).toEqual([]);
    expect(discovery.judgeRefusal(ask, answered('', 500))).toEqual(['answered 500 instead of 4xx']);
    expect(discovery.judgeRefusal(ask, answered('{}', 200))).toEqual(['answered 200 instead of 4xx']);
    const broken: Outcome = { kind: 'none', reason: 'broken', message: 'socket hang up', ms: 1 };
    expect(discovery.judgeRefusal(ask, broken)).toEqual(['no answer, the connection broke']);
    expect(discovery.judgeRefusal(large, broken)).toEqual([]);
  });
});

describe('judging an answer', () => {
  const answer = {
    type: 'object',
    required: ['outputs'],
    properties: { outputs: { type: 'array', items: { type: 'number' } } },
  };

  const judge = async (body: string, status = 200, schema: object | null = answer) => {
    const discovery = await discover({
      openapi: '3.1.0',
      paths: { '/predict': operation(rows(1), schema ?? undefined) },
    });
    const ask = discovery.ask('two rows', { inputs: [[1], [2]] });
    return discovery.judge(ask, answered(body, status)).join('; ');
  };

  test.each([
    ['{"outputs": [1, 2]}', ''],
    ['{"outputs": [1, 2], "more": "fields"}', ''],
    ['{"outputs": [1]}', 'asked with 2 rows, the answer holds no array of 2 (outputs has 1)'],
    ['{"outputs": [1, null]}', 'outputs[1] is null, its schema says number'],
    ['{"outputs": [1, "2"]}', 'outputs[1] is "2", its schema says number'],
    ['{"outputs": [1, 1e999]}', 'outputs[1] is not a finite number'],
    ['{"outputs": [1, NaN]}', 'the answer is not JSON: it holds NaN'],
    ['{"outputs": [-Infinity]}', 'the answer is not JSON: it holds -Infinity'],
    ['{"result": [1, 2]}', 'outputs is missing'],
    ['oops', 'the answer is not JSON'],
  ])('%s', async (body, expected) => {
    expect(await judge(body)).toBe(expected);
  });

  test('another status is quoted with its body', async () => {
    expect(await judge('{"detail": "model not loaded"}', 503)).toBe(
      'answered 503 instead of 200: {"detail": "model not loaded"}',
    );
  });

  test('without a schema, null among the rows is still suspicious and ragged rows are wrong', async () => {
    expect(await judge('{"outputs": [1, null]}', 200, null)).toContain('how NaN is often written');
    expect(await judge('{"outputs": [[1], [1, 2]]}', 200, null)).toContain('ragged');
    expect(await judge('{"outputs": [[1], [2]]}', 200, null)).toBe('');
  });

  test('only what the model says is compared between answers', async () => {
    const discovery = await discover({ openapi: '3.1.0', paths: { '/predict': operation(rows(1)) } });
    const ask = discovery.ask('two rows', { inputs: [[1], [2]] });
    const said = answered('{"id": "4711", "outputs": [1, 2]}');
    expect(said.kind === 'answer' && discovery.outputs(ask, said)).toEqual({ outputs: [1, 2] });
  });
});

describe('outputs that the project declares', () => {
  const scores = { name: 'scores', dtype: 'float32', shape: [null, 3] };
  const label = { name: 'label', dtype: 'int64', shape: [null] };
  const judged = async (body: unknown, outputs: Known['outputs']) => {
    const { judge, ask } = await discover(
      { openapi: '3.1.0', paths: { '/predict': operation(rows(2)) } },
      outputs === undefined ? {} : { outputs },
    );
    return judge(
      ask('two', {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      }),
      answered(JSON.stringify(body)),
    );
  };
  const two = {
    outputs: [
      [1, 0],
      [0, 1],
    ],
    revision: 'r1',
  };

  test('bind where the description leaves them open', async () => {
    expect(await judged(two, undefined)).toEqual([]);
    expect(await judged(two, [scores])).toContain('outputs[0] has 2 items, expected 3');
    expect(
      await judged(
        {
          outputs: [
            [1, 0, 0],
            [0, 1, 0],
          ],
        },
        [scores],
      ),
    ).toEqual([]);
    expect(await judged({ outputs: ['a', 'b'] }, [label])).toContain('outputs[0] is "a", its type is int64');
  });

  test('of several, a row is an object, or each has an array of its name', async () => {
    const row = { label: 1, scores: [1, 0, 0] };
    expect(await judged({ outputs: [row, row] }, [label, scores])).toEqual([]);
    expect(await judged({ outputs: [row, { label: 1 }] }, [label, scores])).toEqual(['outputs[1].scores is missing']);
    const columns = {
      label: [1, 0],
      scores: [
        [1, 0, 0],
        [1, 0],
      ],
    };
    expect(await judged({ result: columns }, [label, scores])).not.toEqual([]);
    expect(
      await judged(
        {
          result: {
            ...columns,
            scores: [
              [1, 0, 0],
              [0, 1, 0],
            ],
          },
        },
        [label, scores],
      ),
    ).toEqual([]);
  });

  test('say nothing where nobody knows which part of the answer is which', async () => {
    expect(await judged({ a: [1, 2], b: [3, 4] }, [scores])).toEqual([]);
  });
});
