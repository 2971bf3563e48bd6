import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { renderDockerfile } from '../../src/image/dockerfile.ts';
import { toolDockerfile } from '../../src/image/optimize/onnx/dockerfile.ts';
import { validateStage } from '../../src/model/stage.ts';
import { readDockerfile } from '../../src/server/custom/dockerfile/read.ts';
import { checkDockerfile } from '../../src/server/custom/dockerfile/rules.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import { serverOf, servers } from '../../src/server/index.ts';
import { hadolint } from './hadolint/hadolint.ts';
import { project } from './project.ts';

const examples = new URL('../../examples/', import.meta.url).pathname;

async function planOf(type: string): Promise<ImagePlan> {
  const root = join(examples, type);
  const config = await loadConfig(join(root, 'mldeploy.yaml'), null);
  const context = { ...project({ root, repository: 'ghcr.io/acme/iris' }), config };
  return serverOf(config).imagePlan(config, await validateStage.run(context), root);
}

// The first time it is fetched.
beforeAll(() => hadolint('FROM scratch\n'), 300_000);

const digest = `sha256:${'0'.repeat(64)}`;

describe.each(Object.keys(servers).filter((type) => type !== 'custom'))('the Dockerfile of %s', (type) => {
  it.each([true, false])('has nothing that a linter minds (link: %s), and is served without root', async (link) => {
    const { recipe, runtime } = await planOf(type);
    if (recipe.kind !== 'base') throw new Error('it has no recipe of ours');
    // As the lock pins it.
    const { dockerfile } = await renderDockerfile({ ...recipe, base: `${recipe.base}@${digest}` }, link);
    const instructions = readDockerfile(dockerfile);
    expect(checkDockerfile(instructions, { args: {}, modelFilesAt: () => [] })).toEqual([]);
    expect(await hadolint(dockerfile)).toEqual([]);
    expect(recipe.base).toMatch(/:[^/:]+$/);
    expect(recipe.base).not.toMatch(/:latest$/);
    expect(runtime?.user).toMatch(/^[1-9]\d*(:\d+)?$/);
    expect(Object.keys(runtime?.environment ?? {}).filter((name) => /TOKEN|PASSWORD|SECRET/.test(name))).toEqual([]);
  });

  it('is the one that was looked at', async () => {
    const { recipe } = await planOf(type);
    if (recipe.kind !== 'base') throw new Error('it has no recipe of ours');
    const { dockerfile } = await renderDockerfile(recipe, true);
    await expect(dockerfile).toMatchFileSnapshot(`golden/${type}.Dockerfile`);
  });
});

describe('the Dockerfile that optimises ONNX models', () => {
  it.each([true, false])('has nothing that a linter minds (sealed: %s)', async (sealed) => {
    const dockerfile = toolDockerfile(`docker.io/library/python:3.12-slim@${digest}`, sealed);
    expect(checkDockerfile(readDockerfile(dockerfile), { args: {}, modelFilesAt: () => [] })).toEqual([]);
    // DL3002: its last stage is a folder of files that nobody runs.
    expect(await hadolint(dockerfile, ['DL3002'])).toEqual([]);
  });

  it('is the one that was looked at', async () => {
    const dockerfile = toolDockerfile('docker.io/library/python:3.12-slim', true);
    await expect(dockerfile).toMatchFileSnapshot('golden/optimize.Dockerfile');
  });
});

describe('hadolint', () => {
  it.each(['Dockerfile', 'examples/custom/Dockerfile', 'test/cluster/server-image/Dockerfile'])(
    'minds nothing in %s',
    async (path) => {
      expect(await hadolint(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))).toEqual([]);
    },
  );

  it('does mind what it should', async () => {
    const remarks = await hadolint('FROM python:latest\nRUN pip install flask | tee /log\n');
    expect(remarks.map(({ code }) => code)).toEqual(expect.arrayContaining(['DL3007', 'DL3013', 'DL4006']));
  });
});
