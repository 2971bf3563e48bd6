import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { buildkit } from '../../../src/image/builders/buildkit.ts';
import { layersOfBuild } from '../../../src/image/secrets/layers-of-build.ts';
import { refuseLeakedSecrets } from '../../../src/image/secrets/scan.ts';
import { appendLayers } from '../../../src/oci/append.ts';
import type { Recipe } from '../../../src/server/image-plan.ts';
import { ensureCluster, type Cluster } from '../../cluster/cluster.ts';
import { project } from '../project.ts';

const token = 'ghp_0123456789abcdefABCDEF';
let cluster: Cluster;
let root: string;

beforeEach(async () => {
  cluster = await ensureCluster();
  root = mkdtempSync(join(tmpdir(), 'mldeploy-leak-'));
  for (const folder of ['model', 'context', 'work']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'token'), `${token}\n`);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Builds a Dockerfile that gets the secret `token`, and looks for it in the image. */
async function build(...steps: string[]): Promise<void> {
  const file = join(root, 'Dockerfile');
  writeFileSync(file, `FROM docker.io/library/python:3.12-slim\n${steps.join('\n')}\n`);
  const recipe: Recipe = {
    kind: 'dockerfile',
    file,
    context: join(root, 'context'),
    target: null,
    args: {},
    excluded: [],
  };
  const image = await buildkit.build({
    recipe,
    platform: 'linux/amd64',
    folder: join(root, 'work'),
    layout: join(root, 'layout'),
    cache: join(root, 'cache'),
    insecureHosts: [],
    places: {
      buildkit: cluster.buildkitAddress,
      dockerConfig: null,
      environment: { PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}` },
    },
    secrets: [{ id: 'token', file: join(root, 'token') }],
    sourceDateEpoch: 0,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onLine: () => undefined,
  });
  const { configBytes, manifestBytes } = appendLayers(image, { layers: [], created: '1970-01-01T00:00:00Z' });
  const context = project({ root, repository: `${cluster.registry}/leak`, image: 'secrets: {token: token}' });
  await refuseLeakedSecrets(context, layersOfBuild(recipe, image, []), [configBytes, manifestBytes]);
}

const mount = 'RUN --mount=type=secret,id=token';

it('a step that keeps a secret in a layer stops the build, a step that uses it does not', async () => {
  await build(`${mount} test -s /run/secrets/token && touch /used`);
  await expect(build(`${mount} mkdir /srv/app && cp /run/secrets/token /srv/app/.netrc`)).rejects.toMatchObject({
    code: 'build/secret-leaked',
    message: expect.stringMatching(/token in \/srv\/app\/\.netrc in the layer sha256:/) as string,
  });
  await expect(build(`${mount} base64 -w0 /run/secrets/token > /header`)).rejects.toMatchObject({
    code: 'build/secret-leaked',
    message: expect.stringMatching(/token \(base64\) in \/header/) as string,
  });
  await expect(build(`ENV TOKEN=${token}`)).rejects.toMatchObject({
    code: 'build/secret-leaked',
    message: expect.stringContaining('token in the configuration or history of the image') as string,
  });
});
