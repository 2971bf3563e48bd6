import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { ensureCluster, removeClusterIn, type Cluster } from '../cluster/cluster.ts';
import { trainIris } from '../server/fastapi/python.ts';
import { mlDeploy } from './command-line.ts';
import { predicted } from './served.ts';

// A node of a cluster of its own has containerd 2.2, which mounts folders of images; the first one has Debian's, which does not.
const parent = mkdtempSync(join(tmpdir(), 'mldeploy-volume-'));
const root = join(parent, 'project');
let cluster: Cluster;

beforeAll(async () => {
  mkdirSync(root);
  cluster = await ensureCluster({ folder: join(parent, 'state'), components: ['image-volumes'] });
  await trainIris(root);
  const requests = [{ name: 'a setosa', body: { inputs: [[5.1, 3.5, 1.4, 0.2]] }, expect: { outputs: [0] } }];
  writeFileSync(join(root, 'golden.json'), JSON.stringify({ requests }));
});

afterAll(async () => {
  await removeClusterIn(join(parent, 'state'), () => undefined);
  rmSync(parent, { recursive: true, force: true });
});

function configure(namespace: string, nodes: string): void {
  writeFileSync(
    join(root, 'mldeploy.yaml'),
    `version: 1
name: iris
model: {path: model}
server: {type: fastapi}
image: {repository: ${cluster.registry}/build-test/volume, insecure: true, builder: buildkit, weights: volume, secrets: {ca: ${cluster.caBundlePath}}}
smoke: {golden: golden.json, requests: 3}
resources: {cpu: 50m, memory: 256Mi}
deploy: {namespace: ${namespace}, replicas: 1, nodeSelector: {${nodes}}}
rollout: {strategy: recreate, watchdog: off, readyTimeout: 60s, minTime: 1s, minRequests: 1}
`,
  );
}

it('a model that the node mounts is tested, deployed and serves; another model is another revision of another pod template', async () => {
  await using space = await cluster.namespace('volume');
  configure(space.name, '');
  const refused = await mlDeploy(cluster, root, 'deploy');
  expect(refused, refused.output).toMatchObject({ code: 2 });
  expect(refused.output).toMatch(
    /1 node that may get the pods cannot mount folders of images .*node-1 \(containerd:\/\/1\./,
  );

  configure(space.name, 'kubernetes.io/hostname: node-2');
  const deployed = await mlDeploy(cluster, root, 'deploy');
  expect(deployed, deployed.output).toMatchObject({ code: 0 });
  const { weights } = JSON.parse(readFileSync(join(root, '.mldeploy/default/build.json'), 'utf8')) as BuildEvidence;
  const service = await cluster.get<{ spec: { clusterIP: string } }>('service', 'iris', '-n', space.name);
  const url = `http://${service.spec.clusterIP}`;
  expect(await predicted(url, [[6.7, 3, 5.2, 2.3]])).toEqual({ outputs: [2], revision: 'r1' });
  const pods = ['-n', space.name, '-l', 'app=iris', '-o'];
  expect(
    await cluster.kubectl(['get', 'pods', ...pods, 'jsonpath={.items[*].spec.volumes[?(@.image)].image.reference}']),
  ).toBe(weights?.reference);
  // Read-only, and nothing but the folder of the model.
  const [pod = ''] = (await cluster.kubectl(['get', 'pods', ...pods, 'name'])).split('\n');
  const inside = ['exec', '-n', space.name, pod, '--', 'sh', '-c', 'ls /model; touch /model/x || echo read-only'];
  expect(await cluster.kubectl(inside)).toBe('model.joblib\nread-only\n');

  writeFileSync(join(root, 'model/README.md'), randomUUID());
  const again = await mlDeploy(cluster, root, 'deploy', '--force', '--reason', 'proof');
  expect(again, again.output).toMatchObject({ code: 0 });
  expect(await predicted(url, [[6.7, 3, 5.2, 2.3]])).toEqual({ outputs: [2], revision: 'r2' });
  const undone = await mlDeploy(cluster, root, 'undo');
  expect(undone, undone.output).toMatchObject({ code: 0 });
  expect(await predicted(url, [[6.7, 3, 5.2, 2.3]])).toEqual({ outputs: [2], revision: 'r1' });
});
