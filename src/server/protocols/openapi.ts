import { batchesUpTo, largerBatchesUpTo, withinBody } from './batches.ts';
import type { Ask, Discovery, Edge, Fault, Known, Outcome, Protocol } from './protocol.ts';
import { declaredProblems, type OuterArray } from './openapi/declared.ts';
import { examine } from './openapi/examine.ts';
import { exampleBatches } from './openapi/example-batches.ts';
import { malformedAsks, tooLarge } from './openapi/malformed.ts';
import { findOperation, type Operation } from './openapi/operation.ts';
import { otherSizes } from './edges.ts';
import { sample, type Edge as SampleEdge, type Sample, type SampleOptions } from './openapi/sample.ts';
import { asObject, parseJson } from './json.ts';
import { faultOf, jsonOf, refusalProblems } from './judging.ts';
import { resolver, type Resolve } from './openapi/schema.ts';

const descriptionPath = '/openapi.json';
/** Where requests go when the server has no description. */
const usualPath = '/predict';

/** Servers that describe themselves in `/openapi.json` (FastAPI does), asked with one POST of JSON. */
export const openapi: Protocol = {
  id: 'openapi',
  notReady: () => null,
  discover: async (send, known) => {
    const outcome = await send({ method: 'GET', path: descriptionPath });
    const document = descriptionOf(outcome);
    if (typeof document === 'string') {
      return undescribed(document, known, faultOf(`GET ${descriptionPath}`, outcome));
    }
    const resolve = resolver(document);
    const operation = findOperation(document, resolve);
    if (typeof operation === 'string') return undescribed(`${descriptionPath} is no help: ${operation}`, known, null);
    return described(operation, resolve, versionOf(document), known);
  },
};

function described(operation: Operation, resolve: Resolve, version: string, known: Known): Discovery {
  const samples = batchesUpTo(known.maxRows).map(({ rows, seed }) =>
    sample(operation.request, resolve, { rows, seed, lengthAt: (path) => knownLength(path, known) }),
  );
  const guesses = [...new Set(samples.flatMap((one) => one.guesses))];
  const distinct = new Map(samples.map((one) => [JSON.stringify(one.body), one]));
  const sure = guesses.length === 0;
  const template = sure ? samples[0]?.body : known.examples[0];
  return {
    ...judging(operation, resolve, known),
    title: `POST ${operation.path} (OpenAPI ${version})`,
    valid: sure
      ? withinBody(
          [...distinct].map(([body, one]) => generated(operation.path, body, one)),
          known.maxBodyBytes,
        )
      : repeated(operation.path, known),
    malformed: malformedAsks(operation.path, operation.request, template, resolve, known.maxBodyBytes),
    edges: sure ? edgesOf(operation, resolve, known) : [],
    open: sure ? null : `the request's schema leaves open: ${guesses.join('; ')}`,
    fault: null,
  };
}

const edgeNames: readonly (readonly [edge: SampleEdge, name: string, must: Edge['must']])[] = [
  ['low', 'the smallest values that the description allows', 'answer'],
  ['high', 'the largest values that the description allows', 'answer'],
  ['zero', 'zeros', 'survive'],
  ['negative', 'negative numbers', 'survive'],
  ['empty', 'empty texts', 'survive'],
  ['foreign', 'texts beyond ASCII', 'survive'],
  ['long', 'long texts', 'survive'],
];

function edgesOf({ path, request }: Operation, resolve: Resolve, known: Known): readonly Edge[] {
  const make = (rows: number, change: Partial<SampleOptions>): Sample =>
    sample(request, resolve, { rows, seed: 1, lengthAt: (place) => knownLength(place, known), ...change });
  const ask = (name: string, { body, rows }: Sample, must: Edge['must']): Edge => ({
    ask: { name, request: { method: 'POST', path, body: JSON.stringify(body) }, rows },
    must,
  });
  const none = make(0, {});
  return [
    ...(none.rows === 0 ? [ask('no rows', none, 'answer or refuse')] : []),
    ...edgeNames.flatMap(([edge, name, must]) => {
      const made = make(1, { edge });
      return made.edged ? [ask(name, made, must)] : [];
    }),
    ...otherSizes.flatMap((size) => {
      const made = make(1, { lengthAt: () => size });
      return made.opened ? [ask(`lengths of ${size}`, made, 'survive')] : [];
    }),
  ];
}

function generated(path: string, body: string, { rows }: Sample): Ask {
  const name = rows === null ? 'a generated request' : `a generated batch of ${rows}`;
  return { name, request: { method: 'POST', path, body }, rows };
}

