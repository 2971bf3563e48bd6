import { cpSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildStage } from '../../../../src/image/stage.ts';
import type { StageContext } from '../../../../src/pipeline/stage.ts';
import { ensureCluster, type Cluster } from '../../../cluster/cluster.ts';
import { trainIris } from '../../../server/fastapi/python.ts';
import { project } from '../../project.ts';
import { predicted, served } from '../../served.ts';
import { uvPath } from './installers.ts';

let cluster: Cluster;
let trained: string;
let uv: string;
let repository: string;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await ensureCluster();
  trained = await trainIris(folder());
  uv = await uvPath();
  repository = `${cluster.registry}/build-test/oci-${Date.now().toString(36)}`;
});

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'mldeploy-oci-'));
  folders.push(path);
  return path;
}

/** A fresh checkout with a model of scikit-learn. */
function iris(): string {
  const root = folder();
  cpSync(trained, join(root, 'model'), { recursive: true });
  return root;
}

function contextOf(root: string, environment: Readonly<Record<string, string>> = {}): StageContext {
  const base = `${cluster.registry}/library/python:3.12-slim`;
  return project({
    root,
    repository,
    image: `insecure: true, builder: oci, base: "${base}", secrets: {ca: ${cluster.caBundlePath}}`,
    access: { environment: { PATH: uv, HOME: process.env['HOME'] ?? '/', ...environment } },
  });
}

describe('the builder oci', () => {
  it('without any daemon gives an image that serves, sends no layer of the base, and the same again from elsewhere', async () => {
    const context = contextOf(iris());
    await buildStage.preflight(context);
    const evidence = await buildStage.run(context);
    expect(evidence).toMatchObject({ image: { user: '10001:10001' }, volatile: { builder: 'oci' } });
    const { layers } = evidence.image;
    expect(layers.map(({ kind }) => kind)).toEqual(['base', 'dependencies', 'weights', 'code']);
    // Mounted from the repository of the base: what was sent is smaller than what is new.
    const [base, ...rest] = layers.map(({ bytes }) => bytes);
    expect(base).toBeGreaterThan(20e6);
    const documents = 2e6;
    expect(evidence.volatile.uploadedBytes).toBeLessThan(rest.reduce((sum, bytes) => sum + bytes, documents));

    await using namespace = await cluster.namespace('oci');
    const url = await served(cluster, namespace.name, evidence.image.reference);
    expect(await predicted(url, [[5.1, 3.5, 1.4, 0.2], [6.7, 3, 5.2, 2.3]])).toEqual({ outputs: [0, 2], revision: 'r1' }); // prettier-ignore

    const root = iris();
    utimesSync(join(root, 'model/model.joblib'), 1, 1);
    const umask = process.umask(0o077);
    try {
      const again = await buildStage.run(contextOf(root, { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' }));
      expect(again.image).toEqual(evidence.image);
    } finally {
      process.umask(umask);
    }
    // Nothing has changed: nothing is installed and nothing is sent.
    const unchanged = await buildStage.run(contextOf(root));
    expect(unchanged.image.digest).toBe(evidence.image.digest);
    expect(unchanged.volatile.uploadedBytes).toBeLessThan(5_000);
  });
});
