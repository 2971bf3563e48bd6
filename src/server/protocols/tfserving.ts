import type { TensorSpec } from '../../pipeline/evidence.ts';
import { asArray, asObject, parseJson } from './json.ts';
import { jsonOf, refusalProblems } from './judging.ts';
import type { Ask, Known, Outcome, Protocol, ServerAnswer } from './protocol.ts';
import { predictionProblems, valueProblems } from './rows/predictions.ts';
import { malformedRows, rowRequests } from './rows/requests.ts';

/**
 * TensorFlow Serving's REST API v1 (`POST /v1/models/NAME:predict`), which KServe's servers speak too. Requests are made from the
 * contract: what the server tells about itself (`/metadata`) says no more, and KServe's does not have it.
 */
export const tfserving: Protocol = {
  id: 'tfserving',
  notReady,
  discover: (_, known) => {
    const path = `/v1/models/${encodeURIComponent(known.model)}:predict`;
    const { valid, edges, open } = rowRequests(path, known, true);
    const outputs = known.contract?.outputs ?? [];
    return Promise.resolve({
      title: `POST ${path} (TF Serving REST v1)`,
      valid,
      malformed: malformedRows(path, valid[0] ?? exampleAsk(path, known), known),
      edges,
      open,
      fault: null,
      ask: (name, body) => askWith(path, name, body),
      judge: (ask, outcome) => judge(ask, outcome, outputs),
      judgeRefusal: (_ask, outcome) => refusalProblems(outcome),
      outputs: (_ask, answer) => {
        const body = parseJson(answer.body);
        const object = 'problem' in body ? null : asObject(body.value);
        return object?.['predictions'] ?? object?.['outputs'] ?? null;
      },
    });
  },
};

/** The status of a model (`model_version_status`, or KServe's `ready`) comes with 200 before the model is available. */
function notReady(answer: ServerAnswer): string | null {
  const body = parseJson(answer.body);
  const { ready, model_version_status: status } = ('value' in body ? asObject(body.value) : null) ?? {};
  if (ready === false || ready === 'False' || ready === 'false') return 'the model is not ready';
  const versions = asArray(status);
  const states = (versions ?? [])
    .map((version) => asObject(version)?.['state'])
    .filter((state) => typeof state === 'string');
  if (versions === null || states.includes('AVAILABLE')) return null;
  return `the model is ${states[0]?.toLowerCase() ?? 'not there'}`;
}

function askWith(path: string, name: string, body: unknown): Ask {
  const rows = asArray(asObject(body)?.['instances'])?.length ?? null;
  return { name, request: { method: 'POST', path, body: JSON.stringify(body) }, rows };
}

function exampleAsk(path: string, { examples }: Known): Ask | null {
  return examples.length === 0 ? null : askWith(path, 'an example', examples[0]);
}

function judge(ask: Ask, outcome: Outcome, outputs: readonly TensorSpec[]): readonly string[] {
  const body = jsonOf(outcome);
  if ('problem' in body) return [body.problem];
  const answer = asObject(body.value);
  const columns = answer?.['outputs'];
  if (columns === undefined) return predictionProblems(answer?.['predictions'], ask.rows, outputs);
  const named = asObject(columns);
  if (named === null) return valueProblems(columns, 'outputs', outputs.length === 1 ? (outputs[0] ?? null) : null);
  return Object.entries(named).flatMap(([name, value]) =>
    valueProblems(value, `outputs.${name}`, outputs.find((output) => output.name === name) ?? null),
  );
}
