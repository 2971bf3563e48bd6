/** The demo on a cluster of somebody's: what is missing is said before any work. Only the program `kind` is a stand-in here. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTarget } from '../../demo/check.ts';
import { checkEntrance } from '../../demo/entrance.ts';
import { DemoProblem } from '../../demo/problem.ts';
import { checkPull } from '../../demo/pull-check.ts';
import { findTarget, type Target } from '../../demo/target.ts';
import { freshNamespace, removeEarlier } from '../../demo/workspace.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';

let cluster: Cluster;
let scratch: string;
/** The environment of somebody who has a cluster, a registry and BuildKit. */
let environment: Record<string, string>;

beforeAll(async () => {
  cluster = await ensureCluster();
  scratch = mkdtempSync(join(tmpdir(), 'ml-deploy-demo-test-'));
  const raw = await cluster.kubectl(['config', 'view', '--raw', '-o', 'json']);
  const config = JSON.parse(raw) as Kubeconfig;
  const [context] = config.contexts;
  config.contexts = ['somebody', 'kind-x'].map((name) => ({ ...context, name }));
  // What is current must not matter.
  config['current-context'] = '';
  const kubeconfig = join(scratch, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(config));
  environment = {
    PATH: [scratch, process.env['PATH']].join(delimiter),
    KUBECONFIG: kubeconfig,
    DEMO_REPOSITORY: `${cluster.registry}/ml-deploy-demo-test`,
    DEMO_INSECURE: '1',
    BUILDKIT_HOST: cluster.buildkitAddress,
    BUILDCTL: cluster.state.buildctl,
  };
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Kubeconfig {
  contexts: Record<string, unknown>[];
  'current-context': string;
}

/** Name of a namespace that does not exist. */
const nowhere = 'ml-deploy-demo-none';
const silent = (): void => undefined;

const target = (changes: Record<string, string> = {}): Promise<Target> =>
  findTarget({ ...environment, DEMO_CONTEXT: 'somebody', ...changes }, silent);

async function problem(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DemoProblem);
  return (error as DemoProblem).message;
}

const check = async (changes: Record<string, string>): Promise<string> =>
  problem(target(changes).then((found) => checkTarget(found, nowhere, silent)));

describe('a context of somebody', () => {
  it('is used when all is there: rights, builder, registry, pulls, the way to the Service', async () => {
    const found = await target();
    expect(found).toMatchObject({ context: 'somebody', ours: false, url: null, service: 'ClusterIP' });
    await checkTarget(found, nowhere, silent);
    await checkEntrance(found);
    const name = `ml-deploy-demo-test-${Date.now().toString(36)}`;
    try {
      await freshNamespace(found, name, scratch);
      await checkPull(found, name);
      expect(await cluster.kubectl(['get', 'pods', '-n', name, '-o', 'name'])).toBe('');
      await removeEarlier(found, 'another', scratch);
      const { metadata } = await cluster.get<{ metadata: { deletionTimestamp?: string } }>('namespace', name);
      expect(metadata.deletionTimestamp).toBeDefined();
    } finally {
      await cluster.kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
    }
  });

  it('names everything that was not given', async () => {
    const message = await problem(target({ DEMO_REPOSITORY: '', BUILDKIT_HOST: '' }));
    expect(message).toMatch(/DEMO_REPOSITORY: .*\n.*BUILDKIT_HOST: /);
    expect(await problem(target({ DEMO_REPOSITORY: 'a/UPPER' }))).toContain('DEMO_REPOSITORY: a/UPPER is not');
    expect(await problem(target({ DEMO_URL: 'tumour:80' }))).toContain('DEMO_URL=tumour:80');
    expect(await problem(target({ DEMO_SERVICE: 'NodePort' }))).toContain('DEMO_SERVICE=NodePort');
  });

  it('must exist', async () => {
    expect(await check({ DEMO_CONTEXT: 'nobody' })).toMatch(/no context "nobody".*somebody.*\n.*DEMO_CONTEXT/);
  });

  it('must have the rights to make a namespace', async () => {
    await using namespace = await cluster.namespace('demo-rights');
    const kubeconfig = await cluster.restrictedUser(namespace.name, []);
    const found = { ...(await target()), kubeconfig, context: null };
    const message = await problem(checkTarget(found, namespace.name, silent));
    expect(message).toMatch(/may not create namespaces, list namespaces, delete namespaces/);
    // A prepared namespace behind a prepared address still has to be one in which a rollout may do its work.
    expect(await problem(checkTarget({ ...found, url: 'http://x' }, namespace.name, silent))).toMatch(
      /Not allowed to|may not/,
    );
  });

  it('needs a BuildKit that answers', async () => {
    expect(await check({ BUILDKIT_HOST: 'tcp://127.0.0.1:9' })).toMatch(/BUILDKIT_HOST=tcp:\/\/127.0.0.1:9.*no answer/);
    expect(await check({ BUILDCTL: '/nowhere/buildctl', PATH: '/nowhere' })).toMatch(/BUILDCTL/);
  });

  it('needs a registry that answers here, to BuildKit and to the nodes', async () => {
    expect(await check({ DEMO_REPOSITORY: 'localhost:9/x' })).toMatch(/registry of localhost:9\/x.*no answer/);
    await using forwarder = await forward(cluster);
    await using namespace = await cluster.namespace('demo-pull');
    const onlyHere = await target({ DEMO_REPOSITORY: `127.0.0.1:${forwarder.port}/x` });
    await checkTarget(onlyHere, nowhere, silent);
    expect(await problem(checkPull(onlyHere, namespace.name))).toMatch(/^BuildKit .* cannot push to 127.0.0.1/);
    const notForNodes = await target({ DEMO_REPOSITORY: `${cluster.network.hostAddress}:${forwarder.port}/x` });
    expect(await problem(checkPull(notForNodes, namespace.name))).toMatch(/nodes cannot pull .*HTTP response to HTTPS/);
  });
});

describe('kind', () => {
  const hosting = (text: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
    data: { 'localRegistryHosting.v1': text },
  });

  /** `kind get clusters` of a machine with these clusters. */
  const install = (...names: string[]): void => {
    const file = join(scratch, 'kind');
    writeFileSync(file, `#!/bin/sh\n[ "$*" = "get clusters" ] && printf '%s\\n' ${names.join(' ')}\n`);
    chmodSync(file, 0o755);
  };

  /** The only line about kind, and whether it is used. */
  const look = async (changes: Record<string, string>): Promise<{ said: string; used: string | null }> => {
    const { findKind } = await import('../../demo/kind.ts');
    const lines: string[] = [];
    const found = await findKind({ ...environment, DEMO_REPOSITORY: '', ...changes }, (line) => lines.push(line));
    expect(lines.length).toBe(found === null && lines.length > 0 ? 1 : 0);
    return { said: lines.join(''), used: found === null ? null : `${found.context} ${found.repository}` };
  };

  afterAll(async () => {
    await cluster.kubectl(['delete', 'configmap', 'local-registry-hosting', '-n', 'kube-public', '--ignore-not-found']);
  });

  it('is not looked for when it is not installed or not wanted', async () => {
    expect(await look({ PATH: '/nowhere' })).toEqual({ said: '', used: null });
    install('x');
    expect(await look({ DEMO_KIND: 'none' })).toEqual({ said: '', used: null });
    expect(await problem(look({ PATH: '/nowhere', DEMO_KIND: 'x' }))).toContain('no program `kind`');
  });

  it('says in one line what is missing', async () => {
    install();
    expect((await look({})).said).toMatch(/^kind is not used: it has no cluster/);
    install('x', 'y');
    expect((await look({})).said).toMatch(/several clusters \(x, y\).*DEMO_KIND/);
    expect(await problem(look({ DEMO_KIND: 'z' }))).toMatch(/DEMO_KIND=z .*only: x, y/);
    install('y');
    expect((await look({})).said).toMatch(/no context "kind-y"/);
    install('x');
    await cluster.kubectl(['delete', 'configmap', 'local-registry-hosting', '-n', 'kube-public', '--ignore-not-found']);
    expect((await look({})).said).toMatch(/no ConfigMap local-registry-hosting/);
    await cluster.apply(hosting('help: "see the documentation"'));
    expect((await look({})).said).toMatch(/names no `host`/);
    await cluster.apply(hosting(`host: "localhost:5001"\nhostFromContainerRuntime: "registry:5000"`));
    expect((await look({})).said).toMatch(/know the registry localhost:5001 as registry:5000/);
    await cluster.apply(hosting(`host: "${cluster.registry}"`));
    expect((await look({ BUILDKIT_HOST: '' })).said).toMatch(/BUILDKIT_HOST is not set/);
  });

  it('is used when its registry and a builder are there', async () => {
    install('x');
    await cluster.apply(hosting(`host: "${cluster.registry}"\nhostFromContainerRuntime: "${cluster.registry}"`));
    const used = `kind-x ${cluster.registry}/ml-deploy-demo`;
    expect(await look({})).toEqual({ said: '', used });
    install('w', 'x');
    expect(await look({ DEMO_KIND: 'x' })).toEqual({ said: '', used });
    install('x');
    const found = await findTarget({ ...environment, DEMO_REPOSITORY: '' }, silent);
    expect(found).toMatchObject({ context: 'kind-x', insecure: true, service: 'LoadBalancer' });
    await checkTarget(found, nowhere, silent);
    await checkEntrance(found);
  });
});

/** The cluster's registry under an address that only the host knows, and one that only the host allows plain HTTP for. */
async function forward(to: Cluster): Promise<AsyncDisposable & { readonly port: number }> {
  const [host, port] = to.registry.split(':');
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) open.add(socket);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
