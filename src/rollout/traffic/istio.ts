import { destination, virtualService } from '../../kubernetes/objects/virtual-service.ts';
import { resources } from '../../kubernetes/resources.ts';
import { gatewayProvider } from './gateway.ts';
import type { TrafficProvider } from './provider.ts';
import { missingEndpoints } from './replicas.ts';
import type { RouteDialect } from './route-rules.ts';
import { publicServiceTraffic } from './service-selector.ts';
import { routeTraffic, unwritten } from './weighted-route.ts';
import type { RouteKind } from './weighted-route.ts';

interface RouteDestination {
  readonly destination?: {
    readonly host?: string;
    readonly subset?: string;
    readonly port?: { readonly number?: number };
  };
  readonly weight?: number;
}

interface Match {
  readonly headers?: Readonly<Record<string, { readonly exact?: string }>>;
}

const dialect: RouteDialect = {
  rules: 'http',
  backends: 'route',
  firstMatchWins: true,
  serviceOf(backend, namespace) {
    const host = (backend as RouteDestination).destination?.host ?? '';
    const [service = '', space = namespace, kind = 'svc'] = host.split('.');
    return service !== '' && space === namespace && kind === 'svc' ? service : null;
  },
  portOf: (backend) => (backend as RouteDestination).destination?.port?.number ?? null,
  weightOf: (backend, alone) => (alone ? 100 : ((backend as RouteDestination).weight ?? 0)),
  aimed(backend, service, weight) {
    const { destination: target = {}, ...rest } = backend as RouteDestination;
    const { host = '', subset, ...others } = target;
    const [first = ''] = host.split('.');
    // Subsets are defined per host: another Service has none of that name.
    const kept = first === service && subset !== undefined ? { subset } : {};
    const aimed = { ...others, ...kept, host: `${service}${host.slice(first.length)}` };
    const copy = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'weight'));
    return { ...copy, destination: aimed, ...(weight === null ? {} : { weight }) };
  },
  testers(rule, { name, value }, backend) {
    const header = { [name.toLowerCase()]: { exact: value } };
    const match = ((rule['match'] ?? [{}]) as readonly Match[]).map((each) => ({
      ...each,
      headers: { ...each.headers, ...header },
    }));
    return { ...rule, match, route: [backend] };
  },
  asksFor(rule, { name, value }) {
    const matches = (rule['match'] ?? []) as readonly Match[];
    return matches.length > 0 && matches.every((each) => each.headers?.[name.toLowerCase()]?.exact === value);
  },
};

/** Weights of a VirtualService in hundredths, which every version takes; in thousandths for shares such as 2.5 %. */
export const virtualServiceKind: RouteKind = {
  resource: resources.virtualService,
  dialect,
  parts: (weight) => (Math.abs(weight * 100 - Math.round(weight * 100)) < 1e-9 ? 100 : 1000),
  backend: destination,
};

/**
 * Weights of a VirtualService between the Services of the revisions, obeyed by the sidecars, waypoints and gateways of an Istio mesh. Istio
 * reports nowhere that every proxy has them: the object is read back, and the analysis checks the split that it counts.
 */
export const istioProvider: TrafficProvider = {
  name: 'istio',
  route: resources.virtualService,
  splitTolerance: gatewayProvider.splitTolerance,
  objects: (facts) => [routeTraffic(virtualServiceKind, facts), publicServiceTraffic(facts, false)],
  owned(config, revision, epoch) {
    const { istio } = config.rollout;
    if (istio === null || istio.adopt !== null) return null;
    const object = virtualService(config, istio, revision, epoch);
    return { resource: resources.virtualService, object, settled: ['hosts', 'gateways'] };
  },
  candidateReplicas: (weight, stableReplicas) => gatewayProvider.candidateReplicas(weight, stableReplicas),
  share: (weight) => weight,
  async missing(api, facts, expected) {
    const found = await unwritten(virtualServiceKind, api, facts, expected);
    return 'missing' in found ? found.missing : missingEndpoints(api, facts, expected);
  },
};
