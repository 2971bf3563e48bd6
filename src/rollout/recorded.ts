import type { KubeObject } from '../kubernetes/api.ts';
import { revisionSelector } from '../kubernetes/objects/service.ts';
import { annotations, modelLabels, revisionLabels } from '../kubernetes/objects/labels.ts';
import type { ModelRef } from './names.ts';
import type { RevisionRecord, ServiceRecord } from './state.ts';

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

/**
 * What has to be remembered of the public Service; null when there is none.
 */
export function serviceRecord(service: KubeObject | null): ServiceRecord | null {
  if (service === null) return null;
  const ours: readonly string[] = [annotations.epoch, annotations.engine];
  const others = Object.entries(service.metadata.annotations ?? {}).filter(([name]) => !ours.includes(name));
  return {
    labels: service.metadata.labels ?? {},
    annotations: Object.fromEntries(others),
    spec: service['spec'] as ServiceRecord['spec'],
  };
}

/**
 * The public Service as it was, for one revision; with `address` under its old cluster IP, so that clients who know that go on.
 */
export function recordedService(
  { labels, annotations: others, spec }: ServiceRecord,
  at: ModelRef & { readonly epoch: number; readonly revision: string; readonly address: boolean },
): KubeObject {
  // Of the old one: the cluster gives others.
  const given = ['healthCheckNodePort', ...(at.address ? [] : ['clusterIP', 'clusterIPs'])];
  const kept = Object.entries(spec).filter(([field]) => !given.includes(field));
  const ports = ((spec['ports'] ?? []) as readonly Readonly<Record<string, unknown>>[]).map((port) =>
    Object.fromEntries(Object.entries(port).filter(([field]) => field !== 'nodePort')),
  );
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: at.model,
      namespace: at.namespace,
      labels: { ...labels, ...modelLabels(at.model) },
      annotations: { ...others, [annotations.epoch]: String(at.epoch) },
    },
    spec: { ...Object.fromEntries(kept), ports, selector: revisionSelector(at.model, at.revision) },
  };
}
