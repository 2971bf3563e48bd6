import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from './addons/addon.ts';
import { cacheFolder, expectedSeconds } from './build/cache.ts';
import { buildLabel, goBuild, isBuilt } from './build/go-build.ts';
import { withLock } from './build/lock.ts';
import { formatSeconds, withProgress, type OnProgress } from './build/progress.ts';
import type { Built, Recipe } from './build/recipe.ts';
import { buildkit } from './build/recipes/buildkit.ts';
import { kubernetes } from './build/recipes/kubernetes.ts';
import type { Cluster } from './cluster.ts';
import { makeGroups } from './control-groups.ts';
import { apiAnswers, builderAnswers, registryAnswers } from './health.ts';
import { baseImageFolder, baseImages, copyBaseImages } from './images/base-images.ts';
import { removeFolder, removeLeftovers } from './leftovers.ts';
import { inside, insideCache, startNamespaces } from './namespaces.ts';
import { chooseNetwork, connectNode, openHost, uplinkMtu } from './network.ts';
import { until } from './poll.ts';
import { hostCaBundle, prepareMachine } from './requirements.ts';
import { apiPort, controllers, storeAndApi } from './services/control-plane.ts';
import { authority, makeCredentials, nodeUser, tokenOf, writeKubeconfig } from './services/credentials.ts';
import { imageBuilder, imageRegistry } from './services/image-services.ts';
import { containerRuntime, makeNodeFolder, nodeAgents, type NodeSettings } from './services/node.ts';
import { startService, stopService } from './services/service.ts';
import { sh } from './shell.ts';
import { writeState, type AddonFacts, type ClusterState } from './state.ts';

/** Held while marks outside a state folder are made or removed. A folder can be locked as well as a file, and leaves nothing behind. */
export const machineLock = '/run';

const registryPort = 5000;

/** What every cluster is made of, once it is built. */
interface Parts {
  readonly kubernetes: Built;
  readonly buildkit: Built;
  readonly images: string;
}

/**
 * Starts a new cluster.
 * @param folder state folder; what is in it is removed
 * @param onProgress receives the progress
 * @returns its state, `running`
 */
export async function startCluster(folder: string, onProgress: OnProgress): Promise<ClusterState> {
  await prepareMachine(folder, ![kubernetes, buildkit].every(isBuilt), onProgress);
  const parts = await buildParts(onProgress);
  await removeFolder(folder);
  return withProgress('start cluster', 12, onProgress, async (detail) => {
    const prepared = await withLock(
      machineLock,
      () => detail('another cluster is being started'),
      () => prepare(folder, parts, detail, onProgress),
    );
    const state = await startServices(prepared, parts, detail);
    writeState(state);
    return state;
  });
}

/** Compiling needs the processors, the base images mostly the network: side by side. */
async function buildParts(onProgress: OnProgress): Promise<Parts> {
  const missingPrograms = [kubernetes, buildkit].filter((recipe) => !isBuilt(recipe));
  if (missingPrograms.length > 0) {
    const seconds = missingPrograms.reduce(
      (sum, recipe) => sum + expectedSeconds(buildLabel(recipe), recipe.seconds),
      0,
    );
    const names = missingPrograms.map((recipe) => recipe.name).join(', ');
    onProgress(
      `first time for this user: compiling ${names}, about ${formatSeconds(seconds)} on two cores; kept in ${cacheFolder()}`,
    );
  }
  const programs = async (): Promise<[Built, Built]> => [
    await goBuild(kubernetes, onProgress),
    await goBuild(buildkit, onProgress),
  ];
  const [[built, builder], images] = await Promise.all([programs(), baseImageFolder(onProgress)]);
  return { kubernetes: built, buildkit: builder, images };
}

