import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killSecondNode } from './addons/second-node.ts';
import { ensureCluster, findCluster, removeClusterIn, type Cluster, type TestNamespace } from './cluster.ts';
import { remains } from './leftovers.ts';
import { findClusters } from './namespaces.ts';
import { until } from './poll.ts';
import { isAlive } from './process-table.ts';
import { CommandError, sh } from './shell.ts';
import { Traffic } from './traffic.ts';
import { readState, stateFolder } from './state.ts';

const onProgress = (line: string): void => console.log(line);

/** A web server that says its pod's name, and a Service in front of it. */
function web(namespace: string, replicas: number, podSpec: object = {}, container: object = {}): object[] {
  const metadata = { name: 'web', namespace };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'web',
                image: 'busybox:stable',
                command: [
                  'sh',
                  '-c',
                  'mkdir -p /tmp/www; hostname >/tmp/www/index.html; echo serving; exec httpd -f -p 8080 -h /tmp/www',
                ],
                readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
                ...container,
              },
            ],
            ...podSpec,
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

describe('a cluster of its own, which may be broken', () => {
  const parent = mkdtempSync(join(tmpdir(), 'ml-deploy-cluster-'));
  const folder = join(parent, 'state');
  /** Clusters that this file made: what others leave on the machine is not its concern. */
  const ids: string[] = [];
  let cluster: Cluster;
  let namespace: TestNamespace;
  let before: object;

  beforeAll(async () => {
    before = await hostState(ids);
    const start = performance.now();
    cluster = await ensureCluster({ folder, components: ['dns'], onProgress });
    // 10 s on a machine that does nothing else.
    expect(performance.now() - start).toBeLessThan(60_000);
    ids.push(cluster.state.id);
    namespace = await cluster.namespace('harness');
  });
  afterAll(async () => {
    await removeClusterIn(folder, onProgress);
    rmSync(parent, { recursive: true, force: true });
  });

  test('has addresses of its own', () => {
    const main = readState(stateFolder());
    if (main) expect(main.network.cidr).not.toBe(cluster.network.cidr);
  });

  test('is found running by a second request', async () => {
    const start = performance.now();
    const again = await ensureCluster({ folder });
    expect(again.state.id).toBe(cluster.state.id);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('runs a Deployment whose Service answers on the host, with logs and exec', async () => {
    await cluster.apply(...web(namespace.name, 2));
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '-n', namespace.name, '--timeout=60s']);
    const service = await cluster.get<{ spec: { clusterIP: string } }>('service', 'web', '-n', namespace.name);
    const url = `http://${service.spec.clusterIP}/`;
    // The node learns of a Service's endpoints a moment after the pods are ready: both must have been reached.
    const reached = new Set<string>();
    await until('the Service reaches both pods', async () => {
      const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(1000) });
      return reached.add(await answer.text()).size === 2;
    });
    const traffic = new Traffic({
      url,
      rate: 50,
      maxRequests: 60,
      newConnections: 1,
    });
    traffic.start();
    await until('60 answers', () => Promise.resolve(traffic.results.length === 60));
    await traffic.stop();
    expect(traffic.failures()).toEqual([]);
    expect(await cluster.kubectl(['logs', 'deployment/web', '-n', namespace.name])).toContain('serving');
    const name = await cluster.kubectl(['exec', 'deployment/web', '-n', namespace.name, '--', 'hostname']);
    expect(name).toMatch(/^web-/);
  });

  test('builds an image, pulls it by digest and keeps running pods while the API server is killed', async () => {
    const context = mkdtempSync(join(tmpdir(), 'context-'));
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM busybox:stable\nRUN echo built > /built\nCMD ["sh", "-c", "cat /built; sleep 600"]\n',
    );
    const name = `${cluster.registry}/test/${namespace.name}`;
    await cluster.buildctl([
      ...['build', '--frontend', 'dockerfile.v0', '--local', `context=${context}`, '--local', `dockerfile=${context}`],
      ...[
        '--output',
        `type=image,name=${name}:1,push=true,oci-mediatypes=true`,
        '--metadata-file',
        join(context, 'meta.json'),
      ],
    ]);
    const meta = JSON.parse(readFileSync(join(context, 'meta.json'), 'utf8')) as { 'containerimage.digest': string };
    await cluster.kubectl(['run', 'built', `--image=${name}@${meta['containerimage.digest']}`, '-n', namespace.name]);
    await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/built', '-n', namespace.name, '--timeout=60s']);
    expect(await cluster.kubectl(['logs', 'built', '-n', namespace.name])).toBe('built\n');

    const service = 'kube-apiserver';
    await sh('nsenter', [
      '-t',
      String(cluster.init.pid),
      '-p',
      '-m',
      'sh',
      '-c',
      `kill -9 $(cat /run/cluster/services/${service}.pid)`,
    ]);
    const pod = await until('the API server after it was killed', () =>
      cluster.get<{ status: { containerStatuses: { restartCount: number }[] } }>('pod', 'built', '-n', namespace.name),
    );
    expect(pod.status.containerStatuses[0]?.restartCount).toBe(0);
    rmSync(context, { recursive: true });
  });

  test('schedules by the GPUs it claims to have', async () => {
    await cluster.withGpus(2, async () => {
      await using own = await cluster.namespace('gpu');
      await cluster.apply(...web(own.name, 3, {}, { resources: { limits: { 'nvidia.com/gpu': 1 } } }));
      const message = await until('two pods running and one waiting for a GPU', async () => {
        const { items } = await cluster.get<{
          items: { status: { phase: string; conditions?: { message?: string }[] } }[];
        }>('pods', '-n', own.name);
        const pending = items.filter((pod) => pod.status.phase === 'Pending');
        const running = items.filter((pod) => pod.status.phase === 'Running');
        return running.length === 2 && pending.length === 1 && pending[0]?.status.conditions?.[0]?.message;
      });
      expect(message).toContain('Insufficient nvidia.com/gpu');
    });
    const node = await cluster.get<{ status: { capacity: Record<string, string> } }>('node', cluster.state.node);
    expect(node.status.capacity).not.toHaveProperty('nvidia.com/gpu');
  });

  test('makes users that may do only what they were given', async () => {
    const kubeconfig = await cluster.restrictedUser(namespace.name, [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['list'] },
    ]);
    await cluster.kubectl(['get', 'configmaps'], { kubeconfig });
    const refused = cluster.kubectl(['get', 'secrets'], { kubeconfig });
    await expect(refused).rejects.toThrow(CommandError);
    await expect(refused).rejects.toThrow(/Forbidden.*secrets/);
  });

  test('resolves names, drains a node, loses one and gets it back', async () => {
    await cluster.apply(...web('default', 1));
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
    await until('an answer by name', async () => {
      const answer = await cluster.kubectl(['exec', 'deployment/web', '--', 'wget', '-qO-', 'http://web.default']);
      return answer.startsWith('web-');
    });
    await testSecondNode(folder, cluster);
  });

  test('recovers after it was killed, and leaves nothing behind', async () => {
    process.kill(cluster.init.pid, 'SIGKILL');
    await until('the death of process 1', () => Promise.resolve(!isAlive(cluster.init)));
    expect(await findCluster(folder)).toBeUndefined();
    const recovered = await ensureCluster({ folder, onProgress });
    ids.push(recovered.state.id);
    expect(recovered.state.id).not.toBe(cluster.state.id);
    expect(await remains(cluster.state.id, '/nonexistent')).toEqual([]);
    await recovered.apply(...web('default', 1));
    await recovered.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);

    await removeClusterIn(folder, onProgress);
    expect(await remains(recovered.state.id, folder)).toEqual([]);
    expect(await hostState(ids)).toEqual(before);
  });

  test('whose start was killed is removed by the next start of any cluster, even without its folder', async () => {
    const up = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'up'], {
      env: { ...process.env, ML_DEPLOY_CLUSTER_DIR: folder },
      stdio: 'ignore',
    });
    await until('the start of the namespaces', () => Promise.resolve(existsSync(join(folder, 'kubeconfig'))), {
      timeout: 120_000,
    });
    up.kill('SIGKILL');
    await once(up, 'exit');
    const id = readState(folder)?.id ?? '';
    expect(findClusters().map((found) => found.id)).toContain(id);
    rmSync(join(folder, 'cluster.json')); // all that a deleted checkout would leave of it
    const other = `${folder}-other`;
    await removeClusterIn(other, onProgress);
    expect(findClusters().map((found) => found.id)).not.toContain(id);
    expect(await remains(id, '/nonexistent')).toEqual([]);
  });
});

