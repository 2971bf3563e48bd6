import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { startReferringRegistry, type ReferringRegistry } from '../oci/referring-registry.ts';

/** A project with a small model, and a registry with a base, anew for each test of the file that asks for it. */
export interface RegistryProject {
  readonly root: string;
  readonly registry: ReferringRegistry;
  /** What pushing the base returned: its digest. */
  readonly base: string;
}

/**
 * Sets up before and cleans up after each test.
 * @param weights content of the model's only large file
 * @param pushBase pushes the base under this name
 * @returns the project of the current test, to be asked for inside one
 */
export function registryProject(
  weights: string | Buffer,
  pushBase: (name: string) => Promise<string>,
): () => RegistryProject {
  let current: RegistryProject | undefined;
  beforeEach(async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-image-'));
    mkdirSync(join(root, 'model'));
    writeFileSync(join(root, 'model/config.json'), '{}');
    writeFileSync(join(root, 'model/model.safetensors'), weights);
    const registry = await startReferringRegistry({ lists: true });
    current = { root, registry, base: await pushBase(`${registry.host}/acme/base`) };
  });
  afterEach(async () => {
    await current?.registry[Symbol.asyncDispose]();
    rmSync(current?.root ?? '', { recursive: true, force: true });
  });
  return () => {
    if (current === undefined) throw new Error('a test asks for it, not its file');
    return current;
  };
}
