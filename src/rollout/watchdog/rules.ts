import type { NamedRule } from '../../kubernetes/objects/watchdog.ts';
import type { Resource } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import { leaseRef } from '../lease.ts';
import { deploymentRef, revisionServiceRef, scalingRefs, stateName } from '../names.ts';
import type { ObjectRef } from '../names.ts';
import { trafficOf } from '../restore.ts';
import type { Revision, RolloutState } from '../state.ts';

/** API group of a kind of object; '' is the core group. */
export function groupOf(resource: Resource): string {
  return resource.apiVersion.includes('/') ? (resource.apiVersion.split('/')[0] ?? '') : '';
}

/**
 * Everything the watchdog may do, on named objects only: enough to restore this rollout's stable revision and nothing else.
 */
export function watchdogRules(state: RolloutState): readonly NamedRule[] {
  const removable = removableRefs(state);
  return [
    ...merge([...trafficOf(state), ...seizedRefs(state)]).map((rule) => ({ ...rule, verbs: ['get', 'patch'] })),
    ...merge(removable).map((rule) => ({ ...rule, verbs: ['delete'] })),
    { group: '', plural: resources.configMap.plural, names: [stateName(state.model)], verbs: ['get', 'update'] },
  ];
}

/**
 * Everything besides the traffic objects that a takeover from the state alone claims.
 */
export function seizedRefs(state: RolloutState): readonly ObjectRef[] {
  const { model } = state;
  const revisions = [state.stable, state.candidate, state.previous].filter((each): each is Revision => each !== null);
  return [
    leaseRef(model),
    ...revisions.map((each) => ({ ...deploymentRef(model, each.name), name: each.deployment })),
    ...revisions.map((each) => revisionServiceRef(model, each.name)),
    ...scalingRefs(model),
  ];
}

/** What goes when a first deploy is abandoned; with a stable revision only the lease. */
function removableRefs(state: RolloutState): readonly ObjectRef[] {
  const { model, stable, candidate } = state;
  const lease = leaseRef(model);
  if (stable !== null) return [lease];
  return [
    lease,
    ...trafficOf(state).filter((each) => !each.adopted),
    ...scalingRefs(model),
    ...(candidate === null ? [] : [deploymentRef(model, candidate.name), revisionServiceRef(model, candidate.name)]),
  ];
}

function merge(refs: readonly ObjectRef[]): readonly Omit<NamedRule, 'verbs'>[] {
  const byKind = new Map<Resource, string[]>();
  for (const { resource, name } of refs) byKind.set(resource, [...new Set([...(byKind.get(resource) ?? []), name])]);
  return [...byKind].map(([resource, names]) => ({ group: groupOf(resource), plural: resource.plural, names }));
}
