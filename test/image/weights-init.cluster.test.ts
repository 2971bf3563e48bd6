import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { BuildEvidence, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import { engineImage } from '../cluster/engine-image.ts';
import { trainIris } from '../server/fastapi/python.ts';
import { mlDeploy } from './command-line.ts';
import { predicted } from './served.ts';

const root = mkdtempSync(join(tmpdir(), 'mldeploy-init-'));
let cluster: Cluster;
let engine: string;

beforeAll(async () => {
  cluster = await ensureCluster();
  [engine] = await Promise.all([engineImage(cluster), trainIris(root)]);
  // Of this run alone: a layer of it is damaged in the registry's storage.
  writeFileSync(join(root, 'model/README.md'), `# Iris\n${randomUUID()}\n`);
  const requests = [{ name: 'a setosa', body: { inputs: [[5.1, 3.5, 1.4, 0.2]] }, expect: { outputs: [0] } }];
  writeFileSync(join(root, 'golden.json'), JSON.stringify({ requests }));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command of ml-deploy in a namespace. */
function run(folder: string, namespace: string, command: string): ReturnType<typeof mlDeploy> {
  const yaml = `version: 1
name: iris
model: {path: model}
server: {type: fastapi}
image: {repository: ${cluster.registry}/build-test/init, insecure: true, builder: buildkit, weights: init, secrets: {ca: ${cluster.caBundlePath}}}
smoke: {golden: golden.json, requests: 3}
resources: {cpu: 50m, memory: 256Mi}
deploy: {namespace: ${namespace}, replicas: 1}
rollout: {watchdog: off, readyTimeout: 60s}
`;
  writeFileSync(join(folder, 'mldeploy.yaml'), yaml);
  return mlDeploy(cluster, folder, command, '--engine-image', engine);
}

function evidenceOf(folder: string, stage: 'build' | 'smoke'): unknown {
  return JSON.parse(readFileSync(join(folder, `.mldeploy/default/${stage}.json`), 'utf8'));
}

it('a model that an init container fetches is tested, deployed and serves; a damaged one is told before anything serves it', async () => {
  await using space = await cluster.namespace('init');
  // Where nothing may run that could be root.
  await cluster.kubectl(['label', 'namespace', space.name, 'pod-security.kubernetes.io/enforce=restricted']);
  const deployed = await run(root, space.name, 'deploy');
  expect(deployed, deployed.output).toMatchObject({ code: 0 });
  const { image, weights } = evidenceOf(root, 'build') as BuildEvidence;
  expect(image.layers.map(({ kind }) => kind)).toEqual(['base', 'dependencies', 'code']);
  const { volatile } = evidenceOf(root, 'smoke') as SmokeEvidence;
  expect(volatile.details.join('\n')).toContain('the init container fetched the model in');
  const service = await cluster.get<{ spec: { clusterIP: string } }>('service', 'iris', '-n', space.name);
  expect(await predicted(`http://${service.spec.clusterIP}`, [[6.7, 3, 5.2, 2.3]])).toEqual({
    outputs: [2],
    revision: 'r1',
  });

  const blob = weights?.layers[0]?.digest.replace('sha256:', '') ?? '';
  const storage = join(dirname(cluster.kubeconfigPath), 'registry/docker/registry/v2/blobs/sha256');
  const data = join(storage, blob.slice(0, 2), blob, 'data');
  const bytes = readFileSync(data);
  bytes[bytes.indexOf('# Iris')] = 0x20;
  writeFileSync(data, bytes);

  const smoked = mkdtempSync(join(tmpdir(), 'mldeploy-init-'));
  cpSync(root, smoked, { recursive: true });
  await using other = await cluster.namespace('init');
  const [smoke, rollout] = await Promise.all([run(smoked, other.name, 'smoke'), run(root, other.name, 'rollout')]);
  rmSync(smoked, { recursive: true });
  expect(smoke, smoke.output).toMatchObject({ code: 4 });
  expect(smoke.output).toContain('could not fetch its model');
  expect(smoke.output).toContain(`layer sha256:${blob} cannot be read: its bytes have the digest`);
  expect(rollout, rollout.output).toMatchObject({ code: 4 });
  expect(rollout.output).toContain('could not fetch its model');
  expect(rollout.output).toContain(`layer sha256:${blob.slice(0, 12)}`);
  // Nothing is left of a first deploy that failed.
  expect(await cluster.kubectl(['get', 'deployment,service', '-n', other.name, '-o', 'name'])).toBe('');
});
