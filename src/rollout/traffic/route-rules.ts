import { isDeepStrictEqual } from 'node:util';
import type { JsonPatch, KubeObject } from '../../kubernetes/api.ts';
import type { TesterHeader } from './provider.ts';

/** One entry of a route: matches, filters, backends; whatever else it holds is copied and never read. */
export type Rule = Readonly<Record<string, unknown>>;

/** One weighted backend of a rule. */
export type Backend = Readonly<Record<string, unknown>>;

/** How one kind of route writes down rules and weighted backends. */
export interface RouteDialect {
  /** Field of the spec that lists the rules. */
  readonly rules: string;
  /** Field of a rule that lists its backends. */
  readonly backends: string;
  /** True when the first rule that matches wins: a tester's rule has to stand before the one it is taken from. */
  readonly firstMatchWins: boolean;
  /** Name of the Service in this namespace that a backend means; null: something else. */
  serviceOf(backend: Backend, namespace: string): string | null;
  /** Port of the Service; null: the Service's only one. */
  portOf(backend: Backend): number | null;
  /** Weight in force; `alone`: it is the rule's only backend. */
  weightOf(backend: Backend, alone: boolean): number;
  /** The same backend with another Service; null: no weight is written. */
  aimed(backend: Backend, service: string, weight: number | null): Backend;
  /** A rule that takes what `rule` takes when the request also has the header, all of it to one backend. */
  testers(rule: Rule, header: TesterHeader, backend: Backend): Rule;
  /** True when every match of the rule asks for the header. */
  asksFor(rule: Rule, header: TesterHeader): boolean;
}

/** Backends that a rule has and should have; `index` is its place in the list as it was read. */
export interface RuleChange {
  readonly index: number;
  readonly from: readonly Backend[];
  readonly to: readonly Backend[];
}

/** The wanted list of rules beside the one that is there. */
export interface RouteChange {
  readonly patch: JsonPatch;
  readonly changed: readonly RuleChange[];
}

/** The rules of a route as it was read. */
export function rulesOf(dialect: RouteDialect, route: KubeObject): readonly Rule[] {
  const spec = route['spec'] as Readonly<Record<string, unknown>> | undefined;
  return (spec?.[dialect.rules] ?? []) as readonly Rule[];
}

/** The backends of a rule. */
export function backendsOf(dialect: RouteDialect, rule: Rule | undefined): readonly Backend[] {
  return (rule?.[dialect.backends] ?? []) as readonly Backend[];
}

/** True for a rule that this engine, or one before it, added for testers of the model. */
export function isTesterRule(dialect: RouteDialect, rule: Rule, owner: Owner): boolean {
  const { header, namespace } = owner;
  const backends = backendsOf(dialect, rule);
  return (
    header !== null &&
    backends.length > 0 &&
    backends.every((each) => owner.isRevision(dialect.serviceOf(each, namespace))) &&
    dialect.asksFor(rule, header)
  );
}

/** Whose rules and backends are ours to change. */
export interface Owner {
  readonly namespace: string;
  readonly header: TesterHeader | null;
  /** True for the Service of a revision of the model. */
  isRevision(service: string | null): boolean;
}

export interface Wanted {
  /** What becomes of a rule that is not for testers, by its place among those; null: it stays. */
  readonly backends: (rule: Rule, index: number) => readonly Backend[] | null;
  /** The rule for testers that is taken from this one; null: none. */
  readonly testers: (rule: Rule, index: number) => Rule | null;
}

/**
 * The JSON Patch that makes a route say what is wanted, from any state it may be in; empty when it already does. It tests the generation
 * and every value that it replaces or removes, so nothing that somebody else writes meanwhile is lost: then it fails as a whole.
 */
export function changeRoute(dialect: RouteDialect, route: KubeObject, owner: Owner, wanted: Wanted): RouteChange {
  const there = rulesOf(dialect, route);
  const field = `/spec/${dialect.rules}`;
  const kept = there.filter((rule) => !isTesterRule(dialect, rule, owner));
  const changes: RuleChange[] = [];
  const base = kept.map((rule, index) => {
    const from = backendsOf(dialect, rule);
    const to = wanted.backends(rule, index);
    if (to === null || same(dialect, from, to, owner.namespace)) return rule;
    changes.push({ index: there.indexOf(rule), from, to });
    return { ...rule, [dialect.backends]: to };
  });
  const testers = kept.map((rule, index) => wanted.testers(rule, index));
  const target = placed(dialect, base, testers);
  if (changes.length === 0 && sameRules(dialect, there, target, owner.namespace)) return { patch: [], changed: [] };

  const operations: JsonPatch[number][] = [];
  const { generation } = route.metadata;
  if (generation !== undefined) operations.push({ op: 'test', path: '/metadata/generation', value: generation });
  for (const { index, from, to } of changes) {
    const path = `${field}/${index}/${dialect.backends}`;
    if (from.length > 0) operations.push({ op: 'test', path, value: from });
    operations.push({ op: 'add', path, value: to });
  }
  if (there.length - kept.length > 0 || testers.some((each) => each !== null)) {
    for (let index = there.length - 1; index >= 0; index--) {
      const rule = there[index];
      if (rule === undefined || kept.includes(rule)) continue;
      operations.push(
        { op: 'test', path: `${field}/${index}`, value: rule },
        { op: 'remove', path: `${field}/${index}` },
      );
    }
    // From behind, so that the places in front stay what they are.
    for (let index = testers.length - 1; index >= 0; index--) {
      const rule = testers[index] ?? null;
      if (rule === null) continue;
      const place = dialect.firstMatchWins ? index : kept.length;
      operations.push({ op: 'add', path: `${field}/${place}`, value: rule });
    }
  }
  return { patch: operations, changed: changes };
}

/** `fraud-r1:80=900, fraud-r2:80=100`, for messages and comparison: the API server may add defaults to what was written. */
export function backendsText(dialect: RouteDialect, backends: readonly Backend[], namespace: string): string {
  const text = (each: Backend): string => {
    const name = dialect.serviceOf(each, namespace) ?? JSON.stringify(each);
    return `${name}:${dialect.portOf(each) ?? ''}=${dialect.weightOf(each, backends.length === 1)}`;
  };
  return backends.map(text).join(', ');
}

function same(dialect: RouteDialect, a: readonly Backend[], b: readonly Backend[], namespace: string): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  return a.length === b.length && backendsText(dialect, a, namespace) === backendsText(dialect, b, namespace);
}

/** Every tester's rule before its own, or all of them behind. */
function placed(dialect: RouteDialect, base: readonly Rule[], testers: readonly (Rule | null)[]): readonly Rule[] {
  const present = testers.filter((each): each is Rule => each !== null);
  if (!dialect.firstMatchWins) return [...base, ...present];
  return base.flatMap((rule, index) => [testers[index] ?? null, rule].filter((each): each is Rule => each !== null));
}

function sameRules(dialect: RouteDialect, a: readonly Rule[], b: readonly Rule[], namespace: string): boolean {
  const rest = (rule: Rule): Rule => ({ ...rule, [dialect.backends]: null });
  return (
    a.length === b.length &&
    a.every((rule, index) => {
      const other = b[index];
      if (other === undefined || !isDeepStrictEqual(rest(rule), rest(other))) return false;
      return same(dialect, backendsOf(dialect, rule), backendsOf(dialect, other), namespace);
    })
  );
}
