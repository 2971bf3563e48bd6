import { MlDeployError } from '../../errors.ts';
import type { JsonPatch, KubeApi, KubeObject, Resource } from '../../kubernetes/api.ts';
import { annotationOf, annotationPath, annotations } from '../../kubernetes/objects/labels.ts';
import { describe } from '../names.ts';
import type { ObjectRef } from '../names.ts';
import type { ExpectedTraffic, Split, TrafficFacts, TrafficObject } from './provider.ts';
import { backendsOf, backendsText, changeRoute, isTesterRule, rulesOf } from './route-rules.ts';
import type { Backend, Owner, RouteChange, RouteDialect, Rule } from './route-rules.ts';

/** How one kind of route is read and written, and how its own backends look. */
export interface RouteKind {
  readonly resource: Resource;
  readonly dialect: RouteDialect;
  /** Parts into which a share is divided when nobody else's backends limit it. */
  parts(weight: number): number;
  backend(service: string, port: number, weight: number): Backend;
}

/**
 * The route of a model as a traffic object: its own, or somebody else's of which only the model's backends are changed.
 */
export function routeTraffic(kind: RouteKind, facts: TrafficFacts): TrafficObject {
  const change = (route: KubeObject, written: Split | string): JsonPatch => [
    ...changeOf(kind, facts, route, written).patch,
    ...((facts.adopted ?? null) === null ? [] : remember(kind, facts, route, typeof written === 'string')),
  ];
  return {
    ...routeRef(kind, facts),
    adopted: (facts.adopted ?? null) !== null,
    allTo: (revision) => (route) => change(route, revision),
    split: (split) => (route) => change(route, split),
  };
}

/** The route that directs the model's traffic. */
export function routeRef(kind: Pick<RouteKind, 'resource'>, facts: TrafficFacts): ObjectRef {
  const adopted = facts.adopted ?? null;
  if (adopted === null) return { resource: kind.resource, name: facts.model };
  return { resource: kind.resource, name: adopted.name, sharedBy: facts.model };
}

/** What the route does not say yet of what was written, as a sentence; null when it says it all. `route` is as it was found. */
export async function unwritten(
  kind: RouteKind,
  api: KubeApi,
  facts: TrafficFacts,
  { written }: Pick<ExpectedTraffic, 'written'>,
): Promise<{ readonly missing: string } | { readonly route: KubeObject }> {
  const ref = routeRef(kind, facts);
  const route = await api.find(ref.resource, facts.namespace, ref.name);
  if (route === null) return { missing: `${describe(ref)} does not exist` };
  const { patch, changed } = changeOf(kind, facts, route, written);
  if (patch.length === 0) return { route };
  const [first] = changed;
  const text = (list: readonly Backend[]): string => backendsText(kind.dialect, list, facts.namespace);
  const what =
    first === undefined
      ? 'has not the rules for testers that were written'
      : `has the backends ${text(first.from)} in rule ${first.index}, not ${text(first.to)}`;
  return { missing: `${describe(ref)} ${what}` };
}

function changeOf(kind: RouteKind, facts: TrafficFacts, route: KubeObject, written: Split | string): RouteChange {
  return (facts.adopted ?? null) === null
    ? ownChange(kind, facts, route, written)
    : adoptedChange(kind, facts, route, typeof written === 'string' ? null : written);
}

/** The route is ours: its rule sends to the Services of the revisions. */
function ownChange(kind: RouteKind, facts: TrafficFacts, route: KubeObject, written: Split | string): RouteChange {
  const { dialect } = kind;
  const owner = ownerOf(facts);
  const to = (revision: string, weight: number): Backend =>
    kind.backend(`${facts.model}-${revision}`, facts.port, Math.round(weight));
  const backends = ((): readonly Backend[] => {
    if (typeof written === 'string') return [to(written, kind.parts(0))];
    const total = kind.parts(written.weight);
    const share = Math.round(written.weight * total);
    const stable = to(written.stable, total - share);
    return share === 0 ? [stable] : [stable, to(written.candidate, share)];
  })();
  const kept = rulesOf(dialect, route).filter((rule) => !isTesterRule(dialect, rule, owner));
  if (kept.length === 0) {
    const value = [{ [dialect.backends]: backends }];
    return {
      patch: [{ op: 'add', path: `/spec/${dialect.rules}`, value }],
      changed: [{ index: 0, from: [], to: backends }],
    };
  }
  const ours = Math.max(
    0,
    kept.findIndex((rule) => backendsOf(dialect, rule).some((each) => isModels(dialect, each, facts))),
  );
  return changeRoute(dialect, route, owner, {
    backends: (_rule, index) => (index === ours ? backends : null),
    testers: (rule, index) => {
      if (index !== ours || typeof written === 'string' || owner.header === null) return null;
      return dialect.testers(rule, owner.header, to(written.candidate, 1));
    },
  });
}

