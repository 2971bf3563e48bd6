import { connectInCluster } from '../../kubernetes/client.ts';
import { watch } from '../watchdog/watch.ts';
import type { WatchdogEnd, WatchdogOptions } from '../watchdog/watch.ts';

/**
 * `ml-deploy watchdog`, the program of the watchdog Job. Uses the pod's own account and never loads the Kubernetes client library.
 */
export async function watchdog(
  options: WatchdogOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<WatchdogEnd> {
  const api = connectInCluster(environment);
  try {
    return await watch(api, options);
  } finally {
    api.close();
  }
}
