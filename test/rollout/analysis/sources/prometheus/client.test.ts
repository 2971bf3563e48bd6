import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { PrometheusConfig } from '../../../../../src/config/config.ts';
import type { Request } from '../../../../../src/kubernetes/api.ts';
import { prometheusClient } from '../../../../../src/rollout/analysis/sources/prometheus/client.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface Reply {
  readonly status?: number;
  readonly body: string;
}

const two = JSON.stringify({
  status: 'success',
  data: { resultType: 'scalar', result: [1700000000.25, '1700000000.25'] },
});

async function serve(
  answer: (request: IncomingMessage) => Reply,
  tls?: { key: Buffer; cert: Buffer },
): Promise<number> {
  const handle: Parameters<typeof createServer>[1] = (request, response) => {
    const { status = 200, body } = answer(request);
    response.writeHead(status, { connection: 'close' }).end(body);
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const base: PrometheusConfig = {
  url: null,
  service: null,
  bearerToken: null,
  basicAuth: null,
  ca: null,
  labels: { pod: 'pod', namespace: 'namespace' },
  match: {},
  lookbackMs: 300_000,
};

const noCluster = { server: 'https://cluster', raw: () => Promise.reject(new Error('not this way')) };

function client(config: Partial<PrometheusConfig>, environment: Readonly<Record<string, string>> = {}, root = '/') {
  return prometheusClient({ ...base, ...config }, { api: noCluster, environment, root });
}

test('keeps the path of the URL, and reads samples with their times', async () => {
  const asked: string[] = [];
  const result = [
    {
      metric: { __name__: 'a', pod: 'x' },
      values: [
        [10, '1'],
        [25.5, '+Inf'],
      ],
    },
  ];
  const port = await serve(({ url = '' }) => {
    asked.push(url);
    return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
  });
  const prometheus = client({ url: `http://127.0.0.1:${port}/prefix/` });
  expect(await prometheus.query('a{x="y"}[60s]', 100.5)).toEqual([
    {
      labels: { __name__: 'a', pod: 'x' },
      points: [
        [10, 1],
        [25.5, Infinity],
      ],
    },
  ]);
  expect(asked).toEqual(['/prefix/api/v1/query?query=a%7Bx%3D%22y%22%7D%5B60s%5D&time=100.500']);
});

test('sends a bearer token or basic credentials from the environment, read anew each time', async () => {
  const seen: (string | undefined)[] = [];
  const port = await serve(({ headers }) => {
    seen.push(headers.authorization);
    return { body: two };
  });
  const url = `http://127.0.0.1:${port}`;
  const environment = { TOKEN: 'one\n', USER: 'ops', PASSWORD: 's3cret' };
  const bearer = client({ url, bearerToken: 'TOKEN' }, environment);
  await bearer.now();
  environment.TOKEN = 'two';
  await bearer.now();
  await client({ url, basicAuth: { username: 'USER', password: 'PASSWORD' } }, environment).now();
  expect(seen).toEqual(['Bearer one', 'Bearer two', `Basic ${Buffer.from('ops:s3cret').toString('base64')}`]);
  await expect(client({ url, bearerToken: 'OTHER' }, environment).now()).rejects.toMatchObject({
    code: 'metrics/no-credentials',
    message: expect.stringContaining('OTHER') as string,
  });
});

test('trusts the configured authority and no unknown one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-deploy-prometheus-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const what = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...what, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  const port = await serve(() => ({ body: two }), { key: readFileSync(key), cert: readFileSync(cert) });
  const url = `https://127.0.0.1:${port}`;
  expect(await client({ url, ca: 'cert.pem' }, {}, folder).now()).toBe(1700000000.25);
  await expect(client({ url }).now()).rejects.toMatchObject({
    code: 'metrics/prometheus',
    hint: expect.stringContaining('prometheus.ca') as string,
  });
  await expect(client({ url, ca: 'none.pem' }, {}, folder).now()).rejects.toMatchObject({ code: 'metrics/no-ca' });
});

test.each([
  [{ status: 401, body: 'Unauthorized' }, /HTTP 401: Unauthorized/],
  [{ status: 404, body: '<html>\nnothing' }, /HTTP 404: <html>/],
  [{ status: 422, body: '{"status":"error","errorType":"execution","error":"too many samples"}' }, /too many samples/],
  [{ body: 'Welcome' }, /nothing usable: Welcome/],
])('says what was answered: %j', async (reply, message) => {
  const port = await serve(() => reply);
  await expect(client({ url: `http://127.0.0.1:${port}` }).now()).rejects.toThrow(message);
});

test('goes through the API server to a Service, and refuses nothing by itself', async () => {
  const asked: Request[] = [];
  const api = {
    server: 'https://cluster',
    raw: (request: Request) => {
      asked.push(request);
      return Promise.resolve({ status: 200, body: two, headers: {} });
    },
  };
  const service = { namespace: 'monitoring', name: 'prom', port: 9090, tls: false, path: '/p' };
  const prometheus = prometheusClient({ ...base, service }, { api, environment: {}, root: '/' });
  expect(await prometheus.now()).toBe(1700000000.25);
  expect(asked[0]).toMatchObject({
    method: 'GET',
    path: '/api/v1/namespaces/monitoring/services/prom:9090/proxy/p/api/v1/query?query=time%28%29',
    once: true,
  });
});
