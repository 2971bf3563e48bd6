import type { Config } from '../../config/config.ts';
import type { KubeObject } from '../api.ts';
import { annotations, modelLabels } from './labels.ts';

/** One backend of the route and its share in parts of the sum. */
export interface Backend {
  readonly revision: string;
  readonly weight: number;
}

/**
 * The HTTPRoute `<model>`: weights between the Services of the revisions. We own the whole object.
 */
export function httpRoute(
  config: Config,
  gateway: NonNullable<Config['rollout']['gateway']>,
  backends: readonly Backend[],
  epoch: number,
): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: {
      name: config.name,
      namespace: config.deploy.namespace,
      labels: modelLabels(config.name),
      annotations: { [annotations.epoch]: String(epoch) },
    },
    spec: {
      parentRefs: [{ name: gateway.name, ...(gateway.namespace === null ? {} : { namespace: gateway.namespace }) }],
      ...(gateway.hostnames.length === 0 ? {} : { hostnames: gateway.hostnames }),
      rules: [{ backendRefs: backendRefs(config.name, config.deploy.service.port, backends) }],
    },
  };
}

/**
 * The `backendRefs` of the route's only rule.
 */
export function backendRefs(model: string, port: number, backends: readonly Backend[]): Record<string, unknown>[] {
  return backends.map(({ revision, weight }) => ({ name: `${model}-${revision}`, port, weight }));
}
