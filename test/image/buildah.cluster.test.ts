import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { buildStage } from '../../src/image/stage.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import { project } from './project.ts';
import { predicted, served } from './served.ts';

let cluster: Cluster;
/** Storage of our own: what the machine has stays as it is. */
let storage: string;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await ensureCluster();
  storage = folder('mldeploy-buildah-');
  const registries = `[[registry]]\nlocation = "${cluster.registry}"\ninsecure = true\n`;
  writeFileSync(join(storage, 'registries.conf'), registries);
  const places = `graphroot = "${storage}/root"\nrunroot = "${storage}/run"\n`;
  writeFileSync(join(storage, 'storage.conf'), `[storage]\ndriver = "overlay"\n${places}`);
});

afterAll(() => {
  // Buildah keeps the working container of a build that failed; removing it unmounts the storage.
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: join(storage, 'storage.conf') };
  execFileSync('buildah', ['rm', '--all'], { env });
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

function folder(prefix: string): string {
  const path = mkdtempSync(join(tmpdir(), prefix));
  folders.push(path);
  return path;
}

/** A project whose code needs nothing but the server's own packages. */
function checkout(repository: string): StageContext {
  const root = folder('mldeploy-build-');
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), '3');
  writeFileSync(join(root, 'requirements.txt'), '');
  const code =
    'import pathlib\ndef load(d): return int(pathlib.Path(d, "model.joblib").read_text())\ndef predict(m, i): return [m * x for x in i]\n';
  writeFileSync(join(root, 'inference.py'), code);
  return project({
    root,
    repository,
    server: 'entry: inference.py, requirements: requirements.txt',
    image: `insecure: true, builder: buildah, base: "${cluster.registry}/library/python:3.12-slim", secrets: {ca: ${cluster.caBundlePath}}`,
    access: {
      environment: {
        PATH: process.env['PATH'] ?? '',
        BUILDAH_ISOLATION: 'chroot',
        CONTAINERS_REGISTRIES_CONF: join(storage, 'registries.conf'),
        CONTAINERS_STORAGE_CONF: join(storage, 'storage.conf'),
      },
    },
  });
}

it('Buildah, without a daemon, gives an image that serves, and the same digest and no upload from another checkout', async () => {
  const repository = `${cluster.registry}/build-test/buildah-${Date.now().toString(36)}`;
  const context = checkout(repository);
  await buildStage.preflight(context);
  const evidence = await buildStage.run(context);
  expect(evidence).toMatchObject({ image: { user: '10001:10001' }, volatile: { builder: 'buildah' } });
  expect(evidence.image.layers.map(({ kind }) => kind)).toEqual(['base', 'dependencies', 'weights', 'code']);
  await using namespace = await cluster.namespace('buildah');
  const url = await served(cluster, namespace.name, evidence.image.reference);
  expect(await predicted(url, [1, 2])).toEqual({ outputs: [3, 6], revision: 'r1' });

  const again = await buildStage.run(checkout(repository));
  expect(again.image).toEqual(evidence.image);
  expect(again.volatile.uploadedBytes).toBeLessThan(5_000);
});

it('says in the words of pip why dependencies cannot be installed, and names no storage when there is none', async () => {
  const context = checkout(`${cluster.registry}/build-test/buildah-bad`);
  writeFileSync(join(context.access.root, 'requirements.txt'), 'numpy==0.0.0\n');
  await expect(buildStage.run(context)).rejects.toMatchObject({
    code: 'build/failed',
    message: expect.stringContaining('numpy==0.0.0') as string,
  });
  const environment = { ...context.access.environment, PATH: '/nowhere' };
  await expect(buildStage.preflight({ ...context, access: { ...context.access, environment } })).rejects.toMatchObject({
    code: 'build/no-builder',
    message: expect.stringContaining('buildah') as string,
  });
});
