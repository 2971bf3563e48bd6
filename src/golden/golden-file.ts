import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { MlDeployError } from '../errors.ts';
import { validateGolden } from './generated/validate-golden.js';
import { type JsonPath, parseJsonPath, wholeValue } from '../json-path.ts';
import { defaultTolerance, exact, type Tolerance } from './tolerance.ts';

/** How an answer may differ from the expected one (docs/smoke.md). */
export type GoldenTolerance =
  | Tolerance
  /** Smallest cosine of the angle between each expected vector and the given one. */
  | { readonly cosine: number }
  /** Smallest share of rows whose class is right; it may be among the `top` largest scores. */
  | { readonly agreement: number; readonly top: number };

/** A request whose right answer is known. */
export interface GoldenRequest {
  readonly name: string;
  readonly body: unknown;
  /** Which part of the answer is compared. */
  readonly at: JsonPath;
  /** That part; fields that it does not name are not compared. An array of all parts where `at` has a wildcard. */
  readonly expect: unknown;
  readonly tolerance: GoldenTolerance;
}

/**
 * Reads `smoke.golden`: `{"requests": [{"name", "body", "at", "expect", "tolerance"}]}`. Throws `smoke/golden` (usage) with file, line and
 * column of what is wrong.
 */
export async function readGolden(root: string, file: string): Promise<readonly GoldenRequest[]> {
  let text: string;
  try {
    text = await readFile(path.resolve(root, file), 'utf8');
  } catch (error) {
    throw new MlDeployError({
      code: 'smoke/golden',
      kind: 'usage',
      message: `smoke.golden names ${file}, which cannot be read.`,
      hint: 'Paths start at the folder of mldeploy.yaml.',
      cause: error,
    });
  }
  return parseGolden(text, file);
}

/** Parses the text of a golden file; `file` is for messages. */
export function parseGolden(text: string, file: string): readonly GoldenRequest[] {
  const lines = new LineCounter();
  // JSON is a subset of YAML 1.2, and this parser knows where each value stands. JSON.parse decides whether it is JSON.
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const fail = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new MlDeployError({
      code: 'smoke/golden',
      kind: 'usage',
      message: `${file}:${line}:${col}: ${message}`,
      hint: 'Expected {"requests": [{"name": ..., "body": {...}, "expect": {...}, "tolerance": {"absolute": 1e-6}}]}: docs/smoke.md.',
    });
  };
  try {
    JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    fail(syntaxOffset(said, text, document), `this is not JSON: ${said.split(/, "| at position/)[0] ?? ''}`);
  }
  const [duplicate] = document.errors;
  if (duplicate !== undefined) fail(duplicate.pos[0], duplicate.message.split(' at line')[0] ?? '');
  const golden = requestsOf(document, fail);
  refuseUnpublished(document, fail);
  return golden;
}

/** The published schema has the last word (schema/golden-v1.json): what it refuses is not taken here. */
function refuseUnpublished(document: Document.Parsed, fail: Fail): void {
  if (validateGolden(document.toJS())) return;
  const [error] = validateGolden.errors ?? [];
  const keys = (error?.instancePath ?? '').split('/').slice(1);
  const place = keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
  const node = document.getIn(
    keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
    true,
  );
  fail(offsetOf(node), `${place.replace(/^\./, '') || 'the file'} ${error?.message ?? 'does not fit the schema'}`);
}

type Fail = (offset: number, message: string) => never;

function requestsOf(document: Document.Parsed, fail: Fail): readonly GoldenRequest[] {
  const requests = document.get('requests', true);
  if (!isMap(document.contents)) return fail(0, 'expected an object with the field "requests"');
  for (const { key } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (!['$schema', 'requests'].includes(name)) {
      fail(offsetOf(key), `the file has the unknown field "${name}"; allowed: $schema, requests`);
    }
  }
  if (!isSeq(requests)) return fail(offsetOf(document.contents), 'expected a field "requests" that is an array');
  if (requests.items.length === 0) return fail(offsetOf(requests), '"requests" is empty');
  const golden = requests.items.map((item, index) => requestOf(item, index, fail));
  const names = new Set<string>();
  for (const [index, { name }] of golden.entries()) {
    if (names.has(name)) fail(offsetOf(requests.items[index]), `the name "${name}" is used twice`);
    names.add(name);
  }
  return golden;
}

