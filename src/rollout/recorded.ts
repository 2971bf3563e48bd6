import type { KubeObject } from '../kubernetes/api.ts';
import { annotations, revisionLabels } from '../kubernetes/objects/labels.ts';
import type { ModelRef } from './names.ts';
import type { RevisionRecord } from './state.ts';

/**
 * The Deployment of a revision as it was, with so many pods.
 */
export function recordedDeployment(
  { revision, spec }: RevisionRecord,
  at: ModelRef & { readonly epoch: number; readonly replicas: number },
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: revision.deployment,
      namespace: at.namespace,
      labels: revisionLabels(at.model, revision.name),
      annotations: {
        [annotations.epoch]: String(at.epoch),
        [annotations.image]: revision.image,
        ...(revision.modelDigest === null ? {} : { [annotations.modelDigest]: revision.modelDigest }),
        ...(revision.template === null ? {} : { [annotations.template]: revision.template }),
      },
    },
    spec: { ...(spec as object), replicas: at.replicas },
  };
}
