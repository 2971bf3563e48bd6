import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './build/lock.ts';
import { withProgress, type OnProgress } from './build/progress.ts';
import { resolveAddons } from './addons/index.ts';
import { isHealthy } from './health.ts';
import { removeCluster, removeFolder, removeLeftovers, remains } from './leftovers.ts';
import type { Network } from './network.ts';
import { until } from './poll.ts';
import type { ProcessMark } from './process-table.ts';
import { authority, writeKubeconfig } from './services/credentials.ts';
import { sh, type Output } from './shell.ts';
import { machineLock, startAddons, startCluster } from './start.ts';
import { readState, stateFolder, type AddonFacts, type ClusterState } from './state.ts';

/** A permission in a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A namespace that is deleted when it is disposed of. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
}

/** A running test cluster. */
export class Cluster {
  /** Everything that cluster.json says. */
  readonly state: ClusterState;

  constructor(state: ClusterState) {
    this.state = state;
  }

  get folder(): string {
    return this.state.folder;
  }

  /** kubeconfig of an administrator. */
  get kubeconfigPath(): string {
    return this.state.kubeconfig;
  }

  /** `HOST:PORT` of the registry, plain HTTP, the same for host, node and pods. */
  get registry(): string {
    return this.state.registry;
  }

  /** Address for `buildctl --addr`. */
  get buildkitAddress(): string {
    return this.state.buildkit;
  }

  /** The host's certificate authorities, for `buildctl --secret id=ca,src=...`. */
  get caBundlePath(): string {
    return this.state.caBundle;
  }

  get network(): Network {
    return this.state.network;
  }

  /** What each running add-on says about itself. */
  get addons(): Readonly<Record<string, AddonFacts>> {
    return this.state.addons;
  }

  /** Process 1 of the cluster, as seen from the host. */
  get init(): ProcessMark {
    if (!this.state.init) throw new Error(`the cluster in ${this.state.folder} was never started`);
    return this.state.init;
  }

  /**
   * Runs kubectl as an administrator.
   * @param args its arguments
   * @param options `input` for its stdin, `timeout` in ms, `kubeconfig` of somebody else
   * @returns what it wrote to stdout
   */
  async kubectl(
    args: readonly string[],
    options: { input?: string; timeout?: number; kubeconfig?: string } = {},
  ): Promise<string> {
    const { kubeconfig = this.kubeconfigPath, ...rest } = options;
    return (await sh(this.state.kubectl, ['--kubeconfig', kubeconfig, ...args], rest)).stdout;
  }

  /**
   * Applies objects by server-side apply.
   * @param objects what to apply
   */
  async apply(...objects: readonly object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    await this.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
  }

  /**
   * Reads objects.
   * @param args arguments of `kubectl get`
   * @returns the object, or a list with `items`
   */
  async get<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', '-o', 'json', ...args])) as T;
  }

  /**
   * Runs buildctl against the cluster's builder.
   * @param args its arguments, e.g. `build ...`
   * @returns what it wrote
   */
  buildctl(args: readonly string[]): Promise<Output> {
    return sh(this.state.buildctl, ['--addr', this.buildkitAddress, ...args], { timeout: 900_000 });
  }

  /**
   * Makes a fresh namespace, for one suite.
   * @param prefix start of its name
   * @returns the namespace; disposing of it deletes it without waiting
   */
  async namespace(prefix = 'test'): Promise<TestNamespace> {
    const name = `${prefix}-${randomBytes(4).toString('hex')}`;
    await this.kubectl(['create', 'namespace', name]);
    return {
      name,
      [Symbol.asyncDispose]: async () => {
        await this.kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
      },
    };
  }

  /**
   * Lets the node claim to have GPUs while some work goes on: the real scheduler places real pods by `nvidia.com/gpu`. Who asks meanwhile waits.
   * @param count how many; 0 for a time in which there are none for sure
   * @param work what to do
   * @returns what the work returns
   */
  async withGpus<T>(count: number, work: () => Promise<T>): Promise<T> {
    return withLock(
      join(this.folder, 'gpus.lock'),
      () => undefined,
      async () => {
        await this.#advertiseGpus(count);
        try {
          await until(`a node with ${count} GPUs`, async () => {
            const path = '{.status.allocatable.nvidia\\.com/gpu}';
            const allocatable = await this.kubectl(['get', 'node', this.state.node, '-o', `jsonpath=${path}`]);
            return Number(allocatable) === count;
          });
          return await work();
        } finally {
          if (count > 0) await this.#advertiseGpus(0);
        }
      },
    );
  }

  async #advertiseGpus(count: number): Promise<void> {
    const path = '/status/capacity/nvidia.com~1gpu';
    const patch = [{ op: 'add', path, value: String(count) }, ...(count === 0 ? [{ op: 'remove', path }] : [])];
    const change = ['--subresource=status', '--type=json', '-p', JSON.stringify(patch)];
    await this.kubectl(['patch', 'node', this.state.node, ...change]);
  }

  /**
   * Makes a user with no other rights than those given.
   * @param namespace where
   * @param rules rights in that namespace
   * @returns path of a kubeconfig with that user's token (valid for a day), whose default namespace is this one
   */
  async restrictedUser(namespace: string, rules: readonly Rule[]): Promise<string> {
    const name = `user-${randomBytes(4).toString('hex')}`;
    const metadata = { name, namespace };
    await this.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    );
    return this.kubeconfigOf(namespace, name);
  }

  /**
   * Lets a test be a ServiceAccount.
   * @param namespace of the account
   * @param name of the account
   * @returns path of a kubeconfig with its token (valid for a day), whose default namespace is that of the account
   */
  async kubeconfigOf(namespace: string, name: string): Promise<string> {
    const token = (await this.kubectl(['create', 'token', name, '-n', namespace, '--duration=24h'])).trim();
    const file = join(this.folder, 'keys', `${namespace}-${name}.kubeconfig`);
    writeKubeconfig(file, {
      server: this.state.server,
      authority: authority(this.folder),
      token,
      user: name,
      namespace,
    });
    return file;
  }
}

