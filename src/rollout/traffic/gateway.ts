import { httpRoute } from '../../kubernetes/objects/http-route.ts';
import type { KubeObject } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { TrafficProvider } from './provider.ts';
import { missingEndpoints } from './replicas.ts';
import type { Backend, RouteDialect } from './route-rules.ts';
import { publicServiceTraffic } from './service-selector.ts';
import { routeTraffic, unwritten } from './weighted-route.ts';
import type { RouteKind } from './weighted-route.ts';

interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
}

interface Match {
  readonly headers?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
}

const dialect: RouteDialect = {
  rules: 'rules',
  backends: 'backendRefs',
  // The most specific match wins, wherever it stands.
  firstMatchWins: false,
  serviceOf(backend, model) {
    const { group = '', kind = 'Service', name = null, namespace = model } = backend as BackendRef;
    return group === '' && kind === 'Service' && namespace === model ? name : null;
  },
  portOf: (backend) => (backend as BackendRef).port ?? null,
  weightOf: (backend) => (backend as BackendRef).weight ?? 1,
  aimed: (backend, name, weight) => weighted({ ...backend, name }, weight),
  testers(rule, { name, value }, backend) {
    const header = { name, type: 'Exact', value };
    const matches = ((rule['matches'] ?? [{}]) as readonly Match[]).map((match) => ({
      ...match,
      headers: [...(match.headers ?? []).filter((each) => !isNamed(each.name, name)), header],
    }));
    // Names of rules are unique in a route.
    const copy = Object.entries(rule).filter(([key]) => key !== 'name');
    return { ...Object.fromEntries(copy), matches, backendRefs: [backend] };
  },
  asksFor(rule, { name, value }) {
    const matches = (rule['matches'] ?? []) as readonly Match[];
    const asks = (match: Match): boolean =>
      (match.headers ?? []).some((each) => isNamed(each.name, name) && each.value === value);
    return matches.length > 0 && matches.every(asks);
  },
};

/** HTTPRoutes and how they are written. */
export const httpRouteKind: RouteKind = {
  resource: resources.httpRoute,
  dialect,
  // One part is 0.1 %.
  parts: () => 1000,
  backend: (name, port, weight) => ({ name, port, weight }),
};

/**
 * Weights of an HTTPRoute between the Services of the revisions: exact shares per request, whatever the number of pods. The public
 * Service stays with the stable revision until promotion. Weights are believed when the gateway says it accepted this generation of
 * the route; the analysis then checks the split it counts. Somebody else's route (`adopt`) sends the stable share to the public Service.
 */
export const gatewayProvider: TrafficProvider = {
  name: 'gateway',
  route: resources.httpRoute,
  splitTolerance: 0.05,
  objects: (facts) => [routeTraffic(httpRouteKind, facts), publicServiceTraffic(facts, false)],
  owned(config, revision, epoch) {
    const { gateway } = config.rollout;
    if (gateway === null || gateway.adopt !== null) return null;
    const object = httpRoute(config, gateway, [{ revision, weight: 1 }], epoch);
    return { resource: resources.httpRoute, object, settled: ['parentRefs', 'hostnames'] };
  },
  candidateReplicas: (weight, stableReplicas) =>
    Math.min(stableReplicas, Math.max(1, Math.ceil(weight * stableReplicas - 1e-9))),
  share: (weight) => weight,
  async missing(api, facts, expected) {
    const found = await unwritten(httpRouteKind, api, facts, expected);
    if ('missing' in found) return found.missing;
    return notAccepted(found.route) ?? missingEndpoints(api, facts, expected);
  },
};

function weighted(backend: Backend, weight: number | null): Backend {
  const rest = Object.fromEntries(Object.entries(backend).filter(([key]) => key !== 'weight'));
  return weight === null ? rest : { ...rest, weight };
}

function isNamed(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

/** Conditions that have to be there; `Programmed` and the like are not given by every gateway, but count where they are. */
const required: readonly string[] = ['Accepted', 'ResolvedRefs'];
const believed: readonly string[] = [...required, 'Programmed'];

function notAccepted(route: KubeObject): string | null {
  const parents = (route['status'] as RouteStatus | undefined)?.parents ?? [];
  const { name, generation = 0 } = route.metadata;
  if (parents.length === 0) return `no gateway has looked at HTTPRoute ${name} yet`;
  for (const parent of parents) {
    for (const type of believed) {
      const condition = parent.conditions.find((each) => each.type === type);
      if (condition === undefined && !required.includes(type)) continue;
      const seen = condition?.observedGeneration ?? 0;
      if (condition?.status !== 'True') {
        return `gateway ${parent.parentRef.name} says ${type}=${condition?.status ?? 'unknown'}: ${condition?.message ?? ''}`;
      }
      if (seen < generation) {
        return `gateway ${parent.parentRef.name} has seen generation ${seen} of the route, not ${generation} yet`;
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
