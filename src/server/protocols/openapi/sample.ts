import { edgeTexts } from '../edges.ts';
import { sequence } from '../sequence.ts';
import { typesOf, type Resolve, type Schema } from './schema.ts';

export interface SampleOptions {
  /** Length of the outermost arrays whose length the schema leaves open: the batch. */
  readonly rows: number;
  /** Chooses among the values that fit; the same seed gives the same body. */
  readonly seed: number;
  /** Length of an inner array that the schema leaves open, from what is known elsewhere; null when unknown. */
  lengthAt(path: readonly string[]): number | null;
  /** Values at the edge of what the schema allows, where it has such an edge. */
  readonly edge?: Edge;
}

/** `low`, `high`: a bound that the schema names. The others: where it names none. */
export type Edge = 'low' | 'high' | 'zero' | 'negative' | keyof typeof edgeTexts;

export interface Sample {
  readonly body: unknown;
  /** Rows of the batch; null when the body has no batch dimension. */
  readonly rows: number | null;
  /** Places whose shape or content had to be guessed: `inputs[][]: its length`. */
  readonly guesses: readonly string[];
  /** At least one value is at the edge that was wished for. */
  readonly edged: boolean;
  /** The length of an inner array is one that the schema leaves open. */
  readonly opened: boolean;
}

const deepest = 12;

/** More are no longer a request in JSON. */
const mostItems = 5_000_000;

/**
 * Makes a JSON value that fits a schema. Numbers without bounds are positive and below 1: most models are defined there, while zero,
 * negative or huge numbers may be outside their domain and prove nothing against them.
 */
export function sample(schema: Schema, resolve: Resolve, options: SampleOptions): Sample {
  const guesses: string[] = [];
  const random = sequence(options.seed);
  let rows: number | null = null;
  let items = 0;
  let edged = false;
  let opened = false;
  const atEdge = <T>(found: T | null, otherwise: () => T): T => {
    if (found === null) return otherwise();
    edged = true;
    return found;
  };

  const value = (unresolved: Schema, path: readonly string[], inBatch: boolean): unknown => {
    const node = resolve(unresolved);
    if (path.length > deepest) return null;
    if (node.const !== undefined) return node.const;
    if (node.enum !== undefined && node.enum.length > 0) {
      return node.enum[Math.floor(random() * node.enum.length)];
    }
    const branch = (node.anyOf ?? node.oneOf)?.find((part) => !typesOf(resolve(part)).includes('null'));
    if (branch !== undefined) return value(branch, path, inBatch);
    switch (typesOf(node).find((type) => type !== 'null')) {
      case 'array':
        return array(node, path, inBatch);
      case 'object':
        return object(node, path, inBatch);
      case 'integer':
        return atEdge(edgeNumber(node, true, options.edge), () => number(node, random, true));
      case 'number':
        return atEdge(edgeNumber(node, false, options.edge), () => number(node, random, false));
      case 'boolean':
        return random() < 0.5;
      case 'string':
        return atEdge(edgeText(node, options.edge), () => text(node, path));
      case undefined:
      default:
        return anything(node, path);
    }
  };

  const array = (node: Schema, path: readonly string[], inBatch: boolean): unknown[] => {
    const inside = [...path, '[]'];
    if (node.prefixItems !== undefined) return node.prefixItems.map((part) => value(part, inside, true));
    const fixed = node.minItems !== undefined && node.minItems === node.maxItems ? node.minItems : null;
    const isBatch = !inBatch && fixed === null;
    const length = fixed ?? (isBatch ? batchLength(options.rows, node) : innerLength(node, inside));
    if (isBatch) rows = length;
    items += length;
    if (items > mostItems) {
      guesses.push(`${printPath(inside)}: how large it may be`);
      return [];
    }
    return Array.from({ length }, () => value(node.items ?? {}, inside, true));
  };

  const innerLength = (node: Schema, path: readonly string[]): number => {
    opened = true;
    const known = options.lengthAt(path);
    if (known !== null) return known;
    guesses.push(`${printPath(path)}: its length`);
    return clampLength(1, node);
  };

  const object = (node: Schema, path: readonly string[], inBatch: boolean): unknown => {
    const properties = Object.entries(node.properties ?? {});
    const required = new Set(node.required ?? []);
    const chosen = required.size === 0 ? properties : properties.filter(([name]) => required.has(name));
    return Object.fromEntries(chosen.map(([name, part]) => [name, value(part, [...path, name], inBatch)]));
  };

  const text = (node: Schema, path: readonly string[]): string => {
    const given = [node.default, node.example, node.examples?.[0]].find((one) => typeof one === 'string');
    if (typeof given === 'string') return given;
    if (node.pattern !== undefined || node.format !== undefined) guesses.push(`${printPath(path)}: its text`);
    const wanted = 'sample text';
    return wanted.slice(0, node.maxLength ?? wanted.length).padEnd(node.minLength ?? 0, 'x');
  };

  const anything = (node: Schema, path: readonly string[]): unknown => {
    const given = [node.default, node.example, node.examples?.[0]].find((one) => one !== undefined);
    if (given !== undefined) return given;
    guesses.push(`${printPath(path)}: its type`);
    return number(node, random, false);
  };

  const body = value(schema, [], false);
  return { body, rows, guesses: [...new Set(guesses)], edged, opened };
}

