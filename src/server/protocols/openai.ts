import { asArray, asObject, parseJson } from './json.ts';
import { jsonOf, refusalProblems } from './judging.ts';
import { malformedAsks } from './openai/malformed.ts';
import { operationOf, operations, type Operation } from './openai/operations.ts';
import { firstTokenMs, judgeStream, textOfStream } from './openai/stream.ts';
import type { Ask, Known, Protocol, Send } from './protocol.ts';

/**
 * OpenAI's API as vLLM, llama.cpp and others have it: chat, completions, embeddings. Which of them a model does is found out by asking
 * each once; the answers to the shortest request of each are cheap.
 */
export const openai: Protocol = {
  id: 'openai',
  notReady: () => null,
  discover: async (send, known) => {
    const model = await servedName(send, known);
    const tried = await Promise.all(operations.map(async (one) => ({ one, ...(await tryOne(send, one, model)) })));
    const served = tried.filter(({ has }) => has).map(({ one }) => one);
    const busy = tried.find((one) => one.busy);
    const [main = operations[0]] = served;
    const answers = tried.map(({ one, said }) => `${one.path} ${said}`).join(', ');
    return {
      title: served.length === 0 ? 'the OpenAI API' : `POST ${served.map(({ path }) => path).join(', ')} (OpenAI)`,
      valid: served.flatMap((one) => one.asks(model)),
      malformed: malformedAsks(main, model),
      edges: served.flatMap((one) => one.edges(model)),
      open: served.length === 0 ? `it does neither chat nor completions nor embeddings: ${answers}` : null,
      fault: busy === undefined ? null : { what: `POST ${busy.one.path} ${busy.said}`, passing: true },
      ask: (name, body) => {
        const operation = operationOf(body) ?? main;
        const named = { model, ...asObject(body) };
        return {
          name,
          request: { method: 'POST', path: operation.path, body: JSON.stringify(named) },
          rows: operation.rowsOf(named),
        };
      },
      judge: (ask, outcome) => {
        const operation = operations.find(({ path }) => path === ask.request.path) ?? main;
        if (isStreamed(ask)) return judgeStream(outcome);
        const body = jsonOf(outcome);
        return 'problem' in body ? [body.problem] : operation.problems(body.value, ask.rows, widthOf(known));
      },
      judgeRefusal: (_, outcome) => refusalProblems(outcome),
      outputs: (ask, answer) => {
        if (isStreamed(ask)) return textOfStream(answer.body);
        const operation = operations.find(({ path }) => path === ask.request.path) ?? main;
        const body = parseJson(answer.body);
        return 'problem' in body ? null : operation.outputs(body.value);
      },
      firstTokenMs: (ask, answer) => (isStreamed(ask) ? firstTokenMs(answer) : null),
    };
  },
};

/** The name that requests have to give: the configured one, unless the server knows its model under another. */
async function servedName(send: Send, { model }: Known): Promise<string> {
  const body = jsonOf(await send({ method: 'GET', path: '/v1/models' }));
  const list = 'problem' in body ? [] : (asArray(asObject(body.value)?.['data']) ?? []);
  const ids = list.map((item) => asObject(item)?.['id']).filter((id) => typeof id === 'string');
  return ids.includes(model) ? model : (ids[0] ?? model);
}

/** Numbers of a vector, where the contract has one output of rows with a fixed length; null: not known. */
function widthOf({ contract }: Known): number | null {
  const [output, ...others] = contract?.outputs ?? [];
  return output?.shape.length === 2 && others.length === 0 ? (output.shape[1] ?? null) : null;
}

interface Tried {
  /** It has this operation, whether or not it works. */
  readonly has: boolean;
  /** It may yet turn out to have it, or not. */
  readonly busy: boolean;
  readonly said: string;
}

/** 501: llama.cpp has the path, and was started without what it takes. */
const notImplemented = 501;

/** Only a refusal (4xx, 501) says that a model does not do this: what fails or says nothing is there, and is judged like any other. */
async function tryOne(send: Send, operation: Operation, model: string): Promise<Tried> {
  const [ask] = operation.asks(model);
  if (ask === undefined) return { has: false, busy: false, said: 'has no request' };
  const outcome = await send(ask.request);
  if (outcome.kind === 'none') return { has: true, busy: outcome.reason === 'refused', said: 'gave no answer' };
  const { status } = outcome;
  const has = status < 300 || (status >= 500 && status !== notImplemented);
  return { has, busy: status === 503, said: `answered ${status}` };
}

function isStreamed(ask: Ask): boolean {
  const body = parseJson(ask.request.body ?? '');
  return 'value' in body && asObject(body.value)?.['stream'] === true;
}
