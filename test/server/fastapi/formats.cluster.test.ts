import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it, test } from 'vitest';

import { graph, model as onnxModel, node, value } from '../../model/corpus/onnx-builder.ts';
import { serverPython } from './python.ts';
import { httpClient } from '../../../src/server/protocols/http.ts';
import { startServer, type RunningServer, type ServerOptions } from './running-server.ts';

const execute = promisify(execFile);
const real = new URL('../../model/fixtures/real/', import.meta.url).pathname;

/** Rows that every model here takes: five features. */
const rows = [
  [0.1, 0.2, 0.3, 0.4, 0.5],
  [0.9, 0.8, 0.7, 0.6, 0.5],
];
const withMissing = [[null, 0.2, 0.3, null, 0.5]];

/** What the library itself says, by file; computed once, by one Python. */
let expected: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const script = `
import json, sys, numpy, xgboost, lightgbm, onnxruntime
folder, rows, missing = sys.argv[1], *map(json.loads, sys.argv[2:])
def boost(name, rows):
    booster = xgboost.Booster(model_file=f"{folder}/trees/xgboost-{name}")
    return booster.inplace_predict(numpy.array(rows, dtype="float32"), validate_features=False).tolist()
light = lightgbm.Booster(model_file=f"{folder}/trees/lightgbm-binary.txt")
forest = onnxruntime.InferenceSession(f"{folder}/onnx/skl_RandomForestClassifier.onnx")
width = forest.get_inputs()[0].shape[1]
labels, odds = forest.run(None, {forest.get_inputs()[0].name: numpy.full((2, width), 0.5, dtype="float32")})
print(json.dumps({
    "json": boost("binary.json", rows),
    "missing": boost("binary.json", missing),
    "lightgbm": light.predict(numpy.array(rows)).tolist(),
    "lightgbmMissing": light.predict(numpy.array(missing, dtype="float64")).tolist(),
    "width": width, "names": [one.name for one in forest.get_outputs()], "labels": labels.tolist(), "odds": [dict(map(lambda kv: (str(kv[0]), kv[1]), one.items())) if isinstance(one, dict) else one.tolist() for one in odds],
}))`;
  const arguments_ = ['-c', script, real, JSON.stringify(rows), JSON.stringify(withMissing)];
  const { stdout } = await execute(await serverPython(), arguments_);
  expected = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
});

/** A project whose model folder holds one file of the fixtures. */
async function serve(
  fixture: string,
  name: string,
  options: Partial<ServerOptions> = {},
): Promise<RunningServer & AsyncDisposable> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-format-'));
  mkdirSync(join(root, 'model'));
  copyFileSync(join(real, fixture), join(root, 'model', name));
  return started({ root, ...options });
}

async function started(options: ServerOptions): Promise<RunningServer & AsyncDisposable> {
  const server = await startServer(options);
  await server.ready();
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.stop() });
}

async function outputs(server: RunningServer, inputs: unknown): Promise<unknown> {
  const response = await server.predict(inputs);
  expect(response.status).toBe(200);
  return ((await response.json()) as { outputs: unknown }).outputs;
}

test('answers on a kept connection do not wait for an acknowledgement, which would take 40 ms each', async () => {
  const folder = new URL('../../../examples/fastapi/', import.meta.url).pathname;
  const { requests } = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden;
  await using server = await started({ root: folder });
  const client = httpClient(server.url);
  const body = JSON.stringify(requests[0]?.body);
  const times: number[] = [];
  for (let sent = 0; sent < 101; sent++) times.push((await client.send({ method: 'POST', path: '/predict', body })).ms);
  client.close();
  // The fastest tenth: a busy machine is slow now and then, that delay comes every time but at the begin of a connection.
  expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(35);
});

describe('examples', () => {
  it.each(['fastapi', 'onnxruntime'])('%s answers its golden requests', async (type) => {
    const folder = new URL(`../../../examples/${type}/`, import.meta.url).pathname;
    const { requests } = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as Golden;
    await using server = await started({ root: folder, server: `type: ${type}` });
    for (const { body, expect: wanted } of requests) {
      const found = flat(await outputs(server, body.inputs));
      const numbers = flat(wanted.outputs);
      expect(found).toHaveLength(numbers.length);
      numbers.forEach((number, index) => {
        expect(found[index]).toBeCloseTo(number, 3);
      });
    }
  });
});

