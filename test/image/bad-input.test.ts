import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { checkBuild } from '../../src/image/repeat-build.ts';
import { writeLock } from '../../src/image/lock/write.ts';
import { buildStage } from '../../src/image/stage.ts';
import type { Manifest } from '../../src/oci/manifest.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import type { ReferringRegistry } from '../oci/referring-registry.ts';
import { project } from './project.ts';
import { registryProject } from './registry-project.ts';
import { pushTwoPlatformBase } from './two-platform-base.ts';

const place = registryProject('weights', pushTwoPlatformBase);
let root: string;
let registry: ReferringRegistry;
let base: string;
beforeEach(() => {
  ({ root, registry, base } = place());
});

function contextOf(name = `${registry.host}/acme/base:slim`): StageContext {
  return project({
    root,
    repository: `${registry.host}/acme/iris`,
    server: 'type: vllm',
    image: `builder: oci, base: "${name}"`,
  });
}

describe('a base that is gone', () => {
  it('although the lock names it, is found before anything is built, with what to do', async () => {
    const context = contextOf();
    const { config, access, reporter, signal, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    await writeLock({ targets: [{ config, model: evidence.validate }], access, reporter, signal, update: false });
    registry.manifests.clear();
    rmSync(join(root, '.mldeploy'), { recursive: true, force: true });
    await expect(buildStage.preflight(context)).rejects.toMatchObject({
      code: 'build/no-base',
      message: expect.stringMatching(/acme\/base:slim@sha256:\w+ does not exist/) as string,
      hint: expect.stringContaining('ml-deploy lock --update') as string,
    });
  });

  it('in part: a layer that its registry has lost is named by its repository, and nothing is published', async () => {
    for (const { content } of registry.manifests.values()) {
      const { layers = [] } = JSON.parse(content.toString()) as Partial<Manifest>;
      for (const { digest } of layers) registry.blobs.delete(digest);
    }
    await expect(buildStage.run(contextOf())).rejects.toMatchObject({
      code: 'registry/not-found',
      message: expect.stringContaining('acme/base') as string,
      hint: expect.stringContaining('was removed') as string,
    });
    expect([...registry.manifests.keys()].filter((name) => name.startsWith('model-'))).toEqual([]);
  });
});

describe('a file of the model', () => {
  it('whose name is not UTF-8 is not the one that evidence names by what can be read of it', async () => {
    renameSync(join(root, 'model/model.safetensors'), join(root, 'model/\uFFFD.safetensors'));
    const context = contextOf();
    const raw = Buffer.concat([Buffer.from(join(root, 'model/')), Buffer.from([0xff]), Buffer.from('.safetensors')]);
    renameSync(join(root, 'model/\uFFFD.safetensors'), raw);
    await expect(buildStage.run(context)).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining('\uFFFD.safetensors') as string,
    });
    rmSync(raw);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  it('is told as such by build, its check and lock, with what to do', async () => {
    mkdirSync(join(root, '.mldeploy'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4096', 'tmpfs', join(root, '.mldeploy')]);
    try {
      const context = contextOf(`${registry.host}/acme/base:slim@${base}`);
      const full = { code: 'build/disk-full', hint: expect.stringContaining('.mldeploy/cache') as string };
      await expect(buildStage.run(context)).rejects.toMatchObject(full);
      await expect(checkBuild(context)).rejects.toMatchObject(full);
      const { config, access, reporter, signal, evidence } = context;
      if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
      const targets = [{ config, model: evidence.validate }];
      await expect(writeLock({ targets, access, reporter, signal, update: false })).rejects.toMatchObject(full);
    } finally {
      execFileSync('umount', [join(root, '.mldeploy')]);
    }
  });
});
