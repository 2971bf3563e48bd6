import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadConfig } from '../src/config/load.ts';
import { validateStage } from '../src/model/stage.ts';
import { serverOf, servers } from '../src/server/index.ts';
import { project } from './image/project.ts';

const examples = new URL('../examples/', import.meta.url).pathname;
const folders = readdirSync(examples).filter((name) => existsSync(join(examples, name, 'mldeploy.yaml')));

/** Bytes of model files that an example may bring into every checkout. */
const largest = 50_000;

describe('examples', () => {
  it('exist for every server type, and each has a page', () => {
    expect(folders).toEqual(expect.arrayContaining(Object.keys(servers)));
    for (const type of Object.keys(servers)) {
      expect(existsSync(new URL(`../docs/server-${type}.md`, import.meta.url)), `docs/server-${type}.md`).toBe(true);
    }
  });

  it.each(folders)('%s is a clean model that its server can be built around', async (name) => {
    const root = join(examples, name);
    const config = await loadConfig(join(root, 'mldeploy.yaml'), null);
    const context = { ...project({ root, repository: 'ghcr.io/acme/iris' }), config };
    const evidence = await validateStage.run(context);
    expect(evidence.outcome).toBe('passed');
    expect(evidence.model.bytes).toBeLessThan(largest);
    expect(statSync(join(root, 'make.py')).isFile()).toBe(true);
    const plan = await serverOf(config).imagePlan(config, evidence, root);
    expect(plan.weights.files.map(({ path }) => path)).toEqual(evidence.model.files.map(({ path }) => path));
    if (config.smoke.golden !== null) {
      expect(() => JSON.parse(readFileSync(join(root, config.smoke.golden ?? ''), 'utf8')) as unknown).not.toThrow();
    }
  });
});
