import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { BuilderPlaces } from '../../../src/image/builders/builder.ts';
import { buildkit } from '../../../src/image/builders/buildkit.ts';
import { ensureCluster, type Cluster } from '../../cluster/cluster.ts';
import { inside, insideCache } from '../../cluster/namespaces.ts';
import { until } from '../../cluster/poll.ts';

// The same daemon at every kind of address; what is built is the same.
let cluster: Cluster;
let expected: string;
const home = mkdtempSync(join(tmpdir(), 'mldeploy-remote-'));

beforeAll(async () => {
  cluster = await ensureCluster();
  expected = await digest(places(cluster.buildkitAddress));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function places(address: string, environment: Readonly<Record<string, string>> = {}): BuilderPlaces {
  const PATH = `${dirname(cluster.state.buildctl)}:${dirname(cluster.state.kubectl)}:/usr/bin:/bin`;
  return { buildkit: address, dockerConfig: null, environment: { HOME: home, PATH, ...environment } };
}

let builds = 0;

async function digest(where: BuilderPlaces): Promise<string> {
  expect(await buildkit.available(where, new AbortController().signal, false)).toBeNull();
  const folder = join(home, String(builds++));
  mkdirSync(folder);
  await buildkit.build({
    recipe: { kind: 'base', base: 'python:3.12-slim', packages: null },
    platform: 'linux/amd64',
    folder,
    layout: join(folder, 'layout'),
    cache: join(folder, 'cache'),
    insecureHosts: [],
    places: where,
    secrets: [],
    sourceDateEpoch: 0,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onLine: () => undefined,
  });
  return /sha256:[0-9a-f]{64}/.exec(readFileSync(join(folder, 'layout/index.json'), 'utf8'))?.[0] ?? '';
}

/** An authority, and what it signs for a server on this machine and for a client. */
function certificates(): string {
  const folder = mkdtempSync(join(home, 'tls-'));
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.pem');
  for (const [name, use] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ] as const) {
    // prettier-ignore
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(join(folder, 'extensions'), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${use}\n`);
    const signed = [
      '-req',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'extensions',
    ];
    openssl('x509', ...signed, '-in', `${name}.csr`, '-out', `${name}.pem`);
  }
  mkdirSync(join(folder, 'for-client'));
  const files = { 'ca.pem': 'ca.pem', 'client.pem': 'cert.pem', 'client.key': 'key.pem' };
  for (const [from, to] of Object.entries(files)) {
    writeFileSync(join(folder, 'for-client', to), readFileSync(join(folder, from)));
  }
  return folder;
}

/** Hands connections on to the daemon, those alone that have a certificate of the authority. */
async function daemonWithTls(folder: string): Promise<Server> {
  const read = (file: string): Buffer => readFileSync(join(folder, file));
  const options: TlsOptions = {
    ...{ key: read('server.key'), cert: read('server.pem'), ca: read('ca.pem') },
    ...{ requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
  };
  const server = createServer(options, (client) => {
    const upstream = connect(cluster.buildkitAddress.replace('unix://', ''));
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) each.on('error', () => each.destroy());
  }).listen(0, '127.0.0.1');
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  return server;
}

it('a daemon that listens with TLS is reached with the certificates of BUILDKIT_TLS_DIR, and not without', async () => {
  const folder = certificates();
  const server = await daemonWithTls(folder);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const url = `tcp://127.0.0.1:${address.port}`;
  expect(await digest(places(url, { BUILDKIT_TLS_DIR: join(folder, 'for-client') }))).toBe(expected);
  const { signal } = new AbortController();
  expect(await buildkit.available(places(url), signal, false)).toContain('gives no answer');
  const others = join(certificates(), 'for-client');
  expect(await buildkit.available(places(url, { BUILDKIT_TLS_DIR: others }), signal, false)).toContain('certificate');
  // Where there is no TLS, no certificate is minded.
  const local = places(cluster.buildkitAddress, { BUILDKIT_TLS_DIR: join(folder, 'for-client') });
  expect(await buildkit.available(local, signal, false)).toBeNull();
  server.close();
});

it('a daemon in a pod is reached through kubectl', async () => {
  await using namespace = await cluster.namespace('buildkit');
  const mount = (name: string, path: string): object => ({ name, mountPath: path });
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'builder', namespace: namespace.name },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'buildkitd',
          image: `${cluster.registry}/library/busybox:stable`,
          command: ['sleep', 'infinity'],
          // What a pod has of BuildKit: its client, which hands the connection on, and the daemon's socket at the usual place.
          env: [{ name: 'PATH', value: '/buildkit:/bin' }],
          volumeMounts: [mount('programs', '/buildkit'), mount('socket', '/run/buildkit/buildkitd.sock')],
        },
      ],
      volumes: [
        { name: 'programs', hostPath: { path: insideCache(dirname(cluster.state.buildctl)) } },
        { name: 'socket', hostPath: { path: `${inside.state}/buildkitd.sock` } },
      ],
    },
  });
  await until('the pod runs', async () => {
    const phase = ['get', 'pod', 'builder', '-n', namespace.name, '-o', 'jsonpath={.status.phase}'];
    return (await cluster.kubectl(phase)) === 'Running';
  });
  const url = `kube-pod://builder?namespace=${namespace.name}`;
  expect(await digest(places(url, { KUBECONFIG: cluster.kubeconfigPath }))).toBe(expected);
});
