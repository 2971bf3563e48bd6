import type { Config } from '../config/config.ts';
import type { KubeObject } from './api.ts';

/**
 * Whether a node may get pods of this project.
 * @param node as the cluster has it
 * @param config whose `deploy.nodeSelector` counts
 * @returns false for nodes that are closed, or not selected
 */
export function takesPods(node: KubeObject, config: Config): boolean {
  const spec = node['spec'] as { unschedulable?: boolean } | undefined;
  const nodeLabels = node.metadata.labels ?? {};
  return (
    spec?.unschedulable !== true &&
    Object.entries(config.deploy.nodeSelector).every(([key, value]) => nodeLabels[key] === value)
  );
}