interface Golden {
  readonly requests: readonly { readonly body: { inputs: unknown }; readonly expect: { outputs: unknown } }[];
}

function flat(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(flat) : [];
}

describe('model files without pickle', () => {
  it.each([
    // The content decides, not the name.
    ['trees/xgboost-binary.json', 'model.bst', 'json', 'missing'],
    ['trees/lightgbm-binary.txt', 'model.txt', 'lightgbm', 'lightgbmMissing'],
  ])('%s is served as its library predicts, and missing numbers are null', async (fixture, name, key, missing) => {
    await using server = await serve(fixture, name);
    expect(server.events('ready')).toHaveLength(1);
    expect(await outputs(server, rows)).toEqual(expected[key]);
    expect(await outputs(server, withMissing)).toEqual(expected[missing]);
    expect((await server.predict([[1, 2, 3, 4]])).status).toBe(422);
    expect((await server.predict([['a', 2, 3, 4, 5]])).status).toBe(422);
    expect((await server.predict([[1e300, 2, 3, 4, 5]])).status).toBe(key === 'lightgbm' ? 200 : 422);
    expect(server.strange).toEqual([]);
  });

  it('ONNX is served by the server onnxruntime with all its outputs by name', async () => {
    const options = { server: 'type: onnxruntime, threads: 2, providers: [cuda, cpu]' };
    await using server = await serve('onnx/skl_RandomForestClassifier.onnx', 'forest.onnx', options);
    // Asked for a GPU where there is none: said, not hidden.
    expect(server.events('no-gpu')).toHaveLength(1);
    expect(server.events('session')).toMatchObject([{ providers: ['CPUExecutionProvider'], threads: 2 }]);
    const { width, names, labels, odds } = expected as {
      width: number;
      names: [string, string];
      labels: unknown[];
      odds: unknown[];
    };
    const row = new Array<number>(width).fill(0.5);
    expect(await outputs(server, [row, row])).toEqual(
      [0, 1].map((index) => ({ [names[0]]: labels[index], [names[1]]: odds[index] })),
    );
    expect((await server.predict([[...row, 1]])).status).toBe(422);
    expect((await server.predict([[null, ...row.slice(1)]])).status).toBe(422);
    expect(server.strange).toEqual([]);
  });

  it('ONNX with several inputs and a batch of fixed size is asked in parts', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-format-'));
    mkdirSync(join(root, 'model'));
    const parts = {
      nodes: [node('Add', ['a', 'b'], ['sum'])],
      initializers: [],
      inputs: [value('a', [2, 3]), value('b', [2, 3])],
      outputs: [value('sum', [2, 3])],
    };
    writeFileSync(join(root, 'model', 'sum.onnx'), onnxModel(graph(parts)));
    await using server = await started({ root, server: 'type: onnxruntime' });
    const row = (number: number) => ({ a: [number, 0, 0.5], b: [1, 2, 3] });
    expect(await outputs(server, [row(1), row(2), row(3)])).toEqual([
      [2, 2, 3.5],
      [3, 2, 3.5],
      [4, 2, 3.5],
    ]);
    for (const wrong of [{ a: [1, 2, 3] }, { ...row(1), c: [1] }, [[1, 2, 3]], { ...row(1), a: [1e39, 0, 0] }]) {
      expect((await server.predict([wrong])).status).toBe(422);
    }
  });

  it('a GPU that is required and absent ends the server, with the reason', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-format-'));
    mkdirSync(join(root, 'model'));
    copyFileSync(join(real, 'onnx/skl_KMeans.onnx'), join(root, 'model', 'clusters.onnx'));
    const server = await startServer({
      root,
      server: 'type: onnxruntime, providers: [cuda]',
      resources: 'gpu: {count: 1}',
    });
    expect(await server.exited()).toBe(3);
    expect(server.events('model-failed')).toMatchObject([{ error: expect.stringContaining('no GPU') as string }]);
  });
});
