import type { KubeObject } from '../api.ts';
import { modelLabels } from './labels.ts';

/**
 * The ConfigMap `mldeploy-<model>` that holds the state of the model's rollouts.
 */
export function stateConfigMap(model: string, namespace: string, data: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `mldeploy-${model}`, namespace, labels: modelLabels(model) },
    data,
  };
}