/**
 * The route is somebody else's: only backends that mean the model's Service or one of its revisions change. The stable share stays with
 * the public Service, so that with `split` null the route is what it was before. Weights of other backends in the rule stay, and so does
 * the sum of ours; alone in its rule a backend may have any weight. The weight it had is remembered in an annotation.
 */
function adoptedChange(kind: RouteKind, facts: TrafficFacts, route: KubeObject, split: Split | null): RouteChange {
  const { dialect } = kind;
  const owner = ownerOf(facts);
  const { kept, ours } = modelRules(dialect, facts, route);
  const weights = rememberedWeights(route, facts);
  // Somebody added or removed a rule: nobody knows which weight is whose.
  const remembered = weights?.length === ours.length ? weights : null;
  const original = ours.map((rule, index) => restoredRule(dialect, facts, rule, remembered?.[index]));
  const chosen = split === null ? [] : concerned(dialect, facts, kept, ours);
  if (split !== null && chosen.length === 0) throw noBackend(route, facts);
  const wanted = (rule: Rule): readonly Backend[] | null => {
    const restored = original[ours.indexOf(rule)];
    if (restored === undefined) return null;
    return split !== null && chosen.includes(rule) ? divided(kind, facts, restored, split) : restored.backends;
  };
  return changeRoute(dialect, route, owner, {
    backends: wanted,
    testers: (rule) => {
      const restored = original[ours.indexOf(rule)];
      if (split === null || owner.header === null || restored === undefined || !chosen.includes(rule)) return null;
      const backend = dialect.aimed(restored.base, `${facts.model}-${split.candidate}`, null);
      return dialect.testers({ ...rule, [dialect.backends]: restored.backends }, owner.header, backend);
    },
  });
}

/** Writes down the weights of the model's backends before the first split, and forgets them with the last. */
function remember({ dialect }: RouteKind, facts: TrafficFacts, route: KubeObject, restores: boolean): JsonPatch {
  const isMarked = route.metadata.annotations?.[annotationOf(annotations.weights, facts.model)] !== undefined;
  if (restores) return isMarked ? [{ op: 'remove', path: annotationPath(annotations.weights, facts.model) }] : [];
  if (isMarked) return [];
  const weights = modelRules(dialect, facts, route).ours.map((rule) => restoredRule(dialect, facts, rule, undefined));
  const value = JSON.stringify(weights.map(({ base }) => base['weight'] ?? null));
  return [{ op: 'add', path: annotationPath(annotations.weights, facts.model), value }];
}

/** Rules that are not for testers, and those of them that send to the model. */
function modelRules(
  dialect: RouteDialect,
  facts: TrafficFacts,
  route: KubeObject,
): { readonly kept: readonly Rule[]; readonly ours: readonly Rule[] } {
  const owner = ownerOf(facts);
  const kept = rulesOf(dialect, route).filter((rule) => !isTesterRule(dialect, rule, owner));
  const ours = kept.filter((rule) => backendsOf(dialect, rule).some((each) => isModels(dialect, each, facts)));
  return { kept, ours };
}

/** A rule's backends as somebody else meant them. */
interface Restored {
  readonly backends: readonly Backend[];
  /** The one of the public Service among them. */
  readonly base: Backend;
}

