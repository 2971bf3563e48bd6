import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import type { Builder, BuilderPlaces } from '../../../src/image/builders/builder.ts';
import { buildkit } from '../../../src/image/builders/buildkit.ts';
import { buildx } from '../../../src/image/builders/buildx.ts';
import { ensureCluster } from '../../cluster/cluster.ts';
import { goBuild } from '../../cluster/build/go-build.ts';
import { buildx as recipe } from '../../cluster/build/recipes/buildx.ts';

it('buildx gives the very image that buildctl gives', async () => {
  const cluster = await ensureCluster();
  const { bin } = await goBuild(recipe, () => undefined);
  const home = mkdtempSync(join(tmpdir(), 'mldeploy-buildx-'));
  const environment = { PATH: `${bin}:${dirname(cluster.state.buildctl)}:/usr/bin:/bin`, BUILDX_CONFIG: home };
  const create = ['create', '--name', 'remote1', '--driver', 'remote', '--use', cluster.buildkitAddress];
  execFileSync('buildx', create, { env: environment });
  const places = { buildkit: cluster.buildkitAddress, dockerConfig: null, environment };

  expect(await buildx.available(places, new AbortController().signal, true)).toBeNull();
  const secrets = [{ id: 'ca', file: cluster.caBundlePath }];
  const steps: string[] = [];
  const byBuildx = await digest(buildx, join(home, 'buildx'), { places, secrets, onStep: (step) => steps.push(step) });
  const byBuildctl = await digest(buildkit, join(home, 'buildctl'), { places, secrets, onStep: () => undefined });
  expect(byBuildx).toBe(byBuildctl);
  expect(steps.some((step) => step.includes('pip'))).toBe(true);
  rmSync(home, { recursive: true });
});

interface How {
  readonly places: BuilderPlaces;
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  readonly onStep: (step: string) => void;
}

async function digest(builder: Builder, folder: string, how: How): Promise<string> {
  mkdirSync(folder);
  const requirements = [{ name: 'model.txt', text: 'six==1.17.0\n', hashed: false, constraints: null }];
  await builder.build({
    ...how,
    recipe: {
      kind: 'base',
      base: 'python:3.12-slim',
      packages: { folder: '/venv', requirements, precompile: ['six'] },
    },
    platform: 'linux/amd64',
    folder,
    layout: join(folder, 'layout'),
    cache: join(folder, 'cache'),
    insecureHosts: [],
    sourceDateEpoch: 0,
    noCache: true,
    signal: new AbortController().signal,
    onLine: () => undefined,
  });
  return /sha256:[0-9a-f]{64}/.exec(readFileSync(join(folder, 'layout/index.json'), 'utf8'))?.[0] ?? '';
}
