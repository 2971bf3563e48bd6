import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { buildStage } from '../../../src/image/stage.ts';
import { readLayer } from '../../../src/oci/read-layer.ts';
import { openImage } from '../../../src/image/diff/open.ts';
import { ensureCluster, type Cluster } from '../../cluster/cluster.ts';
import { project } from '../project.ts';

let cluster: Cluster;
let root: string;
let environment: Record<string, string>;

beforeAll(async () => {
  cluster = await ensureCluster();
  root = mkdtempSync(join(tmpdir(), 'mldeploy-own-'));
  const storage = join(root, 'storage');
  mkdirSync(storage);
  const places = `graphroot = "${storage}/root"\nrunroot = "${storage}/run"\n`;
  writeFileSync(join(storage, 'storage.conf'), `[storage]\ndriver = "overlay"\n${places}`);
  environment = {
    PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}`,
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_STORAGE_CONF: join(storage, 'storage.conf'),
  };
});

/** All files of an image, sorted. */
async function filesOf(name: string): Promise<string[]> {
  const signal = new AbortController().signal;
  const places = { dockerConfig: null, environment: {} };
  const image = await openImage(name, { ...places, root, insecure: true, platform: null, signal });
  const paths: string[] = [];
  for (const layer of image.manifest.layers) {
    await readLayer(layer, image.blob(layer).read(0), ({ kind, path }) => {
      if (kind === 'file') paths.push(path);
      return null;
    });
  }
  return paths.sort();
}

afterAll(() => {
  execFileSync('buildah', ['rm', '--all'], { env: { ...process.env, ...environment } });
  rmSync(root, { recursive: true, force: true });
});

it.each(['buildkit', 'buildah'])(
  '%s: `COPY . .` brings neither what the ignore file names nor our own folder, and the digest stays',
  async (builder) => {
    const folder = join(root, builder);
    mkdirSync(join(folder, 'model'), { recursive: true });
    writeFileSync(join(folder, 'model/model.joblib'), '3');
    writeFileSync(join(folder, 'serve.py'), 'print(1)\n');
    writeFileSync(join(folder, '.dockerignore'), 'model');
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /app\n');
    const repository = `${cluster.registry}/own-${builder}`;
    const digests = new Set<string>();
    for (let turn = 0; turn < 3; turn += 1) {
      const context = project({
        root: folder,
        repository,
        server: 'type: custom',
        image: `insecure: true, builder: ${builder}`,
        access: { environment, buildkit: cluster.buildkitAddress },
      });
      const { image } = await buildStage.run(context);
      digests.add(image.digest);
    }
    expect([...digests]).toHaveLength(1);
    expect(await filesOf(`${repository}@${[...digests][0] ?? ''}`)).toEqual([
      'app/.dockerignore',
      'app/Dockerfile',
      'app/serve.py',
      'model/model.joblib',
    ]);
  },
);