/** `inputs[][]` for ['inputs', '[]', '[]']; the whole body is `body`. */
function printPath(path: readonly string[]): string {
  const printed = path.reduce(
    (text, step) => (step === '[]' ? `${text}[]` : text === '' ? step : `${text}.${step}`),
    '',
  );
  return printed === '' ? 'body' : printed;
}

/** No rows at all are wished for to see how that is refused, whatever the schema says. */
function batchLength(wanted: number, node: Schema): number {
  return wanted === 0 ? 0 : clampLength(wanted, node);
}

function edgeNumber(node: Schema, whole: boolean, edge: Edge | undefined): number | null {
  const low = bound(node.minimum, node.exclusiveMinimum, 1, whole);
  const high = bound(node.maximum, node.exclusiveMaximum, -1, whole);
  if (node.multipleOf !== undefined) return null;
  if (edge === 'low') return low;
  if (edge === 'high') return high;
  if (low !== null || high !== null) return null;
  return edge === 'zero' ? 0 : edge === 'negative' ? -1 : null;
}

function edgeText(node: Schema, edge: Edge | undefined): string | null {
  const { pattern, format, minLength, maxLength } = node;
  if (pattern !== undefined || format !== undefined) return null;
  if (edge === 'low') return minLength === undefined ? null : 'x'.repeat(minLength);
  if (edge === 'high')
    return maxLength === undefined || maxLength > edgeTexts.long.length ? null : 'x'.repeat(maxLength);
  if (minLength !== undefined || maxLength !== undefined) return null;
  return edge === 'empty' || edge === 'foreign' || edge === 'long' ? edgeTexts[edge] : null;
}

function clampLength(wanted: number, node: Schema): number {
  return Math.min(Math.max(wanted, node.minItems ?? 0), node.maxItems ?? Infinity);
}

function number(node: Schema, random: () => number, whole: boolean): number {
  const low = bound(node.minimum, node.exclusiveMinimum, 1, whole);
  const high = bound(node.maximum, node.exclusiveMaximum, -1, whole);
  const unit = 0.1 + 0.8 * random();
  const free = whole ? 1 : unit;
  let chosen: number;
  if (low !== null && high !== null) chosen = low + (high - low) * unit;
  else if (low !== null) chosen = Math.max(low, free);
  else if (high !== null) chosen = Math.min(high, free);
  else chosen = free;
  const step = node.multipleOf ?? (whole ? 1 : null);
  if (step === null) return Number(chosen.toFixed(4));
  const floored = Math.floor(chosen / step) * step;
  return low !== null && floored < low ? floored + step : floored;
}

function bound(inclusive: number | undefined, exclusive: number | boolean | undefined, inward: 1 | -1, whole: boolean) {
  const nudge = whole ? inward : inward * 1e-3;
  if (typeof exclusive === 'number') return exclusive + nudge;
  if (inclusive === undefined) return null;
  return exclusive === true ? inclusive + nudge : inclusive;
}
