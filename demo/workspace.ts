import { connect } from '../src/kubernetes/client.ts';
import type { KubeApi } from '../src/kubernetes/api.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { DemoProblem, type Target } from './target.ts';

const label = 'ml-deploy/demo';

async function withApi<T>(target: Target, work: (api: KubeApi) => Promise<T>): Promise<T> {
  const environment = process.env as Record<string, string>;
  const api = await connect({ kubeconfig: target.kubeconfig, context: target.context, environment });
  try {
    return await work(api);
  } finally {
    api.close();
  }
}

/** A namespace of this run alone; those of earlier runs are deleted meanwhile. */
export async function freshNamespace(target: Target): Promise<string> {
  // Behind an address that somebody prepared, the namespace keeps its name.
  const name = target.url === null ? `ml-deploy-demo-${Date.now().toString(36)}` : 'ml-deploy-demo';
  return withApi(target, async (api) => {
    for (const old of await api.list(resources.namespace, null, label)) {
      if (old.metadata.name !== name) await api.delete(resources.namespace, null, old.metadata.name);
    }
    if ((await api.find(resources.namespace, null, name)) === null) {
      await api.create(resources.namespace, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { [label]: 'true' } },
      });
    }
    return name;
  });
}

/** Where live traffic goes: the public Service, by its cluster IP unless another address was given. */
export async function serviceUrl(target: Target, namespace: string): Promise<string> {
  if (target.url !== null) return new URL('/predict', target.url).toString();
  const service = await withApi(target, (api) => api.get(resources.service, namespace, 'tumour'));
  const { clusterIP, ports } = service.spec as { clusterIP?: string; ports?: { port: number }[] };
  const port = ports?.[0]?.port;
  if (clusterIP === undefined || port === undefined) throw new DemoProblem('The Service tumour has no cluster IP.');
  return `http://${clusterIP}:${port}/predict`;
}
