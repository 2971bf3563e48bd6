import type { KubeApi } from './api.ts';
import { inClusterTransport, runsInCluster } from './in-cluster-transport.ts';
import type { InClusterEnvironment } from './in-cluster-transport.ts';
import { kubeApi } from './kube-api.ts';
import type { KubeApiOptions } from './kube-api.ts';

export interface ConnectOptions extends KubeApiOptions {
  /** Kubeconfig file; null: in-cluster credentials when there are any, else the default file. */
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Environment of this process, to find in-cluster credentials. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Connects to the cluster that the options name. Nothing is sent yet; the first call finds out whether it answers. */
export async function connect(options: ConnectOptions): Promise<KubeApi> {
  if (options.kubeconfig === null && options.context === null && runsInCluster(options.environment)) {
    return connectInCluster(options.environment, options);
  }
  const { kubeconfigTransport } = await import('./kubeconfig-transport.ts');
  return kubeApi(await kubeconfigTransport(options.kubeconfig, options.context), options);
}

/** Connects with the pod's service account, without the client library (small memory: the watchdog's way). */
export function connectInCluster(environment: InClusterEnvironment, options: KubeApiOptions = {}): KubeApi {
  return kubeApi(inClusterTransport(environment), options);
}
