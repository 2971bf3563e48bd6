import type { ErrorObject } from 'ajv';
import { configurationKeys } from './generated/keys.ts';
import { validateFile } from './generated/validate.js';
import { find, joinPath, pathText, plainValue } from './located.ts';
import type { Located, Segment } from './located.ts';
import { nearest } from './nearest.ts';
import type { Problem } from './problems.ts';
import { cut } from '../cut.ts';

/** The keywords that the generated validator hands over with each error. */
interface Rule {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Rule>>;
  readonly 'x-expected'?: string;
}

/** Checks a whole file against the schema; every deviation becomes one problem with its place. */
export function checkAgainstSchema(root: Located): Problem[] {
  const value = plainValue(root);
  if (validateFile(value)) return [];
  const errors = meaningful(validateFile.errors ?? []);
  const problems = errors.map((error) => problemOf(root, error));
  return withoutConsequences(problems);
}

/**
 * One error per place. `anyOf` is only used for "something or null" and "one or a list", so the error of the something, or of an item, is
 * the one to show; wrappers such as `propertyNames` repeat what the inner error says.
 */
function meaningful(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = new Set(errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath));
  const shown = new Map<string, ErrorObject>();
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'propertyNames') continue;
    if (unions.has(error.instancePath) && error.keyword === 'type' && isNullOnly(error)) continue;
    if (unions.has(error.instancePath) && error.keyword === 'type' && saysMoreBelow(error, errors)) continue;
    const about = aboutKey(error) ?? error.propertyName ?? '';
    const place = `${error.instancePath} ${about}`;
    if (!shown.has(place)) shown.set(place, error);
  }
  return [...shown.values()];
}

/** The value is a list as it may be, and one of its items is wrong. */
function saysMoreBelow({ instancePath }: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return errors.some((other) => other.instancePath.startsWith(`${instancePath}/`));
}

function isNullOnly(error: ErrorObject): boolean {
  return (error.params as { type?: unknown }).type === 'null';
}

/** The key that an error of a map is about, for errors that are about a key and not the map. */
function aboutKey(error: ErrorObject): string | null {
  const params = error.params as { additionalProperty?: string; missingProperty?: string };
  return params.additionalProperty ?? params.missingProperty ?? null;
}

function problemOf(root: Located, error: ErrorObject): Problem {
  const segments = pointerSegments(root, error.instancePath);
  const rule = (error.parentSchema ?? {}) as Rule;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(root, segments, aboutKey(error) ?? '', rule);
    case 'required':
      return missingKey(root, segments, aboutKey(error) ?? '', rule);
    default:
      return error.propertyName === undefined
        ? wrongValue(root, segments, error.keyword, rule)
        : wrongKeyName(root, segments, error.propertyName, rule);
  }
}

function unknownKey(root: Located, segments: readonly Segment[], key: string, rule: Rule): Problem {
  const allowed = Object.keys(rule.properties ?? {});
  const meant = nearest(key, allowed);
  const home = meant === null ? homeOf(key) : null;
  const advice =
    meant !== null ? `; did you mean \`${meant}\`?` : home !== null ? `; \`${key}\` belongs under \`${home}\`` : '';
  return {
    rank: advice === '' ? 'unknown' : 'typo',
    at: find(root, [...segments, key]).keyAt,
    path: joinPath(pathText(segments), key),
    message: `unknown key${advice}`,
    expected: `allowed: ${allowed.join(', ')}`,
  };
}

/** The one section in which a key of that name exists, for a key that was indented wrongly. */
function homeOf(key: string): string | null {
  const homes = configurationKeys.filter((path) => path.endsWith(`.${key}`));
  const [home] = homes;
  return homes.length === 1 && home !== undefined ? home.slice(0, -key.length - 1) : null;
}

function missingKey(root: Located, segments: readonly Segment[], key: string, rule: Rule): Problem {
  const expected = rule.properties?.[key]?.['x-expected'];
  return {
    rank: 'missing',
    at: find(root, segments).keyAt,
    path: joinPath(pathText(segments), key),
    message: 'the key is missing',
    expected: expected === undefined ? null : `expected ${expected}`,
  };
}

function wrongKeyName(root: Located, segments: readonly Segment[], key: string, rule: Rule): Problem {
  return {
    rank: 'value',
    at: find(root, [...segments, key]).keyAt,
    path: joinPath(pathText(segments), key),
    message: `\`${key}\` is not a name for this`,
    expected: `expected ${expectedText(rule)}`,
  };
}

/** Where a secret may have been written by mistake: it must not go on into a log. */
const secretPlace = /(^|\.)notify\[\d+\]\.\w+\.(url|secret)$/;

function wrongValue(root: Located, segments: readonly Segment[], keyword: string, rule: Rule): Problem {
  const { node, keyAt } = find(root, segments);
  const value = plainValue(node);
  const path = pathText(segments);
  const meant =
    keyword === 'enum' && typeof value === 'string' ? nearest(value, (rule.enum ?? []).filter(isString)) : null;
  return {
    rank: meant === null ? 'value' : 'typo',
    // An empty value has no place of its own.
    at: value === null ? keyAt : node.at,
    path,
    message: `found ${secretPlace.test(path) ? 'something else' : foundText(value)}${meant === null ? '' : `; did you mean \`${meant}\`?`}`,
    expected: rule.enum === undefined ? `expected ${expectedText(rule)}` : `allowed: ${rule.enum.join(', ')}`,
  };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function foundText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object')
    return Object.keys(value).length === 0 ? 'an empty map' : `a map with ${keysText(value)}`;
  if (typeof value === 'string') return value === '' ? 'an empty text' : `\`${cut(withoutCredentials(value), 80)}\``;
  return `the ${typeof value} \`${JSON.stringify(value)}\``;
}

function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^/\s]*@/g, '://***@');
}

function keysText(value: object): string {
  return Object.keys(value)
    .slice(0, 5)
    .map((key) => `\`${key}\``)
    .join(', ');
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

function expectedText(rule: Rule): string {
  const types = (typeof rule.type === 'string' ? [rule.type] : (rule.type ?? [])).map(
    (type) => typeWords[type] ?? type,
  );
  const phrase = rule['x-expected'] ?? types.filter((type) => type !== 'null').join(' or ');
  return types.includes('null') && !phrase.includes('null') ? `${phrase} or null` : phrase;
}

/** A missing key is no news when a misspelt one beside it is already explained. */
function withoutConsequences(problems: readonly Problem[]): Problem[] {
  const explained = new Set(
    problems.flatMap((problem) => {
      const meant = /^unknown key; did you mean `(.+)`\?$/.exec(problem.message)?.[1];
      return meant === undefined ? [] : [joinPath(problem.path.split('.').slice(0, -1).join('.'), meant)];
    }),
  );
  return problems.filter((problem) => problem.rank !== 'missing' || !explained.has(problem.path));
}

/** JSON pointer -> segments; a number below a list is an index. */
function pointerSegments(root: Located, pointer: string): Segment[] {
  const segments: Segment[] = [];
  for (const part of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    segments.push(find(root, segments).node.kind === 'list' ? Number(key) : key);
  }
  return segments;
}
