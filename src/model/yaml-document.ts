import { isAlias, isCollection, isMap, isScalar, parseDocument, visit, type Document } from 'yaml';
import { printable } from '../printable.ts';
import type { Json } from './strict-json.ts';

/** The parser takes quadratic time for aliases, and for errors. */
const maxAliases = 100;
const maxDepth = 200;

/** What is wrong with a document. */
interface Problem {
  readonly rule: 'yaml/invalid' | 'yaml/tag';
  readonly problem: string;
}

/** The value of a YAML document (YAML 1.1, as PyYAML reads it), or what is wrong with it. */
export function parseYaml(source: string): { readonly value: Json } | Problem {
  // Before anything can fail to parse.
  const python = /!\S*python\/\S*/u.exec(source)?.[0];
  if (python !== undefined) return { rule: 'yaml/tag', problem: `has the tag ${printable(python)}` };
  const costly = costOf(source);
  if (costly !== null) return { rule: 'yaml/invalid', problem: costly };
  try {
    // The check for unique keys of the library takes quadratic time.
    const document = parseDocument(source, {
      version: '1.1',
      uniqueKeys: false,
      strict: true,
      logLevel: 'silent',
      prettyErrors: false,
    });
    const problem = document.errors[0]?.message.split('\n')[0] ?? null;
    if (problem !== null) return { rule: 'yaml/invalid', problem: `does not parse: ${printable(problem)}` };
    const found = check(document);
    if (found !== null) return found;
    return { value: toJson(document.toJS({ mapAsMap: true, maxAliasCount: 100 }) as unknown) };
  } catch (error) {
    const problem = printable(error instanceof Error ? error.message : 'unknown problem');
    return { rule: 'yaml/invalid', problem: `does not parse: ${problem}` };
  }
}

/** What makes the parser slow, or deep; null for documents that people and programs write. */
function costOf(source: string): string | null {
  if (/[\s,[\]{}!&*?:|>-]{512}/.test(source)) return 'has 512 marks without a word between them';
  let depth = 0;
  for (const [bracket] of source.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > maxDepth) return `is nested more than ${maxDepth} deep`;
  }
  return null;
}

/** Tags of YAML itself; every other one is for a program. */
const tags = new Set([
  'binary',
  'bool',
  'float',
  'int',
  'map',
  'merge',
  'null',
  'omap',
  'pairs',
  'seq',
  'set',
  'str',
  'timestamp',
]);

function check(document: Document): Problem | null {
  let found: Problem | null = null;
  let aliases = 0;
  visit(document, (_, node) => {
    if (isAlias(node) && ++aliases > maxAliases) {
      found = { rule: 'yaml/invalid', problem: `has more than ${maxAliases} aliases` };
      return visit.BREAK;
    }
    const tag = isScalar(node) || isCollection(node) ? node.tag : undefined;
    if (tag !== undefined && tag !== '!' && !tags.has(tag.replace(/^tag:yaml\.org,2002:/, ''))) {
      const rule = tag.includes('python/') ? 'yaml/tag' : 'yaml/invalid';
      found ??= { rule, problem: `has the tag ${printable(tag)}` };
    }
    if (isMap(node)) {
      const keys = node.items.map(({ key }) => (isScalar(key) ? String(key.value) : key));
      if (new Set(keys).size < keys.length)
        found ??= { rule: 'yaml/invalid', problem: 'has a key twice in one mapping' };
    }
    return undefined;
  });
  return found;
}

/** Plain values as JSON has them; dates, binaries and the like become text. */
function toJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (Array.isArray(value)) return (value as unknown[]).map(toJson);
  if (value instanceof Map) {
    return new Map([...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [String(key), toJson(item)]));
  }
  return value instanceof Date ? value.toISOString() : '';
}
