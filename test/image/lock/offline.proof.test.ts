import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { writeLock } from '../../../src/image/lock/write.ts';
import { checkBuild } from '../../../src/image/repeat-build.ts';
import { buildStage } from '../../../src/image/stage.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { startRegistry, type RealRegistry } from '../../oci/real-registry.ts';
import { uvPath } from '../builders/oci/installers.ts';
import { pullLayout, pushSmallBase } from '../builders/oci/small-base.ts';
import { project } from '../project.ts';

// A lock names everything: what was fetched once is enough for the next builds, without a way to the world.
let bases: RealRegistry;
let target: RealRegistry;
let uv: string;
const home = mkdtempSync(join(tmpdir(), 'mldeploy-offline-'));
/** Every way out ends here. */
const nowhere = 'http://127.0.0.1:1';
const offline = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, ALL_PROXY: nowhere, NO_PROXY: '127.0.0.1' };

beforeAll(async () => {
  [bases, target, uv] = await Promise.all([startRegistry(), startRegistry(), uvPath()]);
  await pushSmallBase(`${bases.host}/library/python`);
});

afterAll(async () => {
  await target[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
});

function checkout(name: string): string {
  const root = join(home, name);
  mkdirSync(join(root, 'model'), { recursive: true });
  writeFileSync(join(root, 'model/model.joblib'), '3');
  writeFileSync(join(root, 'requirements.txt'), 'joblib==1.6.0\n');
  writeFileSync(join(root, 'inference.py'), 'def load(d): return 1\ndef predict(m, i): return i\n');
  return root;
}

interface Where {
  readonly base: string;
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function contextOf(root: string, { base, image = '', environment = {} }: Where): StageContext {
  return project({
    root,
    repository: `${target.host}/acme/offline`,
    server: 'entry: inference.py, requirements: requirements.txt',
    image: `builder: oci, base: "${base}"${image}`,
    access: { environment: { ...(process.env as Record<string, string>), PATH: uv, HOME: home, ...environment } },
  });
}

async function locked(context: StageContext): Promise<void> {
  const { config, access, reporter, signal, evidence } = context;
  if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
  await writeLock({ targets: [{ config, model: evidence.validate }], access, reporter, signal, update: false });
}

async function built(context: StageContext): ReturnType<typeof buildStage.run> {
  await buildStage.preflight(context);
  return buildStage.run(context);
}

it('a machine that built before builds on, and builds anew from nothing but what uv has kept', async () => {
  const root = checkout('before');
  const online = { base: `${bases.host}/library/python:slim` };
  await locked(contextOf(root, online));
  const first = await built(contextOf(root, online));
  expect(first.image.locked).toBe(true);
  // A folder with the base and the packages, for a machine that has nothing.
  await pullLayout(`${bases.host}/library/python`, join(home, 'base'));
  await bases[Symbol.asyncDispose]();

  const away = contextOf(root, { ...online, environment: offline });
  expect((await built(away)).image).toEqual(first.image);
  writeFileSync(join(root, 'inference.py'), 'def load(d): return 2\ndef predict(m, i): return i\n');
  const code = await built(away);
  expect(code.image.locked).toBe(true);
  expect(code.image.layers.slice(0, 3)).toEqual(first.image.layers.slice(0, 3));
  expect(code.image.digest).not.toBe(first.image.digest);

  const anew = contextOf(root, { ...online, environment: { ...offline, UV_OFFLINE: '1' } });
  expect(await checkBuild({ ...anew, evidence: { ...anew.evidence, build: code } })).toMatchObject({ same: true });
});

it('a machine that has nothing builds from a folder with the base and one with the wheels', async () => {
  const base = 'oci-layout:base:slim';
  const root = checkout('prepared');
  cpSync(join(home, 'base'), join(root, 'base'), { recursive: true });
  await locked(contextOf(root, { base }));
  const expected = await built(contextOf(root, { base }));

  const wheels = join(home, 'wheels');
  const pins = readFileSync(join(root, 'mldeploy.lock'), 'utf8').match(/[\w.-]+==[\w.]+/g) ?? [];
  const args = ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '-d', wheels, ...pins];
  execFileSync('/usr/bin/python3', args, { stdio: 'ignore' });
  const elsewhere = checkout('elsewhere');
  cpSync(join(home, 'base'), join(elsewhere, 'base'), { recursive: true });
  cpSync(join(root, 'mldeploy.lock'), join(elsewhere, 'mldeploy.lock'));
  writeFileSync(join(elsewhere, 'pip.conf'), `[global]\nno-index = true\nfind-links = ${wheels}\n`);
  const environment = { ...offline, HOME: join(home, 'nobody') };
  const image = ', secrets: {pipconf: pip.conf}';
  const away = await built(contextOf(elsewhere, { base, image, environment }));
  expect(away.image).toEqual(expected.image);
});
