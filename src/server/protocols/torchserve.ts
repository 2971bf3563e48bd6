import { largerBatchesUpTo, withinBody } from './batches.ts';
import { asArray, asObject, parseJson } from './json.ts';
import { jsonOf, refusalProblems } from './judging.ts';
import { exampleBatches } from './openapi/example-batches.ts';
import type { Ask, Known, Protocol } from './protocol.ts';
import { looseProblems, predictionProblems } from './rows/predictions.ts';
import { malformedRows, rowRequests, type RowRequests } from './rows/requests.ts';

/**
 * TorchServe's inference API (`POST /predictions/NAME`). What a body looks like is the handler's business: ours, and TorchServe's own
 * JSON envelope, take `{"instances": [row, ...]}` and answer `{"predictions": [...]}`. Golden requests of another form are taken as
 * they are, and their answers are only looked through for numbers that are not finite.
 */
export const torchserve: Protocol = {
  id: 'torchserve',
  notReady: (answer) => {
    const body = parseJson(answer.body);
    const status = 'problem' in body ? null : asObject(body.value)?.['status'];
    return typeof status === 'string' && status !== 'Healthy' ? `the server is ${status.toLowerCase()}` : null;
  },
  discover: (_, known) => {
    const path = `/predictions/${encodeURIComponent(known.model)}`;
    const ownForm = known.examples.every((example) => rowsOf(example) !== null);
    const { valid, edges, open } = ownForm ? rowRequests(path, known, false) : fromExamples(path, known);
    const outputs = known.contract?.outputs ?? [];
    return Promise.resolve({
      title: `POST ${path} (TorchServe)`,
      valid,
      malformed: ownForm ? malformedRows(path, valid[0] ?? null, known) : [],
      edges,
      open,
      fault: null,
      ask: (name, body) => ({
        name,
        request: { method: 'POST', path, body: JSON.stringify(body) },
        rows: rowsOf(body)?.length ?? null,
      }),
      judge: (ask, outcome) => {
        const body = jsonOf(outcome);
        if ('problem' in body) return [body.problem];
        const predictions = asObject(body.value)?.['predictions'];
        if (ownForm || predictions !== undefined) return predictionProblems(predictions, ask.rows, outputs);
        return looseProblems(body.value, 'the answer');
      },
      judgeRefusal: (_ask, outcome) => refusalProblems(outcome),
      outputs: (_ask, answer) => {
        const body = parseJson(answer.body);
        if ('problem' in body) return null;
        return asObject(body.value)?.['predictions'] ?? body.value;
      },
    });
  },
};

function rowsOf(body: unknown): readonly unknown[] | null {
  return asArray(asObject(body)?.['instances']);
}

function fromExamples(path: string, { examples, maxRows, maxBodyBytes }: Known): RowRequests {
  const asks = exampleBatches(examples, largerBatchesUpTo(maxRows)).map(({ body, rows }): Ask => ({
    name: `a generated batch of ${rows}`,
    request: { method: 'POST', path, body: JSON.stringify(body) },
    rows: null,
  }));
  const valid = withinBody(asks, maxBodyBytes);
  return { valid, edges: [], open: valid.length > 0 ? null : 'only the handler knows what a request looks like' };
}
