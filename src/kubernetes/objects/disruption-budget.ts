import type { Config } from '../../config/config.ts';
import type { KubeObject } from '../api.ts';
import { annotations, modelLabels } from './labels.ts';
import { revisionSelector } from './service.ts';

/**
 * The PodDisruptionBudget `<model>` on the pods of the stable revision only: two budgets on one pod make evictions fail.
 */
export function disruptionBudget(config: Config, maxUnavailable: number, revision: string, epoch: number): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: config.name,
      namespace: config.deploy.namespace,
      labels: modelLabels(config.name),
      annotations: { [annotations.epoch]: String(epoch) },
    },
    spec: { maxUnavailable, selector: { matchLabels: revisionSelector(config.name, revision) } },
  };
}
