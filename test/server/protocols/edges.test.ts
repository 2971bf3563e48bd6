import { describe, expect, test } from 'vitest';
import type { Contract, TensorSpec } from '../../../src/pipeline/evidence.ts';
import { edgeValues, edgeValuesOf } from '../../../src/server/protocols/edges.ts';
import { openai } from '../../../src/server/protocols/openai.ts';
import { openapi } from '../../../src/server/protocols/openapi.ts';
import type { Discovery, Known, Outcome, Protocol } from '../../../src/server/protocols/protocol.ts';
import { tfserving } from '../../../src/server/protocols/tfserving.ts';
import { v2 } from '../../../src/server/protocols/v2.ts';
import { nothingKnown as known } from './known.ts';

const spec = (name: string, shape: (number | null)[], dtype: string): TensorSpec => ({ name, dtype, shape });
const contractOf = (...inputs: TensorSpec[]): Contract => ({ inputs, outputs: [], source: 'declared' });
const answering =
  (body: unknown, status = 200) =>
  (): Promise<Outcome> =>
    Promise.resolve({ kind: 'answer', status, headers: {}, body: JSON.stringify(body), ms: 1 });

const bodies = ({ edges }: Discovery): Record<string, unknown> =>
  Object.fromEntries(
    edges.map(({ ask, must }) => [`${ask.name}: ${must}`, JSON.parse(ask.request.body ?? '') as unknown]),
  );

const discover = (protocol: Protocol, more: Partial<Known>, body: unknown = {}, status = 404) =>
  protocol.discover(answering(body, status), { ...known, ...more });

