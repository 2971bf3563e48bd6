import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProcessMark } from './process-table.ts';
import type { Network } from './network.ts';

/** What `.cluster/cluster.json` says: everything needed to use a cluster, and to remove it. */
export interface ClusterState {
  /** Eight hexadecimal digits in the name of everything the cluster leaves outside its own folder and namespaces. */
  readonly id: string;
  /** `starting` until everything answered once; a cluster found so was interrupted. */
  readonly status: 'starting' | 'running';
  /** Absolute path of the state folder. */
  readonly folder: string;
  /** Process 1 of the cluster's namespaces, as seen from the host; missing until it was started. */
  readonly init?: ProcessMark;
  readonly network: Network;
  /** kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** URL of the API server. */
  readonly server: string;
  /** `HOST:PORT` of the image registry (plain HTTP), for the host, the node and the pods alike. */
  readonly registry: string;
  /** Address for `buildctl --addr`. */
  readonly buildkit: string;
  /** Certificate authorities of the host: image builds need them where a proxy re-signs TLS. */
  readonly caBundle: string;
  /** Name of the only real node. */
  readonly node: string;
  readonly kubectl: string;
  readonly buildctl: string;
  /** Add-ons that run, with what a user of them has to know. */
  readonly addons: Readonly<Record<string, AddonFacts>>;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** What an add-on says about itself once it runs, e.g. its address. */
export type AddonFacts = Readonly<Record<string, string | number | boolean>>;

/** Root of the checkout. */
export const repositoryRoot = resolve(import.meta.dirname, '../..');

/**
 * The one folder in which a cluster keeps its state.
 * @returns absolute path: ML_DEPLOY_CLUSTER_DIR, else `.cluster` in the checkout
 */
export function stateFolder(): string {
  return resolve(process.env['ML_DEPLOY_CLUSTER_DIR'] ?? join(repositoryRoot, '.cluster'));
}

/**
 * Reads the state of the cluster in a folder.
 * @param folder state folder
 * @returns undefined when there is none, or when it was being written as its writer died
 */
export function readState(folder: string): ClusterState | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')) as ClusterState;
  } catch {
    return undefined;
  }
}

/**
 * Writes the state of a cluster, whole or not at all.
 * @param state what to write
 */
export function writeState(state: ClusterState): void {
  mkdirSync(state.folder, { recursive: true });
  const temporary = join(state.folder, `cluster.json.${process.pid}`);
  writeFileSync(temporary, JSON.stringify(state, null, 2) + '\n', { mode: 0o600 });
  renameSync(temporary, join(state.folder, 'cluster.json'));
}
