import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildEngineImage } from '../../scripts/engine-image.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { modelServerImage } from '../cluster/server-image/build.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { projectYaml, type ProjectOptions } from '../rollout/project.ts';

/** The bundle under test: the committed one, or a fresh one while it is being worked on. */
export const bundle = process.env['ML_DEPLOY_DIST'] ?? join(repositoryRoot, 'dist');

/** Images that the hosts' tests run. */
export interface HostImages {
  /** ml-deploy itself. */
  readonly engine: string;
  /** A model's server. */
  readonly server: string;
}

/** Builds both images into the cluster's registry. */
export async function hostImages(cluster: Cluster): Promise<HostImages> {
  const repository = `${cluster.registry}/test/engine`;
  const { buildctl } = cluster.state;
  const options = {
    repository,
    buildctl,
    address: cluster.buildkitAddress,
    insecure: true,
    dist: bundle,
    ca: cluster.caBundlePath,
  };
  return { engine: await buildEngineImage(options), server: await modelServerImage(cluster) };
}

/**
 * A user's repository with a configuration and a clean model, below the cluster's folder, where pods can mount it.
 * @param cluster where it will be deployed
 * @param options of mldeploy.yaml
 * @returns its folder, which belongs to the user of the engine image
 */
export function hostProject(cluster: Cluster, options: ProjectOptions): string {
  mkdirSync(join(cluster.folder, 'projects'), { recursive: true });
  const folder = mkdtempSync(join(cluster.folder, 'projects', 'p-'));
  mkdirSync(join(folder, 'model'));
  writeFileSync(join(folder, 'model/model.safetensors'), tinySafetensors());
  writeFileSync(join(folder, 'mldeploy.yaml'), projectYaml(options));
  chownSync(folder, 65532, 65532);
  return folder;
}

/** One tensor of one float: the smallest model there is. */
function tinySafetensors(): Buffer {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(64));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}

/** Runs the bundle as a person in a terminal does. */
export async function terminal(folder: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  await promisify(execFile)(process.execPath, [join(bundle, 'index.js'), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout: 480_000,
  });
}

/**
 * Reads evidence without what may differ between two runs of the same thing; `namespace` is where this one went.
 */
export function steadyEvidence(folder: string, stage: string, namespace: string): unknown {
  const text = readFileSync(join(folder, '.mldeploy/default', `${stage}.json`), 'utf8');
  const { volatile, ...steady } = JSON.parse(text.replaceAll(namespace, 'NAMESPACE')) as Record<string, unknown>;
  if (volatile === undefined) throw new Error(`${stage}.json has no volatile part`);
  return steady;
}
