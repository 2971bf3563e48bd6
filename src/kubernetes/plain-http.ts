import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { MlDeployError } from '../errors.ts';
import { isLoopback } from '../oci/repository.ts';

/**
 * Lets the library talk plain HTTP to the current cluster, as with `kubectl proxy`: it does so only when no certificate is to be checked.
 * Throws `kubernetes/plain-http` when credentials would then cross a network unencrypted, unless the file asks for that
 * (`insecure-skip-tls-verify: true`).
 */
export function admitPlainHttp(config: KubeConfig, cluster: Cluster): void {
  if (!cluster.server.startsWith('http:') || cluster.skipTLSVerify) return;
  const user = config.getCurrentUser();
  const isHere = URL.canParse(cluster.server) && isLoopback(new URL(cluster.server).host);
  if (!isHere && user !== null && hasCredentials(user)) {
    throw new MlDeployError({
      code: 'kubernetes/plain-http',
      kind: 'usage',
      message: `The kubeconfig has credentials (user "${user.name}") for ${cluster.server}: plain HTTP would send them over the network for everybody to read.`,
      hint: 'Write https:// as `server` of the cluster, use `kubectl proxy` on this machine with a kubeconfig without credentials, or accept it with `insecure-skip-tls-verify: true` there.',
    });
  }
  config.clusters = config.clusters.map((each) => (each === cluster ? { ...each, skipTLSVerify: true } : each));
}

function hasCredentials({ token, authProvider, exec, username, password }: User): boolean {
  return [token, authProvider, exec, username, password].some((each) => each !== undefined && each !== null);
}
