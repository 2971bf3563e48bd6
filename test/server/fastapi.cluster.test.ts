import { existsSync, readdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { until } from '../cluster/poll.ts';
import { Traffic } from '../cluster/traffic.ts';
import { trainIris } from './fastapi/python.ts';
import { startServer, type RunningServer, type ServerOptions } from './fastapi/running-server.ts';

let root: string;
let server: RunningServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-iris-'));
  await trainIris(root);
});

afterEach(async () => {
  await server.stop();
  rmSync(join(root, 'inference.py'), { force: true });
});

async function start(options: Omit<ServerOptions, 'root'> = {}): Promise<RunningServer> {
  server = await startServer({ root, ...options });
  return server;
}

const row = [5.1, 3.5, 1.4, 0.2];

/** Sends raw bytes and gives everything that comes back. */
async function raw(port: number, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.setTimeout(15_000, () => socket.destroy(new Error(`no end after: ${answer}`)));
  });
}

describe('answers', () => {
  it('predicts, refuses wrong rows with 422, describes itself, and names its revision every time', async () => {
    await start();
    await server.ready();
    const good = await server.predict([row, [6.7, 3, 5.2, 2.3]]);
    expect([good.status, await good.json()]).toEqual([200, { outputs: [0, 2], revision: 'r7' }]);

    const wrong: [string, string][] = [
      ['three features', '{"inputs": [[1, 2, 3]]}'],
      ['no row', '{"inputs": []}'],
      ['text', '{"inputs": [["1", 2, 3, 4]]}'],
      ['not finite', '{"inputs": [[NaN, 2, 3, 4]]}'],
      ['infinite', '{"inputs": [[1e999, 2, 3, 4]]}'],
      ['another key', '{"inputs": [[1, 2, 3, 4]], "outputs": []}'],
      ['not JSON', '{"inputs": '],
      ['nothing', ''],
    ];
    for (const [name, body] of wrong) {
      const response = await fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect([name, response.status]).toEqual([name, 422]);
      expect(response.headers.get('x-mldeploy-revision')).toBe('r7');
      expect(await response.json()).toHaveProperty('detail');
    }
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/nowhere', '/predict']) {
      const response = await fetch(server.url + path);
      expect(response.headers.get('x-mldeploy-revision')).toBe('r7');
      await response.text();
    }

    const openapi = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
    expect(openapi).toMatchObject({
      info: { title: 'iris' },
      components: {
        schemas: {
          Request: {
            required: ['inputs'],
            properties: {
              inputs: { type: 'array', minItems: 1, items: { minItems: 4, maxItems: 4, items: { type: 'number' } } },
            },
          },
        },
      },
    });
    expect(Object.keys(openapi.paths)).toEqual(['/predict']);

    const metrics = await server.metrics();
    expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="ok"}')).toBe(1);
    expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="client_error"}')).toBe(wrong.length);
    expect([...metrics.keys()].filter((key) => key.startsWith('mldeploy_model_info'))).toEqual([
      expect.stringMatching(/^mldeploy_model_info\{model="iris",revision="r7",digest="sha256:[0-9a-f]{64}"\}$/),
    ]);
    expect(server.strange).toEqual([]);
    expect(JSON.stringify(server.lines)).not.toContain('5.1');
  });

  it('counts exceptions and values that JSON cannot carry as errors, and says which', async () => {
    await start({
      inference: `
def load(model_dir): return None
def example(model): return [[1.0]]
def predict(model, inputs):
    if inputs[0][0] == 13: raise KeyError("thirteen")
    if inputs[0][0] == 14: return [float("nan")]
    if inputs[0][0] == 15: return []
    if inputs[0][0] == 16: return [None]
    return [sum(row) for row in inputs]
`,
    });
    await server.ready();
    expect((await server.predict([[13]])).status).toBe(500);
    expect((await server.predict([[14]])).status).toBe(500);
    expect((await server.predict([[15]])).status).toBe(500);
    expect((await server.predict([[16]])).status).toBe(200);
    expect(await (await server.predict([[1, 2]])).json()).toEqual({ outputs: [3], revision: 'r7' });
    const metrics = await server.metrics();
    expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="error"}')).toBe(3);
    expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="ok"}')).toBe(2);
    expect(metrics.get('mldeploy_output_problems_total{route="/predict",problem="nan"}')).toBe(1);
    expect(metrics.get('mldeploy_output_problems_total{route="/predict",problem="empty"}')).toBe(1);
    const errors = server.events('prediction-failed').map(({ error }) => error);
    expect(errors).toEqual([
      "KeyError: 'thirteen'",
      expect.stringContaining('nan or infinity'),
      expect.stringContaining('1 rows in, 0 outputs out'),
    ]);
  });

  it('refuses bodies above the limit with 413, announced or not, and the client sees it', async () => {
    await start({ env: { MLDEPLOY_MAX_BODY_BYTES: '1000' } });
    await server.ready();
    const head = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const large = Buffer.alloc(3_000_000, 0x20);

    const announced = await raw(server.port, [`${head}Content-Length: ${large.length}\r\n\r\n`, large]);
    expect(announced).toMatch(/^HTTP\/1.1 413 .*connection: close/is);

    const chunk = Buffer.concat([Buffer.from('1000\r\n'), Buffer.alloc(0x1000, 0x20), Buffer.from('\r\n')]);
    const chunks = Array.from({ length: 200 }, () => chunk);
    const chunked = await raw(server.port, [`${head}Transfer-Encoding: chunked\r\n\r\n`, ...chunks, '0\r\n\r\n']);
    expect(chunked).toMatch(/^HTTP\/1.1 413 .*x-mldeploy-revision: r7.*connection: close/is);

    const expecting = await raw(server.port, [`${head}Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n`]);
    expect(expecting).toMatch(/^HTTP\/1.1 413 /);

    // Exactly the limit passes the gate.
    const body = JSON.stringify({ inputs: [row] });
    const padded = body + ' '.repeat(1000 - body.length);
    const fits = await raw(server.port, [`${head}Content-Length: 1000\r\nConnection: close\r\n\r\n`, padded]);
    expect(fits).toMatch(/^HTTP\/1.1 200 /);
    const metrics = await server.metrics();
    expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="client_error"}')).toBe(3);
  });
});

