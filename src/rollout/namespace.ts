import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { isCode } from './fence.ts';

/**
 * Refuses a namespace that does not exist (`rollout/no-namespace`): everything in it looks as if it were merely not there. An account
 * that may not look passes.
 */
export async function requireNamespace(api: KubeApi, namespace: string): Promise<void> {
  try {
    if ((await api.find(resources.namespace, null, namespace)) !== null) return;
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return;
    throw error;
  }
  throw new MlDeployError({
    code: 'rollout/no-namespace',
    kind: 'usage',
    message: `The namespace ${namespace} does not exist on ${api.server}.`,
    hint: `Check --namespace (deploy.namespace in mldeploy.yaml) and --context, or create it: kubectl create namespace ${namespace}`,
  });
}
