import type { Config } from '../../config/config.ts';
import type { KubeObject } from '../api.ts';
import { annotations, modelLabels } from './labels.ts';

/**
 * The HorizontalPodAutoscaler `<model>` on the Deployment of one revision; pinned (min = max) while a rollout runs.
 */
export function autoscalerObject(
  config: Config,
  scaling: { readonly min: number; readonly max: number; readonly cpu: number },
  revision: string,
  epoch: number,
): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: config.name,
      namespace: config.deploy.namespace,
      labels: modelLabels(config.name),
      annotations: { [annotations.epoch]: String(epoch) },
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `${config.name}-${revision}` },
      minReplicas: scaling.min,
      maxReplicas: scaling.max,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: Math.round(scaling.cpu) } },
        },
      ],
    },
  };
}