describe('readiness', () => {
  it('is alive at once, not ready before the warm-up is done, and does not count the warm-up', async () => {
    const gate = join(root, 'go');
    rmSync(gate, { force: true });
    await start({
      inference: `
import os, time
def load(model_dir):
    while not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.05)
    return None
def example(model): return [[1.0]]
def predict(model, inputs):
    print('{"event": "predicted"}', flush=True)
    return [0 for _ in inputs]
`,
    });
    await until('it is alive', async () => (await fetch(`${server.url}/healthz`)).status === 200, { timeout: 30_000 });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect(server.events('predicted')).toEqual([]);
    writeFileSync(gate, '');
    await server.ready();
    expect(server.events('predicted')).toHaveLength(1);
    const metrics = await server.metrics();
    const requests = [...metrics].filter(([key]) => key.startsWith('mldeploy_requests_total'));
    expect(requests.map(([, value]) => value)).toEqual([0, 0, 0]);
  });

  it('needs no package but its own: code without numpy is served without it', async () => {
    const inference =
      'import sys\ndef load(model_dir): return "numpy" in sys.modules\ndef predict(model, inputs): return [model]\n';
    await start({ inference });
    await server.ready();
    expect(await (await server.predict([[1]])).json()).toMatchObject({ outputs: [false] });
  });

  it.each([
    ['one', '1'],
    ['two', '2'],
  ])('ends with code 3 and says why when the model fails, with %s worker(s)', async (_, workers) => {
    await start({
      env: { MLDEPLOY_WORKERS: workers },
      inference: 'def load(model_dir): raise ValueError("broken weights")\ndef predict(model, inputs): return []\n',
    });
    expect(await server.exited()).toBe(3);
    expect(server.events('model-failed')[0]?.['error']).toBe('ValueError: broken weights');
  });

  it('answers probes while a prediction runs', async () => {
    await start({
      inference: `
import time
def load(model_dir): return None
def example(model): return [[0.0]]
def predict(model, inputs):
    time.sleep(inputs[0][0])
    return [0]
`,
    });
    await server.ready();
    let over = false;
    const slow = server.predict([[6]]).finally(() => (over = true));
    for (let probe = 0; probe < 5; probe++) expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(over).toBe(false);
    expect((await slow).status).toBe(200);
  });
});

