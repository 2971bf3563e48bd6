import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../src/config/load.ts';
import { renderDockerfile } from '../../src/image/dockerfile.ts';
import { toolDockerfile } from '../../src/image/optimize/onnx/dockerfile.ts';
import { validateStage } from '../../src/model/stage.ts';
import { readDockerfile, type Instruction } from '../../src/server/custom/dockerfile/read.ts';
import { checkDockerfile } from '../../src/server/custom/dockerfile/rules.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';
import { serverOf, servers } from '../../src/server/index.ts';
import { project } from './project.ts';

const examples = new URL('../../examples/', import.meta.url).pathname;

async function planOf(type: string): Promise<ImagePlan> {
  const root = join(examples, type);
  const config = await loadConfig(join(root, 'mldeploy.yaml'), null);
  const context = { ...project({ root, repository: 'ghcr.io/acme/iris' }), config };
  return serverOf(config).imagePlan(config, await validateStage.run(context), root);
}

const digest = `sha256:${'0'.repeat(64)}`;

/** Rules of hadolint that matter for an image that is deployed, by its ids. */
const rules: Readonly<Record<string, (instruction: Instruction) => boolean>> = {
  'DL3004 no sudo': ({ name, text }) => name === 'RUN' && /\bsudo\b/.test(text),
  'DL3009/DL3015 no package manager of the base': ({ name, text }) =>
    name === 'RUN' && /\b(apt-get|apt|apk|yum|dnf)\b/.test(text),
  'DL3007 no latest': ({ name, text }) => name === 'FROM' && /:latest(\s|$)/.test(text),
  'DL3020 COPY instead of ADD': ({ name }) => name === 'ADD',
  'DL3013 pip installs from pinned files only': ({ name, text }) =>
    name === 'RUN' && /pip .*install/.test(text) && !/ -r \//.test(text),
  'DL4006 no pipes whose failure is lost': ({ name, text }) => name === 'RUN' && /[^|]\|[^|]/.test(text),
  'DL3025 lists as commands': ({ name, text }) => /^(CMD|ENTRYPOINT)$/.test(name) && !text.startsWith('['),
};

describe.each(Object.keys(servers).filter((type) => type !== 'custom'))('the Dockerfile of %s', (type) => {
  it.each([true, false])('has nothing that a linter minds (link: %s), and is served without root', async (link) => {
    const { recipe, runtime } = await planOf(type);
    if (recipe.kind !== 'base') throw new Error('it has no recipe of ours');
    // As the lock pins it.
    const { dockerfile } = await renderDockerfile({ ...recipe, base: `${recipe.base}@${digest}` }, link);
    const instructions = readDockerfile(dockerfile);
    expect(checkDockerfile(instructions, { args: {}, modelFilesAt: () => [] })).toEqual([]);
    for (const [rule, broken] of Object.entries(rules)) expect(instructions.filter(broken), rule).toEqual([]);
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
  it.each([true, false])('has nothing that a linter minds (sealed: %s)', (sealed) => {
    const instructions = readDockerfile(toolDockerfile(`docker.io/library/python:3.12-slim@${digest}`, sealed));
    expect(checkDockerfile(instructions, { args: {}, modelFilesAt: () => [] })).toEqual([]);
    for (const [rule, broken] of Object.entries(rules)) expect(instructions.filter(broken), rule).toEqual([]);
  });

  it('is the one that was looked at', async () => {
    const dockerfile = toolDockerfile('docker.io/library/python:3.12-slim', true);
    await expect(dockerfile).toMatchFileSnapshot('golden/optimize.Dockerfile');
  });
});
