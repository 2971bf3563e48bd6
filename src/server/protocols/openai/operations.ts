import { asArray, asObject } from '../json.ts';
import { edgeTexts } from '../edges.ts';
import type { Ask, Edge } from '../protocol.ts';
import { elementProblem } from '../tensors.ts';

/** One kind of request of the OpenAI API. */
export interface Operation {
  readonly path: string;
  /** Field of the request that only this kind has. */
  readonly field: string;
  readonly asks: (model: string) => readonly Ask[];
  readonly edges: (model: string) => readonly Edge[];
  /** Number of answers that a request wants; null: one, without a list. */
  readonly rowsOf: (body: Readonly<Record<string, unknown>>) => number | null;
  /** What is wrong with an answer, in words; `width` is how many numbers a vector has (null: any). */
  readonly problems: (answer: unknown, rows: number | null, width: number | null) => readonly string[];
  /** What the model said, without ids and times. */
  readonly outputs: (answer: unknown) => unknown;
}

/** Greedy and short, so that the same request has the same answer. */
const greedy = { temperature: 0, max_tokens: 8, seed: 1 };
const prompt = 'The capital of France is';
const finishReasons = ['stop', 'length', 'tool_calls', 'content_filter'];

/** How long a text a model takes, the API does not tell: llama.cpp answers 500 to one that is too long for embeddings. */
const textEdges: readonly (readonly [name: string, text: string, must: Edge['must']])[] = [
  ['empty texts', edgeTexts.empty, 'answer or refuse'],
  ['texts beyond ASCII', edgeTexts.foreign, 'answer or refuse'],
  ['long texts', edgeTexts.long, 'survive'],
];

const chat: Operation = {
  path: '/v1/chat/completions',
  field: 'messages',
  asks: (model) => {
    const body = { model, messages: [{ role: 'user', content: 'Name the capital of France.' }], ...greedy };
    return [
      ask(chat.path, 'a generated chat', body, null),
      ask(chat.path, 'a generated chat that streams', { ...body, stream: true }, null),
    ];
  },
  edges: (model) => {
    const say = (content: string) => ({ model, messages: [{ role: 'user', content }], ...greedy });
    return [
      edge(ask(chat.path, 'no messages', { ...say(''), messages: [] }, null), 'answer or refuse'),
      ...textEdges.map(([name, text, must]) => edge(ask(chat.path, name, say(text), null), must)),
      edge(ask(chat.path, 'a single token', { ...say('Name a city.'), max_tokens: 1 }, null), 'answer'),
    ];
  },
  rowsOf: () => null,
  problems: (answer) =>
    choiceProblems(answer, (choice) => {
      const message = asObject(choice['message']);
      if (message === null) return 'has no message';
      const spoken = typeof message['content'] === 'string' || asArray(message['tool_calls']) !== null;
      // Models that think first may use up a short answer for it.
      const thought = typeof (message['reasoning_content'] ?? message['reasoning']) === 'string';
      return spoken || thought ? null : 'has a message without content';
    }),
  outputs: (answer) => choicesOf(answer).map((choice) => asObject(choice['message'])?.['content'] ?? null),
};

const completions: Operation = {
  path: '/v1/completions',
  field: 'prompt',
  asks: (model) => [ask(completions.path, 'a generated completion', { model, prompt, ...greedy }, null)],
  edges: (model) =>
    textEdges.map(([name, text, must]) =>
      edge(ask(completions.path, name, { model, prompt: text, ...greedy }, null), must),
    ),
  rowsOf: () => null,
  problems: (answer) => choiceProblems(answer, (choice) => (typeof choice['text'] === 'string' ? null : 'has no text')),
  outputs: (answer) => choicesOf(answer).map((choice) => choice['text'] ?? null),
};

const embeddings: Operation = {
  path: '/v1/embeddings',
  field: 'input',
  asks: (model) =>
    [1, 8].map((rows) => {
      const input = Array.from({ length: rows }, (_, index) => `${prompt} (${index})`);
      return ask(embeddings.path, `a generated batch of ${rows}`, { model, input }, rows);
    }),
  edges: (model) =>
    [...textEdges, ['no texts', [], 'answer or refuse'] as const].map(([name, input, must]) =>
      edge(ask(embeddings.path, name, { model, input }, null), must),
    ),
  rowsOf: ({ input }) => asArray(input)?.length ?? 1,
  problems: (answer, rows, width) => embeddingProblems(vectorsOf(answer), rows, width),
  outputs: vectorsOf,
};

/** Every kind; the first that a server does is the one that malformed requests are made of. */
export const operations: readonly [Operation, ...Operation[]] = [chat, completions, embeddings];

/** The kind of a request that somebody wrote down; null when its fields do not tell. */
export function operationOf(body: unknown): Operation | null {
  const object = asObject(body) ?? {};
  return operations.find(({ field }) => Object.hasOwn(object, field)) ?? null;
}

function edge(asked: Ask, must: Edge['must']): Edge {
  return { ask: asked, must };
}

function ask(path: string, name: string, body: unknown, rows: number | null): Ask {
  return { name, request: { method: 'POST', path, body: JSON.stringify(body) }, rows };
}

type Choice = Readonly<Record<string, unknown>>;

function choicesOf(answer: unknown): readonly Choice[] {
  return (asArray(asObject(answer)?.['choices']) ?? []).map((choice) => asObject(choice) ?? {});
}

function choiceProblems(answer: unknown, problemOf: (choice: Choice) => string | null): readonly string[] {
  const choices = choicesOf(answer);
  if (choices.length === 0) return ['the answer has no choices'];
  return choices.flatMap((choice, index) => {
    const problem = problemOf(choice);
    const reason = choice['finish_reason'];
    const ended = typeof reason === 'string' && finishReasons.includes(reason);
    return [
      ...(problem === null ? [] : [`choices[${index}] ${problem}`]),
      ...(ended ? [] : [`choices[${index}] ended with ${JSON.stringify(reason ?? null)}`]),
    ];
  });
}

function vectorsOf(answer: unknown): readonly (readonly unknown[])[] {
  const data = asArray(asObject(answer)?.['data']) ?? [];
  return data.map((item) => asArray(asObject(item)?.['embedding']) ?? []);
}

function embeddingProblems(
  vectors: readonly (readonly unknown[])[],
  rows: number | null,
  width: number | null,
): readonly string[] {
  if (rows !== null && vectors.length !== rows) return [`asked with ${rows} texts, data has ${vectors.length}`];
  const [first] = vectors;
  return vectors.flatMap((vector, index) => {
    const where = `data[${index}].embedding`;
    if (vector.length === 0) return [`${where} is empty`];
    if (vector.length !== first?.length) return [`${where} has ${vector.length} numbers, the first ${first?.length}`];
    if (width !== null && vector.length !== width) return [`${where} has ${vector.length} numbers, expected ${width}`];
    for (const [position, value] of vector.entries()) {
      const problem = elementProblem('float64', value);
      if (problem !== null) return [`${where}[${position}] ${problem}`];
    }
    return vector.every((value) => value === 0) ? [`${where} is all zeros`] : [];
  });
}