/** Pods move to another real node when theirs is drained, and a node that lost its power comes back. */
async function testSecondNode(folder: string, before: Cluster): Promise<void> {
  const cluster = await ensureCluster({ folder, components: ['second-node'], onProgress });
  expect(cluster.state.id).toBe(before.state.id);
  const nodesOfPods = async (): Promise<string[]> => {
    const { items } = await cluster.get<{ items: { spec: { nodeName?: string } }[] }>('pods', '-l', 'app=web');
    return items.map((pod) => pod.spec.nodeName ?? '');
  };
  expect(await nodesOfPods()).toEqual(['node-1']);
  await cluster.kubectl(['drain', 'node-1', '--force', '--ignore-daemonsets', '--timeout=60s']);
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
  expect(await nodesOfPods()).toEqual(['node-2']);
  const service = await cluster.get<{ spec: { clusterIP: string } }>('service', 'web');
  expect((await fetch(`http://${service.spec.clusterIP}/`)).status).toBe(200);
  expect(await cluster.kubectl(['exec', 'deployment/web', '--', 'wget', '-qO-', 'http://web.default'])).toMatch(
    /^web-/,
  );

  await killSecondNode(cluster);
  await expect(fetch(`http://${service.spec.clusterIP}/`, { signal: AbortSignal.timeout(2000) })).rejects.toThrow();
  await ensureCluster({ folder, components: ['second-node'], onProgress });
  await until(
    'an answer from the restarted node',
    async () => (await fetch(`http://${service.spec.clusterIP}/`, { signal: AbortSignal.timeout(2000) })).ok,
  );
}

/**
 * What a cluster changes on its host. Clusters of other tests and checkouts come and go meanwhile: what carries their marks is left out.
 * @param own ids whose marks count
 */
async function hostState(own: readonly string[]): Promise<object> {
  const lines = (text: string): string[] =>
    text.split('\n').filter((line) => {
      const id = /(?:mld[12]|ml-deploy-cluster)-([0-9a-f]{8})/.exec(line)?.[1];
      return id === undefined || own.includes(id);
    });
  return {
    links: lines((await sh('ip', ['-o', 'link'])).stdout).map((line) => line.split(':')[1]),
    routes: lines((await sh('ip', ['route'])).stdout),
    rules: lines((await sh('iptables-save', [])).stdout).filter((line) => line.startsWith('-A')),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
  };
}