const fields = ['name', 'body', 'at', 'expect', 'tolerance'];

function requestOf(item: unknown, index: number, fail: Fail): GoldenRequest {
  if (!isMap(item)) return fail(offsetOf(item), `requests[${index}] must be an object`);
  for (const pair of item.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    if (!fields.includes(name)) {
      fail(offsetOf(pair.key), `requests[${index}] has the unknown field "${name}"; allowed: ${fields.join(', ')}`);
    }
  }
  for (const name of ['body', 'expect']) {
    if (!item.has(name)) fail(offsetOf(item), `requests[${index}] has no field "${name}"`);
  }
  const name = item.get('name', true);
  if (name !== undefined && typeof name.value !== 'string')
    fail(offsetOf(name), `requests[${index}].name must be a text`);
  const plain = item.toJSON() as { name?: string; body: unknown; expect: unknown };
  const at = pathOf(item.get('at', true), `requests[${index}].at`, fail);
  if (!at.single && !Array.isArray(plain.expect)) {
    const expect = item.get('expect', true);
    fail(offsetOf(expect), `requests[${index}].expect must be an array of what is at all the places of ${at.text}`);
  }
  return {
    name: plain.name ?? `requests[${index}]`,
    body: plain.body,
    at,
    expect: plain.expect,
    tolerance: toleranceOf(item.get('tolerance', true), `requests[${index}].tolerance`, fail),
  };
}

function pathOf(node: unknown, where: string, fail: Fail): JsonPath {
  if (node === undefined) return wholeValue;
  if (!isScalar(node) || typeof node.value !== 'string') return fail(offsetOf(node), `${where} must be a text`);
  const path = parseJsonPath(node.value);
  return typeof path === 'string' ? fail(offsetOf(node), `${where} is no path: ${path}`) : path;
}

/** Fields of a tolerance that belong together. */
const kinds: readonly (readonly string[])[] = [['absolute', 'relative'], ['cosine'], ['agreement', 'top']];

function toleranceOf(node: unknown, where: string, fail: Fail): GoldenTolerance {
  if (node === undefined) return defaultTolerance;
  if (isScalar(node) && node.value === 'exact') return exact;
  if (!isMap(node)) {
    return fail(
      offsetOf(node),
      `${where} must be "exact" or an object with "absolute" and "relative", "cosine", or "agreement" and "top"`,
    );
  }
  const names = node.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  const kind = kinds.find((one) => one.includes(names[0] ?? '')) ?? kinds[0] ?? [];
  for (const [index, name] of names.entries()) {
    if (kind.includes(name)) continue;
    const key = offsetOf(node.items[index]?.key);
    const known = kinds.flat().includes(name);
    if (known) fail(key, `${where} has "${name}" beside "${names[0] ?? ''}": they exclude each other`);
    fail(key, `${where} has the unknown field "${name}"; allowed: ${kinds.flat().join(', ')}`);
  }
  const read = (name: string, fallback: number, least: number, most: number): number => {
    const value = node.get(name, true);
    if (value === undefined) return fallback;
    if (typeof value.value !== 'number' || value.value < least || value.value > most) {
      const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`;
      return fail(offsetOf(value), `${where}.${name} must be a number ${range}`);
    }
    return value.value;
  };
  const unlimited = Number.POSITIVE_INFINITY;
  if (kind.includes('cosine')) return { cosine: read('cosine', 1, -1, 1) };
  if (!kind.includes('agreement'))
    return { absolute: read('absolute', 0, 0, unlimited), relative: read('relative', 0, 0, unlimited) };
  const top = read('top', 1, 1, unlimited);
  if (!Number.isInteger(top)) fail(offsetOf(node.get('top', true)), `${where}.top must be a whole number`);
  return { agreement: read('agreement', 1, 0, 1), top };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? ((node as Node).range?.[0] ?? 0) : 0;
}

/** Where JSON.parse stopped: it says `at position N`, or that the text ended; for short texts it says nothing, the other parser does. */
function syntaxOffset(said: string, text: string, document: Document.Parsed): number {
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position !== undefined) return Number(position);
  return said.includes('end of JSON') ? text.length : (document.errors[0]?.pos[0] ?? 0);
}
