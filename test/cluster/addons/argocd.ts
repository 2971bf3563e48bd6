import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argocd as recipe } from '../build/recipes/argocd.ts';
import { until } from '../poll.ts';
import { installPackages } from '../requirements.ts';
import { keyFiles } from '../services/credentials.ts';
import { sh } from '../shell.ts';
import type { ClusterState } from '../state.ts';
import type { Addon } from './addon.ts';

const namespace = 'argocd';
const redisPort = 6379;
const serverPort = 8081;

/** Argo CD without its user interface: the controller, the server that reads repositories, and Redis between them. */
export const argocd: Addon = {
  name: 'argocd',
  recipes: [recipe],
  seconds: 12,
  async start({ cluster, built, binInside, folder, startService }) {
    await installPackages(() => undefined, { 'redis-server': 'redis-server', git: 'git' });
    const definitions = join(built(recipe).files, 'manifests/crds');
    await cluster.kubectl(['apply', '--server-side', '-k', definitions]);
    await cluster.apply(...settings(), target(cluster.state));
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd/applications.argoproj.io', '--timeout=30s']);
    await cluster.apply(project());

    for (const name of ['tls', 'ssh', 'gpg', 'git', 'plugins'])
      mkdirSync(join(folder.outside, name), { recursive: true });
    const env = {
      KUBECONFIG: keyFiles.adminKubeconfig,
      HOME: folder.inside,
      ARGOCD_GPG_ENABLED: 'false',
      ARGOCD_TLS_DATA_PATH: `${folder.inside}/tls`,
      ARGOCD_SSH_DATA_PATH: `${folder.inside}/ssh`,
    };
    const program = `${binInside(recipe)}/argocd`;
    const redis = `127.0.0.1:${redisPort}`;
    const server = `127.0.0.1:${serverPort}`;
    startService({
      name: 'argocd-redis',
      command: ['redis-server', '--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    });
    startService({
      name: 'argocd-repo-server',
      command: [
        program,
        ...['--redis', redis, '--port', String(serverPort), '--disable-tls', '--metrics-port', '8094'],
        ...['--revision-cache-expiration', '3s'], // a new commit is seen at once
      ],
      env: { ...env, ARGOCD_BINARY_NAME: 'argocd-repo-server', ARGOCD_PLUGINSOCKFILEPATH: `${folder.inside}/plugins` },
    });
    startService({
      name: 'argocd-controller',
      command: [
        program,
        ...['--namespace', namespace, '--repo-server', server, '--repo-server-plaintext', '--redis', redis],
        ...['--app-resync', '10', '--metrics-port', '8092'],
      ],
      env: { ...env, ARGOCD_BINARY_NAME: 'argocd-application-controller' },
    });
    // An Application with an empty source is known as synced once all three work together.
    const git = join(folder.outside, 'git');
    await makeRepository(join(git, 'probe'));
    await cluster.apply(application('probe', `file://${folder.inside}/git/probe`, cluster.state.server));
    await until(
      'Argo CD',
      async () =>
        (await cluster.get<Application>('application', 'probe', '-n', namespace)).status?.sync?.status === 'Synced',
      { every: 300, hint: () => `see ${join(cluster.folder, 'logs')}/argocd-*.log` },
    );
    await cluster.kubectl(['delete', 'application', 'probe', '-n', namespace, '--wait=false']);
    return {
      namespace,
      server: cluster.state.server,
      repositories: git,
      repositoriesUrl: `file://${folder.inside}/git`,
    };
  },
};

interface Application {
  readonly status?: { readonly sync?: { readonly status?: string } };
}

function settings(): object[] {
  const partOf = { 'app.kubernetes.io/part-of': 'argocd' };
  const metadata = (name: string): object => ({ name, namespace, labels: partOf });
  const data = { 'timeout.reconciliation': '5s' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('argocd-cm'), data },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('argocd-rbac-cm'), data: {} },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('argocd-secret'),
      stringData: { 'server.secretkey': 'test' },
    },
  ];
}

/** The cluster to deploy to, by its address: the controller runs outside of any pod. */
function target(state: ClusterState): object {
  const { users, clusters } = JSON.parse(readFileSync(state.kubeconfig, 'utf8')) as Kubeconfig;
  const config = {
    bearerToken: users[0]?.user.token,
    tlsClientConfig: { caData: clusters[0]?.cluster['certificate-authority-data'] },
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cluster', namespace, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    stringData: { name: 'cluster', server: state.server, config: JSON.stringify(config) },
  };
}

interface Kubeconfig {
  readonly users: readonly { readonly user: { readonly token: string } }[];
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
}

function project(): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  };
}

function application(name: string, repoURL: string, server: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace },
    spec: {
      project: 'default',
      source: { repoURL, path: '.', targetRevision: 'HEAD' },
      destination: { server, namespace: 'default' },
    },
  };
}

async function makeRepository(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]): Promise<unknown> =>
    sh('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  await git('init', '-q', '-b', 'main');
  await git('commit', '-q', '--allow-empty', '-m', 'empty');
}
