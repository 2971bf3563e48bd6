import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import type { KubeObject, Resource } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Revision } from './state.ts';
import { routeIn } from './survey.ts';
import type { Survey } from './survey.ts';
import { providerFor } from './traffic/index.ts';

/**
 * What the configuration wants otherwise than the cluster has it, besides the pods themselves; one sentence each, empty when all is so.
 */
export function unsettled(config: Config, found: Survey, stable: Revision): readonly string[] {
  const { autoscaling, maxUnavailable } = config.deploy;
  const replicas = replicasToSet(config, found, stable);
  const list: string[] = replicas === null ? [] : [`replicas of ${stable.deployment}: -> ${replicas}`];
  list.push(
    ...change('autoscaler', boundsOf(found.autoscaler), autoscaling),
    ...change('disruption budget', budgetOf(found.budget), maxUnavailable === null ? null : { maxUnavailable }),
  );
  if (found.service === null) list.push(`Service ${config.name}: none -> created`);
  const owned = providerFor(config.rollout).owned(config, stable.name, 0);
  const route = owned === null ? null : routeIn(found, owned.resource);
  if (owned !== null && route === null) list.push(`${owned.resource.kind} ${config.name}: none -> created`);
  return [...list, ...trafficChanges(config, found)];
}

/**
 * What a promotion, or a release that changes nothing else, sets on the Service and route that clients use; one sentence a field.
 */
export function trafficChanges(config: Config, found: Survey): readonly string[] {
  const owned = providerFor(config.rollout).owned(config, '', 0);
  const route = owned === null ? null : routeIn(found, owned.resource);
  return trafficObjects(config, found.service, route).flatMap(({ object, fields }) =>
    Object.entries(fields).map(([field, value]) => {
      const before = (object['spec'] as Readonly<Record<string, unknown>>)[field];
      return `${field} of ${object.kind} ${object.metadata.name}: ${shown(before)} -> ${shown(value)}`;
    }),
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/**
 * Pods that the stable revision has to get; null: they stay as they are. Pods that somebody else added (by hand, KEDA) stay until the
 * configuration says another number than at the last rollout. `stable` is as the state recorded it.
 */
export function replicasToSet(config: Config, found: Survey, stable: Revision): number | null {
  const { autoscaling, replicas } = config.deploy;
  const deployment = found.deployments.find((each) => each.metadata.name === stable.deployment);
  const present = (deployment?.['spec'] as { replicas?: number } | undefined)?.replicas;
  if (autoscaling !== null || present === undefined || present === replicas) return null;
  return stable.replicas !== replicas || found.autoscaler !== null ? replicas : null;
}

/** Fields of a spec that have to become something else. */
export interface TrafficChange {
  readonly object: KubeObject;
  readonly resource: Resource;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * The public Service and the route with the fields that differ from the configuration. A type that the configuration cannot say
 * (NodePort, of an adopted Service) stays, and so does every type as long as the configuration says none.
 */
export function trafficObjects(
  config: Config,
  service: KubeObject | null,
  route: KubeObject | null,
): readonly TrafficChange[] {
  const changes: TrafficChange[] = [];
  const { type } = config.deploy.service;
  const present = (service?.['spec'] as { type?: string } | undefined)?.type ?? 'ClusterIP';
  if (service !== null && type !== null && present !== type && ['ClusterIP', 'LoadBalancer'].includes(present))
    changes.push({ object: service, resource: resources.service, fields: { type } });
  const owned = providerFor(config.rollout).owned(config, '', 0);
  if (route !== null && owned !== null) {
    const there = route['spec'] as Readonly<Record<string, unknown>>;
    const wanted = owned.object['spec'] as Readonly<Record<string, unknown>>;
    const differ = owned.settled.filter(
      (field) => !isDeepStrictEqual(undefaulted(there[field]), undefaulted(wanted[field])),
    );
    const fields = Object.fromEntries(differ.map((field) => [field, wanted[field] ?? []]));
    if (differ.length > 0) changes.push({ object: route, resource: owned.resource, fields });
  }
  return changes;
}

/** A list without what the API server adds to its items. */
function undefaulted(list: unknown): unknown {
  return ((list ?? []) as readonly unknown[]).map((each) =>
    typeof each === 'object' && each !== null
      ? Object.fromEntries(Object.entries(each).filter(([key]) => key !== 'group' && key !== 'kind'))
      : each,
  );
}

function boundsOf(autoscaler: KubeObject | null): Record<string, unknown> | null {
  if (autoscaler === null) return null;
  const spec = autoscaler['spec'] as {
    minReplicas?: number;
    maxReplicas: number;
    metrics?: readonly { readonly resource?: { readonly target?: { readonly averageUtilization?: number } } }[];
  };
  const cpu = spec.metrics?.[0]?.resource?.target?.averageUtilization ?? null;
  return { min: spec.minReplicas ?? 1, max: spec.maxReplicas, cpu };
}

function budgetOf(budget: KubeObject | null): Record<string, unknown> | null {
  if (budget === null) return null;
  const { maxUnavailable } = budget['spec'] as { maxUnavailable?: unknown };
  return { maxUnavailable: maxUnavailable ?? null };
}

function change(what: string, from: Record<string, unknown> | null, to: object | null): readonly string[] {
  const wanted = to === null ? null : Object.fromEntries(Object.entries(to));
  const text = (value: Record<string, unknown> | null): string =>
    value === null
      ? 'none'
      : Object.keys(value)
          .sort()
          .map((key) => `${key} ${typeof value[key] === 'number' ? Math.round(value[key]) : String(value[key])}`)
          .join(', ');
  return text(from) === text(wanted) ? [] : [`${what}: ${text(from)} -> ${text(wanted)}`];
}
