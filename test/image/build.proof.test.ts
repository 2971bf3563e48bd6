import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { buildkit } from '../../src/image/builders/buildkit.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { ensureCluster } from '../cluster/cluster.ts';
import { project } from './project.ts';

it('builds the same bytes twice from nothing: no cache, other times, another layout folder', async () => {
  const cluster = await ensureCluster();
  const digests: string[] = [];
  for (const time of [1, 1_700_000_000]) {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-proof-'));
    mkdirSync(join(root, 'model'));
    writeFileSync(join(root, 'model/model.joblib'), 'weights');
    writeFileSync(join(root, 'inference.py'), 'def load(d): ...\ndef predict(m, i): return i\n');
    utimesSync(join(root, 'inference.py'), time, time);
    const context = project({ root, repository: 'registry.test/iris', server: 'entry: inference.py' });
    const { validate } = context.evidence;
    if (validate === undefined) throw new Error('the project of a test has evidence');
    const layout = join(root, 'layout');
    mkdirSync(join(root, 'work'));
    const { recipe, platform } = await fastapi.imagePlan(context.config, validate, root);
    const image = await buildkit.build({
      recipe,
      platform,
      folder: join(root, 'work'),
      layout,
      cache: join(root, 'cache'),
      insecureHosts: [],
      places: {
        buildkit: cluster.buildkitAddress,
        dockerConfig: null,
        environment: { PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}` },
      },
      secrets: [{ id: 'ca', file: cluster.caBundlePath }],
      sourceDateEpoch: 0,
      noCache: true,
      signal: new AbortController().signal,
      onStep: () => undefined,
      onLine: () => undefined,
    });
    expect(image.manifest.layers.length).toBeGreaterThan(1);
    digests.push(/sha256:[0-9a-f]{64}/.exec(readFileSync(join(layout, 'index.json'), 'utf8'))?.[0] ?? '');
    rmSync(root, { recursive: true });
  }
  expect(digests[1]).toBe(digests[0]);
});
