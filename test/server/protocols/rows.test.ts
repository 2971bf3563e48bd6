import { describe, expect, test } from 'vitest';

import type { Contract } from '../../../src/pipeline/evidence.ts';
import type { Known, Outcome, Protocol, Send } from '../../../src/server/protocols/protocol.ts';
import { tfserving } from '../../../src/server/protocols/tfserving.ts';
import { torchserve } from '../../../src/server/protocols/torchserve.ts';

const spec = (name: string, shape: (number | null)[], dtype = 'float32') => ({ name, dtype, shape });
const contractOf = (inputs: Contract['inputs'], outputs: Contract['outputs'] = []): Contract => ({
  inputs,
  outputs,
  source: 'declared',
});
const silent: Send = () => Promise.reject(new Error('nothing has to be asked'));
const answered = (value: unknown, status = 200): Outcome & { kind: 'answer' } => ({
  kind: 'answer',
  status,
  headers: {},
  body: typeof value === 'string' ? value : JSON.stringify(value),
  ms: 1,
});

function discover(protocol: Protocol, contract: Contract | null, examples: Known['examples'] = []) {
  return protocol.discover(silent, {
    model: 'm',
    contract,
    examples,
    maxBodyBytes: null,
    maxRows: null,
    request: null,
    anySize: null,
  });
}

const bodies = async (protocol: Protocol, contract: Contract | null, examples: Known['examples'] = []) =>
  (await discover(protocol, contract, examples)).valid.map(({ request }) => JSON.parse(request.body ?? '') as unknown);

describe('requests', () => {
  test('one input: rows are its values', async () => {
    const [first, , third] = await bodies(tfserving, contractOf([spec('x', [null, 2])]));
    expect(first).toEqual({ instances: [[expect.any(Number), expect.any(Number)]] });
    expect((third as { instances: unknown[] }).instances).toHaveLength(8);
  });

  test('several inputs: rows are objects', async () => {
    const [first] = await bodies(tfserving, contractOf([spec('a', [null, 2]), spec('b', [null], 'string')]));
    expect(first).toEqual({ instances: [{ a: [expect.any(Number), expect.any(Number)], b: 'sample text' }] });
  });

  test('without a batch dimension TF Serving is asked in columns, TorchServe not at all', async () => {
    const fixed = contractOf([spec('x', [1, 2])]);
    expect((await bodies(tfserving, fixed))[0]).toEqual({ inputs: [[expect.any(Number), expect.any(Number)]] });
    expect(await discover(torchserve, fixed)).toMatchObject({
      valid: [],
      open: expect.stringContaining('batch') as string,
    });
  });

  test('an open size comes from a golden request; without one it is said to be open', async () => {
    const open = contractOf([spec('tokens', [null, null], 'int64')]);
    expect((await bodies(tfserving, open, [{ instances: [[1, 2, 3]] }]))[0]).toEqual({
      instances: [[expect.any(Number), expect.any(Number), expect.any(Number)]],
    });
    expect((await discover(tfserving, open)).open).toBe('the input tokens may have any size in dimension 1');
    expect((await discover(tfserving, null)).open).toBe('the inputs of the model are not known');
  });

  test('a handler of another form is asked with the rows of golden requests', async () => {
    const contract = contractOf([spec('x', [null, 2])]);
    const own = await bodies(torchserve, contract, [{ data: [[1, 2]] }]);
    expect(own[0]).toEqual({ data: Array.from({ length: 8 }, () => [1, 2]) });
    expect((await discover(torchserve, contract, ['a text'])).open).toBe(
      'only the handler knows what a request looks like',
    );
  });
});

describe('answers', () => {
  const contract = contractOf([spec('x', [null, 2])], [spec('y', [null, 2])]);

  test.each([
    [{ predictions: [[1, 2]] }, ''],
    [
      {
        predictions: [
          [1, 2],
          [3, 4],
        ],
      },
      'asked with 1 rows, predictions has 2',
    ],
    [{ predictions: [[1]] }, 'predictions[0] has 1 items, expected 2'],
    [{ predictions: [1] }, 'predictions[0] is one value, expected the shape [2]'],
    [{ predictions: [[1, null]] }, 'predictions[0][1] is null, which is how NaN is often written'],
    [{ predictions: [[1, 'a']] }, 'predictions[0][1] is "a", its type is float32'],
    [{ result: [] }, 'the answer has no array `predictions`'],
    ['{"predictions": [[1, NaN]]}', 'the answer is not JSON: it holds NaN'],
  ])('%j', async (body, expected) => {
    for (const protocol of [tfserving, torchserve]) {
      const discovery = await discover(protocol, contract);
      const [ask] = discovery.valid;
      if (ask === undefined) throw new Error('no request');
      expect(discovery.judge(ask, answered(body)).join('; ')).toBe(expected);
    }
  });

  test('several outputs are objects in rows; none may be missing', async () => {
    const both = contractOf([spec('x', [null, 1])], [spec('label', [null], 'int64'), spec('scores', [null, 2])]);
    const discovery = await discover(tfserving, both);
    const ask = discovery.ask('one', { instances: [[1]] });
    expect(discovery.judge(ask, answered({ predictions: [{ label: 1, scores: [0, 1] }] }))).toEqual([]);
    expect(discovery.judge(ask, answered({ predictions: [{ label: 1.5 }] }))).toEqual([
      'predictions[0].scores is missing',
      'predictions[0].label is 1.5, its type is int64',
    ]);
  });

  test('columns are judged by name', async () => {
    const discovery = await discover(tfserving, contractOf([spec('x', [1, 2])], [spec('y', [1, 2])]));
    const ask = discovery.ask('columns', { inputs: [[1, 2]] });
    expect(discovery.judge(ask, answered({ outputs: [[1, 2]] }))).toEqual([]);
    expect(discovery.judge(ask, answered({ outputs: [[1, 2, 3]] }))).toEqual(['outputs[0] has 3 items, expected 2']);
  });
});

describe('readiness', () => {
  test.each([
    [{ model_version_status: [{ version: '1', state: 'AVAILABLE' }] }, null],
    [{ model_version_status: [{ version: '1', state: 'LOADING' }] }, 'the model is loading'],
    [
      {
        model_version_status: [
          { version: '2', state: 'END' },
          { version: '1', state: 'AVAILABLE' },
        ],
      },
      null,
    ],
    [{ name: 'm', ready: 'True' }, null],
    [{ name: 'm', ready: false }, 'the model is not ready'],
  ])('TF Serving and KServe: %j', (body, expected) => {
    expect(tfserving.notReady(answered(body))).toBe(expected);
  });

  test('TorchServe', () => {
    expect(torchserve.notReady(answered({ status: 'Healthy' }))).toBeNull();
    expect(torchserve.notReady(answered({ status: 'Partial Healthy' }))).toBe('the server is partial healthy');
  });
});
