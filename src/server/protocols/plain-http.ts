import type { RequestConfig } from '../../config/config.ts';
import { parseJsonPath, valuesAt, type JsonPath } from '../../json-path.ts';
import type { TensorSpec } from '../../pipeline/evidence.ts';
import { asArray, asObject, parseJson } from './json.ts';
import { jsonOf, refusalProblems, statusProblem } from './judging.ts';
import { hasRows, render } from './plain-http/template.ts';
import type { Ask, Edge, Known, Outcome, Protocol, ServerAnswer, ServerRequest } from './protocol.ts';
import { looseProblems, predictionProblems } from './rows/predictions.ts';
import { malformedRows, rowRequests } from './rows/requests.ts';
import { unreadable } from './unreadable.ts';

/** A server that speaks nothing that is known: asked and judged as the configuration says (`server.request`). */
export const plainHttp: Protocol = {
  id: 'http',
  notReady: () => null,
  discover: (_, known) => {
    const { request } = known;
    if (request === null) throw new Error('the configuration has no protocol `http` without `server.request`');
    const answer = answerPath(request);
    const made = hasRows(request.body)
      ? fromRows(request, known)
      : { valid: [configured(request)], edges: [], rows: [], open: null };
    return Promise.resolve({
      title: `${request.method} ${request.path}`,
      valid: made.valid,
      malformed: malformedOf(request, made.rows[0] ?? null, known),
      edges: made.edges,
      open: made.open,
      fault: null,
      ask: (name, body) => ({ name, request: requestWith(request, textOf(request, body)), rows: null }),
      judge: (ask, outcome) => judge(request, answer, ask, outcome, known.contract?.outputs ?? []),
      judgeRefusal: (_ask, outcome) => refusalProblems(outcome),
      outputs: (_ask, { body }) => {
        const read = parseJson(body);
        if ('problem' in read) return body;
        return answer === null ? read.value : valuesAt(answer, read.value);
      },
    });
  },
};

function answerPath({ answer }: RequestConfig): JsonPath | null {
  const path = answer === null ? null : parseJsonPath(answer);
  if (typeof path === 'string') throw new Error(`the configuration has a path that is none: ${path}`);
  return path;
}

function requestWith({ method, path, contentType }: RequestConfig, body: string | null): ServerRequest {
  return body === null ? { method, path } : { method, path, body, contentType };
}

function configured(request: RequestConfig): Ask {
  return { name: 'the configured request', request: requestWith(request, request.body), rows: null };
}

interface Made {
  readonly valid: readonly Ask[];
  readonly edges: readonly Edge[];
  /** The same requests in the form `{"instances": [row, ...]}`. */
  readonly rows: readonly Ask[];
  readonly open: string | null;
}

function fromRows(request: RequestConfig, known: Known): Made {
  const { valid: rows, edges, open } = rowRequests(request.path, known, false);
  const single = !hasRows(request.body, 'batch');
  const fitting = single ? rows.filter((ask) => ask.rows === 1) : rows;
  const rendered = (ask: Ask): Ask => ({
    ...ask,
    request: requestWith(request, render(request.body ?? '', instancesOf(ask) ?? [])),
    rows: single ? null : ask.rows,
  });
  return {
    valid: fitting.map((ask) => rendered(single ? { ...ask, name: 'a generated request' } : ask)),
    edges: edges.filter(({ ask }) => !single || ask.rows === 1).map(({ ask, must }) => ({ ask: rendered(ask), must })),
    rows,
    open,
  };
}

function instancesOf({ request: { body = '' } }: Ask): readonly unknown[] | null {
  const read = parseJson(body);
  return 'problem' in read ? null : asArray(asObject(read.value)?.['instances']);
}

/** Bodies that are no JSON where JSON is wanted, and rows that break the contract in one place. */
function malformedOf(request: RequestConfig, rows: Ask | null, known: Known): Ask[] {
  if (request.body === null || request.method === 'GET') return [];
  const broken = rows === null ? [] : malformedRows(request.path, rows, known);
  const asks = [
    ...(wantsJson(request) ? unreadable(request.path) : []),
    ...broken.flatMap((ask) => {
      const instances = instancesOf(ask);
      if (instances === null) return [];
      return [{ ...ask, request: { ...ask.request, body: render(request.body ?? '', instances) } }];
    }),
  ];
  return asks.map((ask) => ({ ...ask, request: requestWith(request, ask.request.body ?? '') }));
}

function wantsJson({ contentType }: RequestConfig): boolean {
  return /^application\/(.*\+)?json\b/i.test(contentType);
}

/** A body that somebody wrote down: a text is sent as it is where no JSON is wanted. */
function textOf(request: RequestConfig, body: unknown): string {
  return typeof body === 'string' && !wantsJson(request) ? body : JSON.stringify(body);
}

function judge(
  { status }: RequestConfig,
  path: JsonPath | null,
  ask: Ask,
  outcome: Outcome,
  outputs: readonly TensorSpec[],
): readonly string[] {
  const problem = statusProblem(outcome, status);
  if (problem !== null || outcome.kind === 'none') return [problem ?? 'no answer'];
  if (path === null) return judgeWhole(outcome);
  const body = jsonOf(outcome);
  if ('problem' in body) return [body.problem];
  const places = valuesAt(path, body.value);
  if (places.length === 0) return [`${path.text} is not in the answer`];
  const value = path.single ? places[0] : places;
  return ask.rows === null ? looseProblems(value, path.text) : predictionProblems(value, ask.rows, outputs, path.text);
}

/** Nobody knows where the outputs are: what can be seen is that it is no broken JSON and holds no null or infinite number in an array. */
function judgeWhole(answer: ServerAnswer): readonly string[] {
  if (answer.body === '') return ['the answer is empty'];
  const body = parseJson(answer.body);
  if ('value' in body) return looseProblems(body.value, 'the answer');
  return (answer.headers['content-type'] ?? '').includes('json') ? [body.problem] : [];
}
