import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { repositoryRoot } from '../cluster/state.ts';

/** What a PipelineRun or TaskRun says about itself. */
export interface Run {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly status: string; readonly reason: string; readonly message: string }[];
    readonly results?: readonly { readonly name: string; readonly value: string }[];
    readonly childReferences?: readonly { readonly name: string; readonly pipelineTaskName: string }[];
  };
}

/** Applies our Tasks, Pipeline and rights in a namespace, as the files are. */
export async function installTasks(cluster: Cluster, namespace: string): Promise<void> {
  const files = [
    'tekton/rbac/rbac.yaml',
    'tekton/task/ml-deploy/ml-deploy.yaml',
    'tekton/task/ml-deploy-rollback/ml-deploy-rollback.yaml',
    'tekton/pipeline/ml-deploy.yaml',
  ];
  await cluster.kubectl(['apply', '-n', namespace, ...files.flatMap((file) => ['-f', join(repositoryRoot, file)])]);
}

/**
 * Lets Tasks mount a folder of this machine.
 * @param name of the volume claim
 */
export async function claimFolder(cluster: Cluster, namespace: string, name: string, folder: string): Promise<void> {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    volumeName: `${namespace}-${name}`,
    resources: { requests: { storage: '1Gi' } },
  };
  await cluster.apply(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-${name}` },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: folder },
      },
    },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec },
  );
}

/**
 * Creates the run of a YAML file with other parameters and waits for its end.
 * @param file below the repository's root
 * @param change of its spec
 */
export async function run(
  cluster: Cluster,
  namespace: string,
  file: string,
  change: (spec: Record<string, unknown>) => Record<string, unknown>,
): Promise<Run> {
  const [document] = parseAllDocuments(readFileSync(join(repositoryRoot, file), 'utf8'));
  const object = document?.toJS() as { kind: string; spec: Record<string, unknown> };
  const input = JSON.stringify({ ...object, spec: change(object.spec) });
  const created = JSON.parse(
    await cluster.kubectl(['create', '-n', namespace, '-o', 'json', '-f', '-'], { input }),
  ) as Run;
  const { name } = created.metadata;
  return until(
    `the end of ${name}`,
    async () => {
      const now = await cluster.get<Run>(object.kind.toLowerCase(), name, '-n', namespace);
      return now.status?.conditions?.some(({ status }) => status !== 'Unknown') ? now : undefined;
    },
    { timeout: 180_000, every: 500, hint: () => podLogs(cluster, namespace) },
  );
}

/** Everything the pods of the namespace have said. */
export async function podLogs(cluster: Cluster, namespace: string): Promise<string> {
  const pods = await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'name']);
  const texts = pods
    .trim()
    .split('\n')
    .map(async (pod) => {
      const args = ['logs', '-n', namespace, pod, '--all-containers', '--prefix', '--tail=60'];
      return cluster.kubectl(args).catch((error: unknown) => String(error));
    });
  return (await Promise.all(texts)).join('\n');
}
