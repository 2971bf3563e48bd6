import type { Config } from '../../config/config.ts';
import type { KubeObject } from '../api.ts';
import { annotations, labels, modelLabels, revisionLabels } from './labels.ts';

/** What a revision's Service needs of a configuration. */
export interface ServiceFacts {
  readonly name: string;
  readonly deploy: { readonly namespace: string; readonly service: { readonly port: number } };
}

/**
 * The public Service `<model>`; at rest it selects the stable revision's pods.
 */
export function publicService(config: Config, revision: string, epoch: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: config.name,
      namespace: config.deploy.namespace,
      labels: modelLabels(config.name),
      annotations: { [annotations.epoch]: String(epoch) },
    },
    spec: {
      type: config.deploy.service.type ?? 'ClusterIP',
      selector: revisionSelector(config.name, revision),
      ports: [port(config)],
    },
  };
}

/**
 * The Service `<model>-rN` of one revision: what a gateway's weights point to, and how people reach one revision alone. It goes with its
 * owner, the revision's Deployment, even if whoever deletes that dies in between.
 */
export function revisionService(config: ServiceFacts, revision: string, epoch: number, owner?: KubeObject): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${config.name}-${revision}`,
      namespace: config.deploy.namespace,
      labels: revisionLabels(config.name, revision),
      annotations: { [annotations.epoch]: String(epoch) },
      ...(owner === undefined ? {} : { ownerReferences: [ownedBy(owner)] }),
    },
    spec: { type: 'ClusterIP', selector: revisionSelector(config.name, revision), ports: [port(config)] },
  };
}

/**
 * Names a Deployment as the owner of something, so that Kubernetes removes that with it.
 */
export function ownedBy({ metadata }: KubeObject): NonNullable<KubeObject['metadata']['ownerReferences']>[number] {
  return { apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name, uid: metadata.uid ?? '' };
}

/**
 * Selector of the pods of one revision.
 */
export function revisionSelector(model: string, revision: string): Record<string, string> {
  return { [labels.app]: model, [labels.revision]: revision };
}

/**
 * Selector of the pods of every revision: what the public Service uses while replicas set the share.
 */
export function canarySelector(model: string): Record<string, string> {
  return { [labels.app]: model, [labels.canary]: 'on' };
}

function port(config: ServiceFacts): Record<string, unknown> {
  return { name: 'http', port: config.deploy.service.port, targetPort: 'http', protocol: 'TCP' };
}
