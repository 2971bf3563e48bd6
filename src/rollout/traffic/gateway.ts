import { backendRefs } from '../../kubernetes/objects/http-route.ts';
import type { Backend } from '../../kubernetes/objects/http-route.ts';
import type { JsonPatch, KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { ExpectedTraffic, Split, TrafficFacts, TrafficObject, TrafficProvider } from './provider.ts';
import { publicServiceTraffic } from './service-selector.ts';

/** Parts of a route's weights: one part is 0.1 %. */
const parts = 1000;

/**
 * Weights of an HTTPRoute between the Services of the revisions: exact shares per request, whatever the number of pods. The public
 * Service stays with the stable revision until promotion. Weights are believed when the gateway says it accepted this generation of
 * the route; the analysis then checks the split it counts.
 */
export const gatewayProvider: TrafficProvider = {
  name: 'gateway',
  splitTolerance: 0.05,
  objects: (facts) => [routeTraffic(facts), publicServiceTraffic(facts, false)],
  candidateReplicas: (weight, stableReplicas) =>
    Math.min(stableReplicas, Math.max(1, Math.ceil(weight * stableReplicas - 1e-9))),
  share: (weight) => weight,
  async missing(api: KubeApi, facts: TrafficFacts, { written }: ExpectedTraffic) {
    const route = await api.find(resources.httpRoute, facts.namespace, facts.model);
    if (route === null) return `HTTPRoute ${facts.model} does not exist`;
    return otherBackends(route, facts, written) ?? notAccepted(route);
  },
};

function routeTraffic(facts: TrafficFacts): TrafficObject {
  const backends = (list: readonly Backend[]): JsonPatch => [
    { op: 'replace', path: '/spec/rules/0/backendRefs', value: backendRefs(facts.model, facts.port, list) },
  ];
  return {
    resource: resources.httpRoute,
    name: facts.model,
    allTo: (revision) => backends(backendsOf(revision)),
    split: (split) => backends(backendsOf(split)),
  };
}

function backendsOf(written: Split | string): readonly Backend[] {
  if (typeof written === 'string') return [{ revision: written, weight: parts }];
  const share = Math.round(written.weight * parts);
  return [
    { revision: written.stable, weight: parts - share },
    { revision: written.candidate, weight: share },
  ];
}

/** A gateway also accepts what somebody else wrote meanwhile. */
function otherBackends(route: KubeObject, facts: TrafficFacts, written: Split | string): string | null {
  const spec = route['spec'] as { rules?: readonly { backendRefs?: readonly Partial<BackendRef>[] }[] } | undefined;
  const text = (list: readonly Partial<BackendRef>[]): string =>
    list.map(({ name, port, weight }) => `${name ?? ''}:${port ?? ''}=${weight ?? 1}`).join(', ');
  const wanted = text(backendRefs(facts.model, facts.port, backendsOf(written)));
  const there = text(spec?.rules?.[0]?.backendRefs ?? []);
  return there === wanted ? null : `HTTPRoute ${facts.model} has the backends ${there}, not ${wanted}`;
}

interface BackendRef {
  readonly name: string;
  readonly port: number;
  readonly weight: number;
}

function notAccepted(route: KubeObject): string | null {
  const parents = (route['status'] as RouteStatus | undefined)?.parents ?? [];
  if (parents.length === 0) return `no gateway has looked at HTTPRoute ${route.metadata.name} yet`;
  for (const parent of parents) {
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = parent.conditions.find((each) => each.type === type);
      const generation = condition?.observedGeneration ?? 0;
      if (condition?.status !== 'True') {
        return `gateway ${parent.parentRef.name} says ${type}=${condition?.status ?? 'unknown'}: ${condition?.message ?? ''}`;
      }
      if (generation < (route.metadata.generation ?? 0)) {
        return `gateway ${parent.parentRef.name} has seen generation ${generation} of the route, not ${route.metadata.generation ?? 0} yet`;
      }
    }
  }
  return null;
}

interface RouteStatus {
  readonly parents?: readonly {
    readonly parentRef: { readonly name: string };
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly observedGeneration?: number;
      readonly message?: string;
    }[];
  }[];
}