test('values are those that a type can just hold, and that JSON can carry', () => {
  const of = (dtype: string) =>
    Object.fromEntries(edgeValues.flatMap((one) => (one.of(dtype) === null ? [] : [[one.name, one.of(dtype)]])));
  const numbers = (least: number, most: number) => ({
    zeros: 0,
    'negative numbers': -1,
    'the largest numbers': most,
    'the smallest numbers': least,
  });
  expect(of('int8')).toEqual(numbers(-128, 127));
  expect(of('int32')).toEqual(numbers(-2147483648, 2147483647));
  expect(of('int64')).toEqual(numbers(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
  expect(of('uint8')).toEqual({ zeros: 0, 'the largest numbers': 255 });
  expect(of('float16')).toEqual(numbers(-65504, 65504));
  expect(Math.fround(Number(of('float32')['the largest numbers']))).toBe(3.4028234663852886e38);
  expect(of('bool')).toEqual({});
  expect(Object.keys(of('string'))).toEqual(['empty texts', 'texts beyond ASCII', 'long texts']);
  expect(edgeValuesOf([spec('a', [null], 'bool'), spec('b', [null], 'uint8')]).map(({ name }) => name)).toEqual([
    'zeros',
    'the largest numbers',
  ]);
});

describe('rows', () => {
  test('one row at each edge, and none at all', async () => {
    const contract = contractOf(spec('n', [null, 2], 'uint8'), spec('t', [null], 'string'));
    const found = bodies(await discover(tfserving, { contract }));
    expect(found['no rows: answer or refuse']).toEqual({ instances: [] });
    expect(found['zeros: survive']).toEqual({ instances: [{ n: [0, 0], t: 'sample text' }] });
    expect(found['the largest numbers: survive']).toEqual({ instances: [{ n: [255, 255], t: 'sample text' }] });
    expect(found['empty texts: survive']).toEqual({
      instances: [{ n: [expect.any(Number), expect.any(Number)], t: '' }],
    });
  });

  test('other sizes where a dimension may have any', async () => {
    const contract = contractOf(spec('tokens', [null, null], 'int32'));
    const found = bodies(await discover(tfserving, { contract, examples: [{ instances: [[1, 2, 3]] }] }));
    const lengths = Object.entries(found).flatMap(([name, body]) =>
      name.startsWith('sizes') ? [(body as { instances: unknown[][] }).instances[0]?.length] : [],
    );
    expect(lengths).toEqual([1, 17]);
  });

  test('without a contract there are none, and without a batch there is no empty one', async () => {
    expect((await discover(tfserving, {})).edges).toEqual([]);
    const fixed = bodies(await discover(tfserving, { contract: contractOf(spec('x', [1, 2], 'float32')) }));
    expect(Object.keys(fixed)).not.toContain('no rows: answer or refuse');
    expect(fixed['zeros: survive']).toEqual({ inputs: [[0, 0]] });
  });
});

test('Open Inference v2', async () => {
  const contract = contractOf(spec('x', [null, 2], 'int8'));
  const found = bodies(await discover(v2, { contract }));
  const input = (shape: number[], data: number[]) => ({
    id: 'ml-deploy',
    inputs: [{ name: 'x', datatype: 'INT8', shape, data }],
  });
  expect(found['no rows: answer or refuse']).toEqual(input([0, 2], []));
  expect(found['the smallest numbers: survive']).toEqual(input([1, 2], [-128, -128]));
});

describe('OpenAPI', () => {
  const described = (row: object, minItems = 1) => ({
    openapi: '3.1.0',
    paths: {
      '/predict': {
        post: {
          requestBody: {
            content: { 'application/json': { schema: { type: 'array', minItems, items: row } } },
          },
        },
      },
    },
  });

  test('bounds that are named have to be answered', async () => {
    const row = {
      type: 'object',
      required: ['age', 'name'],
      properties: { age: { type: 'integer', minimum: 18, maximum: 99 }, name: { type: 'string', maxLength: 3 } },
    };
    const found = bodies(await discover(openapi, {}, described(row), 200));
    expect(found).toEqual({
      'no rows: answer or refuse': [],
      'the smallest values that the description allows: answer': [{ age: 18, name: 'sam' }],
      'the largest values that the description allows: answer': [{ age: 99, name: 'xxx' }],
    });
  });

  test('others may be refused', async () => {
    const row = { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 };
    const found = bodies(await discover(openapi, {}, described(row), 200));
    expect(found).toEqual({
      'no rows: answer or refuse': [],
      'zeros: survive': [[0, 0]],
      'negative numbers: survive': [[-1, -1]],
    });
    const texts = bodies(await discover(openapi, {}, described({ type: 'string' }), 200));
    expect(Object.keys(texts)).toEqual([
      'no rows: answer or refuse',
      'empty texts: survive',
      'texts beyond ASCII: survive',
      'long texts: survive',
    ]);
  });

  test('lengths that are open', async () => {
    const row = { type: 'array', items: { type: 'boolean' } };
    const found = bodies(await discover(openapi, { examples: [[[true, false]]] }, described(row), 200));
    expect((found['lengths of 17: survive'] as unknown[][])[0]).toHaveLength(17);
  });
});

test('OpenAI: texts for what the server does', async () => {
  const { edges } = await openai.discover(
    ({ path }) => answering({ data: [] }, path === '/v1/completions' ? 404 : 200)(),
    known,
  );
  expect(new Set(edges.map(({ ask }) => ask.request.path))).toEqual(
    new Set(['/v1/chat/completions', '/v1/embeddings']),
  );
  expect(edges.filter(({ must }) => must === 'answer').map(({ ask }) => ask.name)).toEqual(['a single token']);
});

test('a row is too long only where its length is fixed', async () => {
  const names = async (shape: (number | null)[]) => {
    const contract = contractOf(spec('x', shape, 'float32'));
    const { malformed } = await discover(tfserving, { contract, anySize: 3 });
    return malformed.map(({ name }) => name);
  };
  expect(await names([null, 3])).toContain('one value too many in a row');
  expect(await names([null, null])).not.toContain('one value too many in a row');
});

test('what would be too large for JSON is not made', async () => {
  const contract = contractOf(spec('x', [null, null, null, null], 'float32'));
  expect((await discover(tfserving, { contract, anySize: 1000 })).open).toContain('would have 1000000000 elements');
});
