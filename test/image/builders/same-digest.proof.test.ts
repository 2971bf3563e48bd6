import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureCluster, type Cluster } from '../../cluster/cluster.ts';
import { anotherUser, buildOnce, giveToNobody, type BuildOnce } from '../surroundings.ts';
import { builderNames, realBuilders, type RealBuilders } from './real-builders.ts';

let cluster: Cluster;
let builders: RealBuilders;
const folders: string[] = [];

beforeAll(async () => {
  cluster = await ensureCluster();
  builders = await realBuilders(cluster);
});

afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await builders[Symbol.asyncDispose]();
});

function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-same-'));
  folders.push(root);
  const files = {
    'model/model.joblib': '3',
    'inference.py': 'def load(d): return 1\ndef predict(m, i): return i\n',
    // One that has compiled code.
    'requirements.txt': 'markupsafe==3.0.3\n',
  };
  mkdirSync(join(root, 'model'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  copyFileSync(cluster.caBundlePath, join(root, 'ca.pem'));
  return root;
}

describe.each(builderNames)('%s', (name) => {
  const built = (more: Partial<BuildOnce>): ReturnType<typeof buildOnce> =>
    buildOnce({
      root: checkout(),
      repository: `${cluster.registry}/same/${name}`,
      image: `insecure: true, builder: ${name}, base: "${cluster.registry}/library/python:3.12-slim", secrets: {ca: ca.pem}`,
      server: 'type: fastapi, entry: inference.py, requirements: requirements.txt',
      ...more,
    });
  let first: Awaited<ReturnType<typeof buildOnce>>;

  it('gives the same digest twice, with what it kept and from nothing', async () => {
    const here = { root: checkout(), ...builders.place(name) };
    first = await built(here);
    expect(first.layers.length).toBeGreaterThan(3);
    expect(await built(here)).toEqual(first);
    expect(await built({ ...here, anew: true })).toEqual({ digest: first.digest, layers: [] });
  });

  it('and from another work tree, with files of other times and modes, another umask, zone and language, and fewer processors', async () => {
    const root = checkout();
    for (const path of ['model/model.joblib', 'inference.py', 'requirements.txt']) utimesSync(join(root, path), 1, 1);
    chmodSync(join(root, 'inference.py'), 0o600);
    const { path, environment } = builders.place(name);
    const other = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', GOMAXPROCS: '1' };
    const elsewhere = { root, path, environment: { ...environment, ...other }, umask: '77', anew: true };
    expect(await built(elsewhere)).toEqual({ digest: first.digest, layers: [] });
  });

  it.skipIf(!anotherUser())('and for another user, without root', async () => {
    const root = checkout();
    giveToNobody(root);
    const other = { root, ...builders.place(name, 'nobody'), as: 'nobody', umask: '2', anew: true } as const;
    expect(await built(other)).toEqual({ digest: first.digest, layers: [] });
  });
});