/** What to bring up. */
export interface ClusterRequest {
  /** Add-ons by name; what they need comes with them. */
  readonly components?: readonly string[];
  /** Receives a line at least every five seconds while something is going on. */
  readonly onProgress?: OnProgress;
  /** State folder instead of the usual one. */
  readonly folder?: string;
}

const waitingFor = (onProgress: OnProgress) => (seconds: number) =>
  onProgress(`another run is starting or removing a cluster, waited ${seconds} s`);

/** Held while the cluster in a state folder is started, changed or removed. The folder itself comes and goes; the one it lies in does not. */
function lockOf(folder: string): string {
  mkdirSync(dirname(folder), { recursive: true });
  return dirname(folder);
}

/**
 * Brings up the cluster of this checkout, or finds it running. What is missing is built first; what is dead or half alive is removed first.
 * @param request what to bring up
 * @returns the running cluster
 * @throws Error with one line per thing that this machine lacks, or saying what did not start and where its log is
 */
export async function ensureCluster(request: ClusterRequest = {}): Promise<Cluster> {
  const { onProgress = () => undefined, folder = stateFolder() } = request;
  const wanted = resolveAddons(request.components ?? []);
  const waiting = waitingFor(onProgress);
  return withLock(lockOf(folder), waiting, async () => {
    let state = readState(folder);
    if (state && !(state.folder === folder && (await isHealthy(state, onProgress)))) {
      onProgress(`the cluster in ${folder} was interrupted or is damaged: removing it`);
      await remove(folder, onProgress);
      state = undefined;
    }
    if (!state) {
      try {
        state = await startCluster(folder, onProgress);
      } catch (error) {
        await abandonStart(folder);
        throw error;
      }
    }
    const running = state.addons;
    const added = wanted.filter((addon) => {
      const facts = running[addon.name];
      return !facts || addon.isRunning?.(facts) === false;
    });
    state = await startAddons(state, added, (current) => new Cluster(current), onProgress);
    return new Cluster(state);
  });
}

/**
 * Frees the machine of a cluster that did not get to run; its folder stays, with the logs, until the next start.
 * @param folder state folder
 */
export async function abandonStart(folder: string): Promise<void> {
  const state = readState(folder);
  if (state?.status === 'starting') await removeCluster(state.id);
}

/**
 * Finds the cluster of this checkout.
 * @param folder state folder
 * @returns undefined when it does not run or does not answer
 */
export async function findCluster(folder = stateFolder()): Promise<Cluster | undefined> {
  const state = readState(folder);
  return state?.folder === folder && (await isHealthy(state)) ? new Cluster(state) : undefined;
}

/**
 * Removes the cluster of this checkout and what dead clusters left on this machine, and makes sure that nothing is left.
 * @param onProgress is told what is done
 * @param folder state folder
 * @throws Error that lists what could not be removed
 */
export async function removeClusterIn(folder: string, onProgress: OnProgress): Promise<void> {
  const waiting = waitingFor(onProgress);
  await withLock(lockOf(folder), waiting, async () => {
    await remove(folder, onProgress);
    await withLock(machineLock, waiting, () => removeLeftovers(onProgress));
  });
}

async function remove(folder: string, onProgress: OnProgress): Promise<void> {
  const state = readState(folder);
  // A checkout that was moved or copied names another folder: what runs there may still be somebody's.
  const id = state?.folder === folder ? state.id : undefined;
  if (id === undefined) {
    await removeFolder(folder);
    return;
  }
  await withProgress('remove cluster', 3, onProgress, async (detail) => {
    detail('processes, network, control groups');
    await removeCluster(id);
    detail('state folder');
    await removeFolder(folder);
  });
  const left = await remains(id, folder);
  if (left.length > 0) throw new Error(`could not remove everything of cluster ${id}:\n  ${left.join('\n  ')}`);
}