/** Everything that needs the machine's lock: afterwards the cluster exists, empty. */
async function prepare(
  folder: string,
  parts: Parts,
  detail: (text: string) => void,
  onProgress: OnProgress,
): Promise<{ state: ClusterState; node: NodeSettings }> {
  await removeLeftovers(onProgress);
  const id = randomBytes(4).toString('hex');
  const network = chooseNetwork(id);
  const registry = `${network.nodeAddress}:${registryPort}`;
  const state: ClusterState = {
    id,
    status: 'starting',
    folder,
    network,
    kubeconfig: join(folder, 'kubeconfig'),
    server: `https://${network.nodeAddress}:${apiPort}`,
    registry,
    buildkit: `unix://${join(folder, 'buildkitd.sock')}`,
    caBundle: hostCaBundle,
    node: network.nodes[0].name,
    kubectl: join(parts.kubernetes.bin, 'kubectl'),
    buildctl: join(parts.buildkit.bin, 'buildctl'),
    addons: {},
    startedAt: new Date().toISOString(),
  };
  writeState(state);
  makeCredentials(
    folder,
    network.nodes.map((node) => node.name),
  );
  const node: NodeSettings = {
    id,
    folder,
    network,
    node: network.nodes[0],
    registry,
    pauseImage: `docker.io/${baseImages.pause}`,
    mtu: await uplinkMtu(),
  };
  await makeNodeFolder(node);
  detail('namespaces and network');
  const init = await startNamespaces(id, folder);
  const started = { ...state, init };
  writeState(started);
  makeGroups(id, state.node);
  await openHost(id, network);
  await connectNode(network, node.node, node.mtu, init.pid);
  return { state: started, node };
}

async function startServices(
  prepared: { state: ClusterState; node: NodeSettings },
  parts: Parts,
  detail: (text: string) => void,
): Promise<ClusterState> {
  const { state, node } = prepared;
  const { folder } = state;
  const bin = insideCache(parts.kubernetes.bin);
  const logs = (): string => `see ${join(folder, 'logs')}`;

  detail('etcd, API server, container runtime, builder');
  for (const service of [...storeAndApi(bin, state.network), containerRuntime()]) startService(folder, service);
  startService(folder, imageBuilder(state.id, folder, insideCache(parts.buildkit.bin), state.registry));
  await copyBaseImages(parts.images, join(folder, 'registry'));
  startService(folder, imageRegistry(folder, state.registry));

  await until(
    'certificate of the API server',
    () => Promise.resolve(existsSync(join(folder, 'keys/serving/apiserver.crt'))),
    { hint: logs },
  );
  const access = { server: state.server, authority: authority(folder) };
  writeKubeconfig(state.kubeconfig, { ...access, token: tokenOf(folder, 'admin'), user: 'admin' });
  const user = nodeUser(state.node);
  writeKubeconfig(join(folder, 'keys/node.kubeconfig'), { ...access, token: tokenOf(folder, user), user });
  await until(
    'API server',
    () => sh(state.kubectl, ['--kubeconfig', state.kubeconfig, 'get', '--raw', '/readyz'], { timeout: 5000 }),
    { hint: logs },
  );

  detail('controllers and node');
  for (const service of [...controllers(bin), ...nodeAgents(bin, node)]) startService(folder, service);
  const running: ClusterState = { ...state, status: 'running' };
  const answers = { 'API server and node': apiAnswers, registry: registryAnswers, builder: builderAnswers };
  for (const [name, answer] of Object.entries(answers)) {
    await until(name, async () => (await answer(running), true), { hint: logs });
  }
  return running;
}

/**
 * Adds add-ons to a running cluster.
 * @param state the cluster's state
 * @param list add-ons in the order of their start
 * @param handle makes a handle of the cluster for them
 * @param onProgress receives the progress
 * @returns the new state
 */
export async function startAddons(
  state: ClusterState,
  list: readonly Addon[],
  handle: (state: ClusterState) => Cluster,
  onProgress: OnProgress,
): Promise<ClusterState> {
  for (const addon of list) {
    const built = new Map<Recipe, Built>();
    for (const recipe of addon.recipes) built.set(recipe, await goBuild(recipe, onProgress));
    const find = (recipe: Recipe): Built => {
      const found = built.get(recipe);
      if (!found) throw new Error(`add-on ${addon.name} does not list its recipe ${recipe.name}`);
      return found;
    };
    const folder = join(state.folder, 'addons', addon.name);
    mkdirSync(folder, { recursive: true });
    const started: string[] = [];
    const start = (): Promise<AddonFacts> =>
      addon.start({
        cluster: handle(state),
        built: find,
        binInside: (recipe) => insideCache(find(recipe).bin),
        folder: { outside: folder, inside: `${inside.state}/addons/${addon.name}` },
        startService: (service) => {
          started.push(service.name);
          startService(state.folder, service);
        },
      });
    const facts = await withProgress(`start ${addon.name}`, addon.seconds, onProgress, start).catch(
      (error: unknown) => {
        // The next try starts them again; two of each would fight for their ports.
        for (const name of started) stopService(state.folder, name);
        throw error;
      },
    );
    state = { ...state, addons: { ...state.addons, [addon.name]: facts } };
    writeState(state);
  }
  return state;
}