describe('metrics', () => {
  it('are exact with two workers, and survive the death of one', async () => {
    await start({ env: { MLDEPLOY_WORKERS: '2' } });
    await server.ready();
    const before = await server.metrics();
    // Connections of their own, so that both workers get some.
    const agent = new Agent({ keepAlive: false, maxSockets: 8 });
    const send = async (inputs: unknown): Promise<number> =>
      new Promise((resolve, reject) => {
        const sent = request(
          `${server.url}/predict`,
          { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
          (response) => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
          },
        );
        sent.on('error', reject);
        sent.end(JSON.stringify({ inputs }));
      });
    await Promise.all(Array.from({ length: 300 }, async (_, index) => send(index % 3 === 0 ? [[1]] : [row])));
    const check = async (ok: number, wrong: number): Promise<void> => {
      // Read often, so that both workers are asked.
      for (let read = 0; read < 6; read++) {
        const metrics = await server.metrics();
        expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="ok"}')).toBe(ok);
        expect(metrics.get('mldeploy_requests_total{route="/predict",outcome="client_error"}')).toBe(wrong);
        expect(metrics.get('mldeploy_request_duration_seconds_count{route="/predict"}')).toBe(ok + wrong);
        expect(metrics.get('mldeploy_request_duration_seconds_bucket{route="/predict",le="+Inf"}')).toBe(ok + wrong);
        expect(metrics.get('mldeploy_process_start_time_seconds')).toBe(
          before.get('mldeploy_process_start_time_seconds'),
        );
      }
    };
    await check(200, 100);

    const workers = readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(server.pid);
      } catch {
        return false; // not a process, or gone
      }
    });
    expect(workers).toHaveLength(2);
    process.kill(Number(workers[0]), 'SIGKILL');
    await until('its death is noticed', () => Promise.resolve(server.events('worker-died').length === 1));
    await server.ready();
    await check(200, 100);
    expect(await send([row])).toBe(200);
    await check(201, 100);
  });
});

describe('drain', () => {
  it.each([
    ['one', '1'],
    ['two', '2'],
  ])('loses no request of clients that follow the endpoints, with %s worker(s)', async (_, workers) => {
    await start({ env: { MLDEPLOY_WORKERS: workers, MLDEPLOY_DRAIN_SECONDS: '8' } });
    await server.ready();
    const url = `${server.url}/predict`;
    const traffic = new Traffic({ url, rate: 60, body: { inputs: [row] }, newConnections: 0.3 }).start();
    await until('traffic flows', () => Promise.resolve(traffic.results.length >= 60));
    const slow = raw(server.port, ['GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n']);
    server.kill('SIGTERM');
    await until('it is not ready any more', async () => (await fetch(`${server.url}/readyz`)).status === 503);
    const last = await fetch(`${server.url}/readyz`);
    expect(last.headers.get('connection')).toBe('close');
    // The cluster takes a moment to send its clients elsewhere.
    await delay(1_000);
    await traffic.stop();
    expect(traffic.failures()).toEqual([]);
    expect(traffic.results.length).toBeGreaterThan(100);
    expect(await server.exited()).toBe(0);
    // An idle kept-alive connection is ended properly.
    expect(await slow).toMatch(/^HTTP\/1.1 200 /);
    expect(server.events('draining')).toHaveLength(Number(workers));
  });

  it('finishes a request that is in flight when the drain is over', async () => {
    const begun = join(root, 'begun');
    await start({
      env: { MLDEPLOY_DRAIN_SECONDS: '0.5' },
      inference: `
import time
def load(model_dir): return None
def example(model): return [[0.0]]
def predict(model, inputs):
    if inputs[0][0] > 0: open(${JSON.stringify(begun)}, 'w').close()
    time.sleep(inputs[0][0])
    return [1]
`,
    });
    await server.ready();
    const slow = server.predict([[2.5]]);
    await until('it is in flight', () => Promise.resolve(existsSync(begun)), { every: 20 });
    server.kill('SIGTERM');
    const answer = await slow;
    expect([answer.status, await answer.json()]).toEqual([200, { outputs: [1], revision: 'r7' }]);
    expect(await server.exited()).toBe(0);
    const metrics = server.events('stopped');
    expect(metrics).toHaveLength(1);
  });

  it('ends at once when it was never ready', async () => {
    await start({
      env: { MLDEPLOY_DRAIN_SECONDS: '60' },
      inference: `
import time
def load(model_dir): time.sleep(600)
def predict(model, inputs): return []
`,
    });
    await until('it listens', () => Promise.resolve(server.events('listening').length === 1));
    const began = performance.now();
    server.kill('SIGTERM');
    expect(await server.exited()).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
