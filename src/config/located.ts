import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Alias, Document, Node, Pair } from 'yaml';
import type { Problem } from './problems.ts';

/** Place in a text file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A value of a YAML file that still knows where it was written. */
export type Located = LocatedScalar | LocatedMap | LocatedList;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Position;
  readonly value: unknown;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, { readonly keyAt: Position; readonly node: Located }>;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly Located[];
}

// An alias bomb grows by references; a configuration of this size is a mistake in any case.
const maxNodes = 100_000;

/**
 * Reads YAML 1.2 and keeps the position of every value. Syntax errors and duplicate keys are returned as problems; `root` is what could be read.
 */
export function parseYaml(text: string): { readonly root: Located; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, strict: true });
  const problems: Problem[] = document.errors.map((error) => ({
    rank: 'syntax',
    at: position(lines, error.pos[0]),
    path: '',
    message: error.message,
    expected: null,
  }));
  const reader: Reader = { document, lines, problems, open: new Set(), count: 0 };
  const root =
    document.contents === null
      ? { kind: 'scalar' as const, at: { line: 1, column: 1 }, value: null }
      : locate(reader, document.contents, { line: 1, column: 1 }, '');
  if (reader.count > maxNodes) {
    const message = `more than ${maxNodes} values`;
    problems.push({
      rank: 'syntax',
      at: root.at,
      path: '',
      message,
      expected: 'expected a configuration; anchors that multiply?',
    });
  }
  return { root, problems };
}

interface Reader {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problem[];
  /** Aliases that are being followed. */
  readonly open: Set<Node>;
  count: number;
}

function position(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function locate(reader: Reader, node: Node | null, fallback: Position, path: string): Located {
  const at = node?.range ? position(reader.lines, node.range[0]) : fallback;
  reader.count += 1;
  if (node === null || reader.count > maxNodes) return { kind: 'scalar', at, value: null };
  if (isAlias(node)) return locateAlias(reader, node, at, path);
  if (isMap<unknown, Node | null>(node))
    return { kind: 'map', at, entries: locateEntries(reader, node.items, at, path) };
  if (isSeq<Node | null>(node)) {
    return {
      kind: 'list',
      at,
      items: node.items.map((item, index) => locate(reader, item, at, `${path}[${index}]`)),
    };
  }
  return { kind: 'scalar', at, value: isScalar(node) ? node.value : null };
}

function locateAlias(reader: Reader, alias: Alias, at: Position, path: string): Located {
  const target = alias.resolve(reader.document);
  // An anchor that contains its own alias never ends.
  if (target !== undefined && !reader.open.has(target)) {
    reader.open.add(target);
    const located = locate(reader, target, at, path);
    reader.open.delete(target);
    return located;
  }
  const message = `\`*${alias.source}\` ${target === undefined ? 'names no anchor before it' : 'contains itself'}`;
  reader.problems.push({ rank: 'syntax', at, path, message, expected: null });
  return { kind: 'scalar', at, value: null };
}

function locateEntries(
  reader: Reader,
  pairs: readonly Pair<unknown, Node | null>[],
  at: Position,
  path: string,
): LocatedMap['entries'] {
  const entries = new Map<string, { keyAt: Position; node: Located }>();
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const keyAt = isScalar(key) && key.range ? position(reader.lines, key.range[0]) : at;
    const below = joinPath(path, name);
    const earlier = entries.get(name);
    if (earlier !== undefined) {
      reader.problems.push({
        rank: 'syntax',
        at: keyAt,
        path: below,
        message: `the key was already given at line ${earlier.keyAt.line}`,
        expected: 'expected each key once',
      });
      continue;
    }
    entries.set(name, { keyAt, node: locate(reader, value, keyAt, below) });
  }
  return entries;
}

/** `rollout` + `steps` -> `rollout.steps`. */
export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** The plain value, without positions. */
export function plainValue(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(plainValue);
    case 'map':
      return Object.fromEntries([...located.entries].map(([key, { node }]) => [key, plainValue(node)]));
  }
}

/** A step below a value: the key of a map or the index of a list. */
export type Segment = string | number;

/** Follows segments as far as they lead; `keyAt` is where the last key is written. */
export function find(
  root: Located,
  segments: readonly Segment[],
): { readonly node: Located; readonly keyAt: Position } {
  let node = root;
  let keyAt = root.at;
  for (const segment of segments) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(segment));
      if (entry === undefined) break;
      keyAt = entry.keyAt;
      node = entry.node;
    } else if (node.kind === 'list') {
      const item = node.items[Number(segment)];
      if (item === undefined) break;
      keyAt = item.at;
      node = item;
    } else break;
  }
  return { node, keyAt };
}

/** True when the file says something at this path. */
export function isWritten(root: Located, segments: readonly Segment[]): boolean {
  let node: Located | undefined = root;
  for (const segment of segments) {
    if (node?.kind === 'map') node = node.entries.get(String(segment))?.node;
    else node = node?.kind === 'list' ? node.items[Number(segment)] : undefined;
  }
  return node !== undefined;
}

/** `['rollout', 'steps', 1]` -> `rollout.steps[1]`. */
export function pathText(segments: readonly Segment[]): string {
  return segments.reduce<string>(
    (path, segment) => (typeof segment === 'number' ? `${path}[${segment}]` : joinPath(path, segment)),
    '',
  );
}
