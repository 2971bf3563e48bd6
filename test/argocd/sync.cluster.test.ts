import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { sh } from '../cluster/shell.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { hostImages, type HostImages } from '../hosts/host-project.ts';
import { projectYaml, type ProjectOptions } from '../rollout/project.ts';
import { podLogs } from '../tekton/run.ts';

// The files of argocd/ in a Git repository, synced by Argo CD.

let cluster: Cluster;
let images: HostImages;
let space: TestNamespace;
let repository: string;

beforeAll(async () => {
  cluster = await ensureCluster({ components: ['argocd'] });
  images = await hostImages(cluster);
  space = await cluster.namespace('argocd');
  repository = join(String(cluster.addons['argocd']?.['repositories']), space.name);
  await git('init', '-q', '-b', 'main');
});

afterAll(async () => {
  await cluster.kubectl(['delete', 'application', space.name, '-n', 'argocd', '--ignore-not-found', '--wait=false']);
  await space[Symbol.asyncDispose]();
});

async function git(...args: string[]): Promise<void> {
  mkdirSync(repository, { recursive: true });
  const who = ['-c', 'safe.directory=*', '-c', 'user.name=t', '-c', 'user.email=t@example.test'];
  await sh('git', ['-C', repository, ...who, ...args]);
}

/** What a team commits: our files with its image and configuration. */
async function commit(message: string, options: Partial<ProjectOptions>): Promise<void> {
  for (const file of ['rbac.yaml', 'config.yaml', 'rollout.yaml', 'restore.yaml']) {
    const text = readFileSync(join(repositoryRoot, 'argocd', file), 'utf8');
    writeFileSync(join(repository, file), text.replaceAll('ghcr.io/ml-deploy/ml-deploy:0.1.0', images.engine));
  }
  const config = parse(readFileSync(join(repository, 'config.yaml'), 'utf8')) as { data: Record<string, string> };
  config.data['image'] = images.server;
  config.data['mldeploy.yaml'] = projectYaml({
    namespace: space.name,
    replicas: 1,
    watchdog: images.engine,
    ...options,
  });
  writeFileSync(join(repository, 'config.yaml'), stringify(config));
  await git('add', '-A');
  await git('commit', '-q', '-m', message);
}

interface Application {
  readonly status?: {
    readonly operationState?: {
      readonly phase?: string;
      readonly message?: string;
      readonly syncResult?: { readonly revision?: string };
    };
  };
}

/** Waits until the newest commit was synced, well or not. */
async function synced(): Promise<{ phase: string; message: string }> {
  // As a webhook of the Git server would.
  const refresh = 'argocd.argoproj.io/refresh=normal';
  await cluster.kubectl(['annotate', 'application', space.name, '-n', 'argocd', '--overwrite', refresh]);
  const head = (await sh('git', ['-C', repository, '-c', 'safe.directory=*', 'rev-parse', 'HEAD'])).stdout.trim();
  return until(
    `sync of ${head.slice(0, 7)}`,
    async () => {
      const { status } = await cluster.get<Application>('application', space.name, '-n', 'argocd');
      const { phase = 'Running', message = '', syncResult } = status?.operationState ?? {};
      return syncResult?.revision === head && phase !== 'Running' ? { phase, message } : undefined;
    },
    { timeout: 180_000, every: 1000, hint: () => podLogs(cluster, space.name) },
  );
}

const selected = (): Promise<string> =>
  cluster.kubectl(['get', 'service', 'fraud', '-n', space.name, '-o', 'jsonpath={.spec.selector.revision}']);

describe('Argo CD', () => {
  it('syncs a commit by rolling the image out, and tracks nothing of what the rollout made', async () => {
    await commit('first', {});
    const application = parse(readFileSync(join(repositoryRoot, 'argocd/application.yaml'), 'utf8')) as {
      spec: Record<string, unknown>;
    };
    const { argocd = {} } = cluster.addons;
    await cluster.apply({
      ...application,
      metadata: { name: space.name, namespace: 'argocd' },
      spec: {
        ...application.spec,
        source: { repoURL: `${argocd['repositoriesUrl']}/${space.name}`, targetRevision: 'main', path: '.' },
        destination: { server: argocd['server'], namespace: space.name },
      },
    });
    expect(await synced(), await podLogs(cluster, space.name)).toMatchObject({ phase: 'Succeeded' });
    expect(await selected()).toBe('r1');
    const made = ['deployment,service,configmap', '-n', space.name, '-l', 'app=fraud', '-o', 'json'];
    expect(await cluster.kubectl(['get', ...made])).not.toContain('argocd.argoproj.io');
  });

  it('a commit whose version never becomes ready fails the sync, runs SyncFail, and r1 goes on serving', async () => {
    await commit('broken', { env: { FAKE_NEVER_READY: '1' }, rollout: { readyTimeout: '5s' } });
    const { phase } = await synced();
    expect(phase).toBe('Failed');
    const jobs = await cluster.kubectl([
      'get',
      'jobs',
      '-n',
      space.name,
      '-o',
      'jsonpath={range .items[*]}{.metadata.name}={.status.succeeded} {end}',
    ]);
    expect(jobs).toContain('ml-deploy-restore=1');
    expect(await selected()).toBe('r1');
  });
});
