import type { Resource } from './api.ts';

const namespaced = (apiVersion: string, kind: string, plural: string): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});

/** The kinds of object that ml-deploy reads or writes. */
export const resources = {
  namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  pod: namespaced('v1', 'Pod', 'pods'),
  service: namespaced('v1', 'Service', 'services'),
  configMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  secret: namespaced('v1', 'Secret', 'secrets'),
  serviceAccount: namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  event: namespaced('v1', 'Event', 'events'),
  /** The same objects as `event`, in the group that new ones are written to. */
  clusterEvent: namespaced('events.k8s.io/v1', 'Event', 'events'),
  deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  replicaSet: namespaced('apps/v1', 'ReplicaSet', 'replicasets'),
  job: namespaced('batch/v1', 'Job', 'jobs'),
  lease: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  horizontalPodAutoscaler: namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  podDisruptionBudget: namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  role: namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBinding: namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  endpointSlice: namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  gateway: namespaced('gateway.networking.k8s.io/v1', 'Gateway', 'gateways'),
  httpRoute: namespaced('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  virtualService: namespaced('networking.istio.io/v1', 'VirtualService', 'virtualservices'),
} as const satisfies Record<string, Resource>;
