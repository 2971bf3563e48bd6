import type { KubeObject } from '../api.ts';
import { annotations, modelLabels } from './labels.ts';

/**
 * The Lease `mldeploy-<model>`: proof of life of the engine that owns `epoch`.
 */
export function leaseObject(
  model: string,
  namespace: string,
  facts: { readonly holder: string; readonly durationMs: number; readonly epoch: number; readonly now: Date },
): KubeObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: `mldeploy-${model}`,
      namespace,
      labels: modelLabels(model),
      annotations: { [annotations.epoch]: String(facts.epoch) },
    },
    spec: {
      holderIdentity: facts.holder,
      leaseDurationSeconds: Math.max(1, Math.round(facts.durationMs / 1000)),
      acquireTime: microTime(facts.now),
      renewTime: microTime(facts.now),
    },
  };
}

/**
 * A Kubernetes MicroTime.
 */
export function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z');
}
