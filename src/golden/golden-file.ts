import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { MlDeployError } from '../errors.ts';
import { defaultTolerance, exact, type Tolerance } from './tolerance.ts';

/** A request whose right answer is known. */
export interface GoldenRequest {
  readonly name: string;
  readonly body: unknown;
  /** The answer's body; fields that it does not name are not compared. */
  readonly expect: unknown;
  readonly tolerance: Tolerance;
}

/**
 * Reads `smoke.golden`: `{"requests": [{"name", "body", "expect", "tolerance"}]}`. Throws `smoke/golden` (usage) with file, line and
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
  return requestsOf(document, fail);
}

type Fail = (offset: number, message: string) => never;

function requestsOf(document: Document.Parsed, fail: Fail): readonly GoldenRequest[] {
  const requests = document.get('requests', true);
  if (!isMap(document.contents)) return fail(0, 'expected an object with the field "requests"');
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

const fields = ['name', 'body', 'expect', 'tolerance'];

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
  return {
    name: plain.name ?? `requests[${index}]`,
    body: plain.body,
    expect: plain.expect,
    tolerance: toleranceOf(item.get('tolerance', true), `requests[${index}].tolerance`, fail),
  };
}

function toleranceOf(node: unknown, where: string, fail: Fail): Tolerance {
  if (node === undefined) return defaultTolerance;
  if (isScalar(node) && node.value === 'exact') return exact;
  if (!isMap(node)) return fail(offsetOf(node), `${where} must be "exact" or an object with "absolute" and "relative"`);
  const read = (name: string): number => {
    const value = node.get(name, true);
    if (value === undefined) return 0;
    if (typeof value.value !== 'number' || value.value < 0) {
      return fail(offsetOf(value), `${where}.${name} must be a number from 0`);
    }
    return value.value;
  };
  for (const pair of node.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    if (name !== 'absolute' && name !== 'relative') {
      fail(offsetOf(pair.key), `${where} has the unknown field "${name}"; allowed: absolute, relative`);
    }
  }
  return { absolute: read('absolute'), relative: read('relative') };
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
