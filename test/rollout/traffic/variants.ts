import type { JsonPatch, KubeObject } from '../../../src/kubernetes/api.ts';
import type { ProjectOptions } from '../project.ts';

/** One way to divide traffic, with what only it can say about itself. */
export interface Variant {
  readonly rollout: NonNullable<ProjectOptions['rollout']>;
  /** Somebody else's route that is adopted. */
  readonly foreign?: (namespace: string, parent: object) => KubeObject;
  /** What somebody else changes in the object that directs the traffic; it has to survive. */
  readonly touch: JsonPatch;
  /** Somebody else's hand in the weights: must not be believed. */
  readonly meddle: JsonPatch;
  /** What divides the traffic in that object: at rest, and at a tenth for r2. */
  readonly rest: unknown;
  readonly tenth: unknown;
  read(object: KubeObject): unknown;
}

interface RouteSpec {
  readonly rules?: readonly { readonly backendRefs?: readonly { readonly name: string; readonly weight: number }[] }[];
  readonly http?: readonly {
    readonly route?: readonly { readonly destination: { readonly host: string }; readonly weight?: number }[];
  }[];
}

const selectorOf = (object: KubeObject): unknown => (object['spec'] as { selector?: unknown }).selector;

/** `fraud-r1=900 fraud-r2=100` for each rule. */
function httpWeights(object: KubeObject): string[] {
  const { rules = [] } = object['spec'] as RouteSpec;
  return rules.map(({ backendRefs = [] }) => backendRefs.map(({ name, weight }) => `${name}=${weight}`).join(' '));
}

function meshWeights(object: KubeObject): string[] {
  const { http = [] } = object['spec'] as RouteSpec;
  return http.map(({ route = [] }) =>
    route.map(({ destination, weight }) => `${destination.host}=${weight ?? 'all'}`).join(' '),
  );
}

const header = '{name: X-Tester, value: "yes"}';

const filter = { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } };
const touchRule: JsonPatch = [{ op: 'add', path: '/spec/rules/0/filters', value: [filter] }];
const path = (value: string): object => ({ path: { type: 'PathPrefix', value } });

const meddleRule: JsonPatch = [{ op: 'replace', path: '/spec/rules/0/backendRefs/0/weight', value: 1 }];

/** A route with rules for several Services. */
const shopRoute = (namespace: string, parent: object): KubeObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace, labels: { team: 'shop' } },
  spec: {
    parentRefs: [parent],
    hostnames: [`shop.${namespace}.test`],
    rules: [
      { matches: [path('/cart')], backendRefs: [{ name: 'cart', port: 80 }] },
      {
        matches: [path('/mixed')],
        filters: [filter],
        backendRefs: [
          { name: 'cart', port: 80, weight: 70 },
          { name: 'fraud', port: 80, weight: 30 },
        ],
      },
      { matches: [path('/predict')], backendRefs: [{ name: 'fraud', port: 80 }] },
    ],
  },
});

const shopService = (namespace: string): KubeObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop', namespace, labels: { team: 'shop' } },
  spec: {
    hosts: ['shop.test'],
    http: [
      { match: [{ uri: { prefix: '/cart' } }], route: [{ destination: { host: 'cart' } }] },
      { name: 'fraud', timeout: '3s', route: [{ destination: { host: 'fraud', port: { number: 80 } } }] },
    ],
  },
});

/** Every provider in every mode of its own; `gateway` is filled in with the Gateway of the cluster. */
export function variants(parent: string): Readonly<Record<string, Variant>> {
  const gateway: Variant = {
    rollout: { gateway: `{${parent}, hostnames: [fraud.test]}` },
    touch: touchRule,
    meddle: meddleRule,
    rest: ['fraud-r1=1000'],
    tenth: ['fraud-r1=900 fraud-r2=100'],
    read: httpWeights,
  };
  const istio: Variant = {
    rollout: { istio: '{}' },
    touch: [{ op: 'add', path: '/spec/http/0/timeout', value: '3s' }],
    meddle: [{ op: 'replace', path: '/spec/http/0/route/0/weight', value: 1 }],
    rest: ['fraud-r1=100'],
    tenth: ['fraud-r1=90 fraud-r2=10'],
    read: meshWeights,
  };
  return {
    replicas: {
      rollout: {},
      touch: [{ op: 'add', path: '/spec/sessionAffinity', value: 'ClientIP' }],
      meddle: [{ op: 'replace', path: '/spec/selector', value: { app: 'else' } }],
      rest: { app: 'fraud', revision: 'r1' },
      tenth: { app: 'fraud', canary: 'on' },
      read: selectorOf,
    },
    gateway,
    'gateway with testers': {
      ...gateway,
      rollout: { ...gateway.rollout, header },
      tenth: ['fraud-r1=900 fraud-r2=100', 'fraud-r2=1'],
    },
    'gateway, adopted, with testers': {
      rollout: { gateway: '{adopt: {route: shop}}', header },
      foreign: shopRoute,
      touch: [
        {
          op: 'add',
          path: '/spec/rules/0',
          value: { matches: [path('/new')], backendRefs: [{ name: 'cart', port: 80 }] },
        },
      ],
      meddle: [{ op: 'replace', path: '/spec/rules/2/backendRefs/1/weight', value: 29 }],
      rest: ['cart=1', 'cart=1', 'cart=70 fraud=30', 'fraud=1'],
      tenth: ['cart=1', 'cart=1', 'cart=70 fraud=27 fraud-r2=3', 'fraud=900 fraud-r2=100', 'fraud-r2=1', 'fraud-r2=1'],
      read: httpWeights,
    },
    istio,
    'istio with testers': {
      ...istio,
      rollout: { ...istio.rollout, header },
      meddle: [{ op: 'replace', path: '/spec/http/1/route/0/weight', value: 1 }],
      tenth: ['fraud-r2=1', 'fraud-r1=90 fraud-r2=10'],
    },
    'istio, adopted, with testers': {
      rollout: { istio: '{adopt: {virtualService: shop}}', header },
      foreign: shopService,
      touch: [
        {
          op: 'add',
          path: '/spec/http/0',
          value: { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'cart' } }] },
        },
      ],
      meddle: [{ op: 'replace', path: '/spec/http/3/route/0/weight', value: 1 }],
      rest: ['cart=all', 'cart=all', 'fraud=all'],
      tenth: ['cart=all', 'cart=all', 'fraud-r2=all', 'fraud=90 fraud-r2=10'],
      read: meshWeights,
    },
  };
}