function restoredRule(
  dialect: RouteDialect,
  facts: TrafficFacts,
  rule: Rule,
  remembered: number | null | undefined,
): Restored {
  const present = backendsOf(dialect, rule);
  const service = (each: Backend): string | null => dialect.serviceOf(each, facts.namespace);
  const mine = present.filter((each) => isModels(dialect, each, facts));
  const candidates = mine.filter((each) => service(each) !== facts.model);
  const found = mine.find((each) => service(each) === facts.model);
  const others = present.filter((each) => !mine.includes(each));
  if (candidates.length === 0 && found !== undefined) return { backends: present, base: found };
  const sum = mine.reduce((total, each) => total + dialect.weightOf(each, present.length === 1), 0);
  const weight = remembered !== undefined ? remembered : others.length > 0 ? sum : 1;
  // Somebody removed the public Service from the rule: the stable revision still has to serve.
  const base = dialect.aimed(found ?? mine[0] ?? {}, facts.model, weight);
  const place = present.indexOf(found ?? mine[0] ?? {});
  const backends = present.flatMap((each, index) => (index === place ? [base] : mine.includes(each) ? [] : [each]));
  return { backends, base };
}

/** The backends with the candidate's share taken from the public Service's. */
function divided(
  { dialect, ...kind }: RouteKind,
  facts: TrafficFacts,
  { backends, base }: Restored,
  { candidate, weight }: Split,
): readonly Backend[] {
  const had = dialect.weightOf(base, backends.length === 1);
  const total = backends.length === 1 ? kind.parts(weight) : had;
  const share = Math.round(weight * total);
  if (had === 0 || share === 0) return backends;
  return backends.flatMap((each) =>
    each === base
      ? [dialect.aimed(base, facts.model, total - share), dialect.aimed(base, `${facts.model}-${candidate}`, share)]
      : [each],
  );
}

/** The rules that the configuration means. One that is split already stays the one, wherever somebody moved it. */
function concerned(
  dialect: RouteDialect,
  facts: TrafficFacts,
  kept: readonly Rule[],
  ours: readonly Rule[],
): readonly Rule[] {
  const rule = facts.adopted?.rule ?? null;
  if (rule === null) return ours;
  const isRevision = (each: Backend): boolean => ownerOf(facts).isRevision(dialect.serviceOf(each, facts.namespace));
  const split = ours.filter((each) => backendsOf(dialect, each).some(isRevision));
  if (split.length > 0) return split;
  return ours.filter((each) => (typeof rule === 'number' ? kept.indexOf(each) === rule : each['name'] === rule));
}

/**
 * The rules of somebody else's route that the configuration means, and the backends of each; for checks before anything is written.
 */
export function adoptedRules(
  { dialect }: RouteKind,
  facts: TrafficFacts,
  route: KubeObject,
): readonly { readonly ours: number; readonly others: number }[] {
  const { kept, ours } = modelRules(dialect, facts, route);
  return concerned(dialect, facts, kept, ours).map((rule) => {
    const backends = backendsOf(dialect, rule);
    const weights = backends.map((each) => dialect.weightOf(each, backends.length === 1));
    const mine = weights.filter((_, index) => isModels(dialect, backends[index] ?? {}, facts));
    const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
    return { ours: sum(mine), others: sum(weights) - sum(mine) };
  });
}

function isModels(dialect: RouteDialect, backend: Backend, facts: TrafficFacts): boolean {
  const service = dialect.serviceOf(backend, facts.namespace);
  return service === facts.model || ownerOf(facts).isRevision(service);
}

function ownerOf({ model, namespace, header }: TrafficFacts): Owner {
  return {
    namespace,
    header: header ?? null,
    isRevision: (service) =>
      service !== null && service.startsWith(`${model}-r`) && /^\d+$/.test(service.slice(model.length + 2)),
  };
}

function rememberedWeights(route: KubeObject, { model }: TrafficFacts): readonly (number | null)[] | null {
  const text = route.metadata.annotations?.[annotationOf(annotations.weights, model)];
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((each) => (typeof each === 'number' ? each : null)) : null;
  } catch {
    return null;
  }
}

function noBackend(route: KubeObject, facts: TrafficFacts): MlDeployError {
  return new MlDeployError({
    code: 'rollout/adopted-route',
    kind: 'infrastructure',
    message: `${describe(route)} in namespace ${facts.namespace} sends nothing to Service ${facts.model} any more: somebody changed it during the rollout.`,
    hint: 'Give it a backend for that Service again, or take `adopt` out of mldeploy.yaml.',
  });
}
