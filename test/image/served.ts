import type { Cluster } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';

interface Pod {
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * Starts an image in the cluster as strictly as a restricted namespace would: without root, on a read-only root.
 * @param cluster where
 * @param namespace of the pod `iris`
 * @param image reference by digest
 * @returns URL of the server, which is ready
 */
export async function served(cluster: Cluster, namespace: string, image: string): Promise<string> {
  await cluster.apply(podOf(image, namespace));
  return until(
    'the pod is ready',
    async () => {
      const pod = await cluster.get<Pod>('pod', 'iris', '-n', namespace);
      const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
      return ready === true && pod.status.podIP !== undefined && `http://${pod.status.podIP}:8000`;
    },
    { timeout: 120_000, hint: () => cluster.kubectl(['describe', 'pod', 'iris', '-n', namespace]) },
  );
}

/**
 * Asks the server for a prediction.
 * @param url of the server
 * @param inputs rows
 * @returns its answer
 */
export async function predicted(url: string, inputs: unknown): Promise<unknown> {
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs }),
  });
  return response.json();
}

function podOf(image: string, namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'iris', namespace },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'server',
          image,
          env: [{ name: 'MLDEPLOY_REVISION', value: 'r1' }],
          readinessProbe: { httpGet: { path: '/readyz', port: 8000 }, periodSeconds: 1 },
          securityContext: { readOnlyRootFilesystem: true, runAsNonRoot: true, allowPrivilegeEscalation: false },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: {} }],
    },
  };
}
