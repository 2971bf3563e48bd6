import type { Config } from '../../config/config.ts';
import type { KubeObject } from '../api.ts';
import { annotations, modelLabels } from './labels.ts';

/**
 * The VirtualService `<model>`: weights between the Services of the revisions, inside a mesh and at the Istio gateways it names. We own
 * the whole object; without hosts it directs what the mesh sends to the public Service.
 */
export function virtualService(
  config: Config,
  istio: NonNullable<Config['rollout']['istio']>,
  revision: string,
  epoch: number,
): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: {
      name: config.name,
      namespace: config.deploy.namespace,
      labels: modelLabels(config.name),
      annotations: { [annotations.epoch]: String(epoch) },
    },
    spec: {
      hosts: istio.hosts.length === 0 ? [config.name] : istio.hosts,
      ...(istio.gateways.length === 0 ? {} : { gateways: istio.gateways }),
      http: [{ route: [destination(`${config.name}-${revision}`, config.deploy.service.port, 100)] }],
    },
  };
}

/**
 * One weighted destination: a Service of the same namespace.
 */
export function destination(service: string, port: number, weight: number): Record<string, unknown> {
  return { destination: { host: service, port: { number: port } }, weight };
}
