import { describe, expect, test } from 'vitest';

import type { Known, Outcome, Send } from '../../../src/server/protocols/protocol.ts';
import { v2 } from '../../../src/server/protocols/v2.ts';
import { nothingKnown as known } from './known.ts';

const answered = (value: unknown, status = 200): Outcome => ({
  kind: 'answer',
  status,
  headers: {},
  body: typeof value === 'string' ? value : JSON.stringify(value),
  ms: 1,
});

/** A server with this metadata and configuration (null: it does not tell). */
function told(metadata: unknown, config: unknown = null): Send {
  return ({ path }) => {
    const body = path.endsWith('/config') ? config : metadata;
    return Promise.resolve(body === null ? answered({ error: 'not found' }, 404) : answered(body));
  };
}

const tensor = (name: string, datatype: string, shape: number[]) => ({ name, datatype, shape });
const contract = (dtype: string, shape: (number | null)[]) => ({
  inputs: [{ name: 'x', dtype, shape }],
  outputs: [],
  source: 'declared',
});
const shapes = async (send: Send, more: Partial<Known> = {}) => {
  const { valid } = await v2.discover(send, { ...known, ...more });
  return valid.map(
    ({ request }) => (JSON.parse(request.body ?? '') as { inputs: { shape: number[] }[] }).inputs[0]?.shape,
  );
};

describe('requests', () => {
  const metadata = { name: 'm', inputs: [tensor('x', 'FP32', [-1, 4])], outputs: [] };

  test('have batches up to the largest that the server takes', async () => {
    expect(await shapes(told(metadata))).toEqual([
      [1, 4],
      [1, 4],
      [8, 4],
      [32, 4],
    ]);
    expect(await shapes(told(metadata, { max_batch_size: 4 }))).toEqual([
      [1, 4],
      [1, 4],
      [4, 4],
    ]);
    expect(await shapes(told(metadata, { max_batch_size: 0 }))).toHaveLength(4);
  });

  test('take from contract and examples what the server leaves open, and say what stays open', async () => {
    const open = { inputs: [tensor('x', 'FP32', [-1, -1])] };
    expect((await shapes(told(open), { contract: contract('float32', [null, 3]) }))[0]).toEqual([1, 3]);
    const examples = [{ inputs: [{ name: 'x', shape: [2, 5] }] }];
    expect((await shapes(told(open), { examples }))[0]).toEqual([1, 5]);
    expect(await v2.discover(told(open), known)).toMatchObject({
      valid: [],
      open: 'the input x may have any size in dimension 1',
    });
    expect((await v2.discover(told(null), known)).open).toContain('answered 404');
    expect(await shapes(told(null), { contract: contract('int64', [2, 2]) })).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test('a server that fails to tell is at fault, one that has nothing to tell is not', async () => {
    const failing =
      (status: number): Send =>
      () =>
        Promise.resolve(answered({}, status));
    const faults = await Promise.all(
      [404, 500, 503].map(async (status) => (await v2.discover(failing(status), known)).fault),
    );
    expect(faults).toEqual([
      null,
      { what: 'GET /v2/models/m answered 500', passing: false },
      { what: 'GET /v2/models/m answered 503', passing: true },
    ]);
  });

  test('half-precision numbers cannot be sent as JSON', async () => {
    const { open, valid } = await v2.discover(told(null), { ...known, contract: contract('float16', [null, 2]) });
    expect([open, valid]).toEqual(['the input x has the type float16', []]);
  });
});

describe('answers', () => {
  const metadata = { inputs: [tensor('x', 'FP32', [-1, 1])], outputs: [tensor('y', 'FP32', [-1, 2])] };
  const y = { name: 'y', datatype: 'FP32', shape: [1, 2], data: [0.5, 1] };

  test.each([
    [{ outputs: [y] }, ''],
    [{ outputs: [{ ...y, data: [[0.5, 1]] }] }, ''],
    [{ outputs: [] }, 'the answer has no outputs'],
    [{ error: 'x' }, 'the answer has no array `outputs`'],
    [{ outputs: [{ ...y, name: 'z' }] }, 'the output y is missing'],
    [{ outputs: [{ ...y, datatype: 'FP64' }] }, 'y is float64, described as float32'],
    [{ outputs: [{ ...y, shape: [1, 3], data: [1, 2, 3] }] }, 'y has the shape [1, 3], expected [1, 2]'],
    [{ outputs: [{ ...y, shape: [2, 2], data: [1, 2, 3, 4] }] }, 'y has the shape [2, 2], expected [1, 2]'],
    [{ outputs: [{ ...y, data: [1] }] }, 'y has 1 elements, its shape [1, 2] wants 2'],
    [{ outputs: [{ ...y, data: [null, 1] }] }, 'y.data[0] is null, which is how NaN is often written'],
    [{ outputs: [{ ...y, data: ['a', 1] }] }, 'y.data[0] is "a", its type is float32'],
    [
      '{"outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[NaN,1]}]}',
      'the answer is not JSON: it holds NaN',
    ],
    ['{"outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[1e999,1]}]}', 'y.data[0] is not a finite number'],
  ])('%j', async (body, expected) => {
    const discovery = await v2.discover(told(metadata), known);
    const [ask] = discovery.valid;
    if (ask === undefined) throw new Error('no request');
    expect(discovery.judge(ask, answered(body)).join('; ')).toBe(expected);
  });

  test('the rows of a golden request are those of its shape', async () => {
    const discovery = await v2.discover(told(metadata), known);
    const ask = discovery.ask('mine', { inputs: [{ ...tensor('x', 'FP32', [3, 1]), data: [1, 2, 3] }] });
    expect(ask).toMatchObject({ rows: 3, request: { method: 'POST', path: '/v2/models/m/infer' } });
  });
});
