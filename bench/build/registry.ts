import { join } from 'node:path';

import { goBuild } from '../../test/cluster/build/go-build.ts';
import type { Recipe } from '../../test/cluster/build/recipe.ts';

/** The registry that most people run. Older ones, built by an older Go, hash at a third of its speed, and everything waits for them. */
const distribution: Recipe = {
  name: 'registry',
  version: 'v3.0.0',
  module: 'github.com/distribution/distribution/v3',
  packages: { registry: 'github.com/distribution/distribution/v3/cmd/registry' },
  seconds: 120,
};

/** Its program, built once and kept. */
export async function registryProgram(): Promise<string> {
  const { bin } = await goBuild(distribution, (line) => console.log(`  ${line}`));
  return join(bin, 'registry');
}