/** When the description is not enough, rows that somebody vouches for, in larger batches. */
function repeated(path: string, { examples, maxRows, maxBodyBytes }: Known): readonly Ask[] {
  const asks = exampleBatches(examples, largerBatchesUpTo(maxRows)).map(({ body, rows }): Ask => ({
    name: `a generated batch of ${rows}`,
    request: { method: 'POST', path, body: JSON.stringify(body) },
    rows,
  }));
  return withinBody(asks, maxBodyBytes);
}

function undescribed(open: string, known: Known, fault: Fault | null): Discovery {
  const operation: Operation = { path: usualPath, request: {}, answer: null };
  const resolve: Resolve = (schema) => schema;
  return {
    ...judging(operation, resolve, known),
    title: `POST ${usualPath} (not described)`,
    valid: repeated(usualPath, known),
    malformed: malformedAsks(usualPath, {}, known.examples[0], resolve, known.maxBodyBytes),
    edges: [],
    open,
    fault,
  };
}

function judging(
  operation: Operation,
  resolve: Resolve,
  { outputs = [] }: Known,
): Pick<Discovery, 'ask' | 'judge' | 'judgeRefusal' | 'outputs'> {
  return {
    ask: (name, body) => ({
      name,
      request: { method: 'POST', path: operation.path, body: JSON.stringify(body) },
      rows: rowsOf(body),
    }),
    judge: (ask, outcome) => {
      const body = jsonOf(outcome);
      if ('problem' in body) return [body.problem];
      const problems = examine(operation.answer, body.value, resolve);
      if (problems.length > 0) return problems;
      const wrong = rowProblems(ask, body.value);
      if (wrong.length > 0 || ask.rows === null || outputs.length === 0) return wrong;
      return declaredProblems(outerArrays(body.value, ''), ask.rows, outputs);
    },
    judgeRefusal: (ask, outcome) => {
      const hungUp = ask.name.startsWith(tooLarge) && outcome.kind === 'none' && outcome.reason === 'broken';
      return hungUp ? [] : refusalProblems(outcome);
    },
    outputs: (ask, answer) => {
      const body = parseJson(answer.body);
      if ('problem' in body) return null;
      const rows = outerArrays(body.value, '').filter(({ array }) => array.length === ask.rows);
      return rows.length === 0 ? body.value : Object.fromEntries(rows.map(({ path, array }) => [path, array]));
    },
  };
}

function versionOf(document: unknown): string {
  const version = asObject(document)?.['openapi'];
  return typeof version === 'string' ? version : 'of unknown version';
}

function descriptionOf(outcome: Outcome): unknown {
  if (outcome.kind === 'none') return `GET ${descriptionPath}: ${outcome.message}`;
  if (outcome.status !== 200) return `GET ${descriptionPath} answered ${outcome.status}`;
  const body = parseJson(outcome.body);
  if ('problem' in body) return `GET ${descriptionPath}: ${body.problem}`;
  return asObject(body.value) ?? `GET ${descriptionPath} answered JSON that is not an object`;
}

function rowProblems(ask: Ask, body: unknown): readonly string[] {
  if (ask.rows === null) return [];
  const arrays = outerArrays(body, '');
  if (arrays.some(({ array }) => array.length === ask.rows)) return [];
  const found = arrays.map(({ path, array }) => `${path === '' ? 'the answer' : path} has ${array.length}`);
  const what = found.length === 0 ? 'it holds no array at all' : found.join(', ');
  return [`asked with ${ask.rows} rows, the answer holds no array of ${ask.rows} (${what})`];
}

/** Arrays of a JSON value that are not inside another array. */
function outerArrays(value: unknown, path: string): OuterArray[] {
  if (Array.isArray(value)) return [{ path, array: value as unknown[] }];
  return Object.entries(asObject(value) ?? {}).flatMap(([name, item]) =>
    outerArrays(item, path === '' ? name : `${path}.${name}`),
  );
}

function rowsOf(body: unknown): number | null {
  return outerArrays(body, '')[0]?.array.length ?? null;
}

/** Length of an inner array, read from a golden request at the same place, else from the contract's dimension. */
function knownLength(path: readonly string[], known: Known): number | null {
  for (const example of known.examples) {
    const value = path.slice(0, -1).reduce<unknown>((at, step) => {
      if (step !== '[]') return asObject(at)?.[step];
      return Array.isArray(at) ? (at as unknown[])[0] : undefined;
    }, example);
    if (Array.isArray(value)) return value.length;
  }
  const inputs = known.contract?.inputs ?? [];
  const name = path.findLast((step) => step !== '[]');
  const tensor = inputs.find((input) => input.name === name) ?? (inputs.length === 1 ? inputs[0] : undefined);
  return tensor?.shape[path.filter((step) => step === '[]').length - 1] ?? known.anySize;
}
