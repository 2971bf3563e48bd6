/**
 * Makes ready what the suites on the cluster need, so that none of them spends its own time on it: programs, base images and Python packages, built once
 * per user, then the cluster with its add-ons. The first time takes about 25 minutes on two cores.
 *
 *   node test/prepare.ts
 */
import { resolveAddons } from './cluster/addons/index.ts';
import { goBuild, isBuilt } from './cluster/build/go-build.ts';
import type { OnProgress } from './cluster/build/progress.ts';
import { act } from './cluster/build/recipes/act.ts';
import { buildkit } from './cluster/build/recipes/buildkit.ts';
import { kubernetes } from './cluster/build/recipes/kubernetes.ts';
import { ensureCluster } from './cluster/cluster.ts';
import { baseImageFolder } from './cluster/images/base-images.ts';
import { installPackages, prepareMachine } from './cluster/requirements.ts';
import { stateFolder } from './cluster/state.ts';
import { serverPython } from './server/fastapi/python.ts';
import { pythonWith } from './server/real/python.ts';
import { podmanPackages } from './smoke/servers/podman-host.ts';

/** Add-ons of the cluster that all suites share. */
const shared = ['traefik', 'tekton', 'argocd', 'istio-crds'];
/** Add-ons that suites start in clusters of their own. */
const others = ['dns', 'second-node'];

process.stdout.on('error', () => undefined); // whoever read our lines has gone; go on without
const onProgress: OnProgress = (line) => console.log(line);

const addons = resolveAddons([...shared, ...others]);
const recipes = [...new Set([kubernetes, buildkit, ...addons.flatMap((addon) => addon.recipes), act])];

async function programs(): Promise<void> {
  for (const recipe of recipes) await goBuild(recipe, onProgress);
}

try {
  await prepareMachine(stateFolder(), !recipes.every(isBuilt), onProgress);
  await installPackages(onProgress, podmanPackages);
  // Compiling needs the processors, the rest mostly the network.
  await Promise.all([programs(), baseImageFolder(onProgress), serverPython(), pythonWith('llamacpp')]);
  await ensureCluster({ components: shared, onProgress });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 4;
}
