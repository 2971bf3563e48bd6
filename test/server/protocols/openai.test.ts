import { describe, expect, test } from 'vitest';

import { openai } from '../../../src/server/protocols/openai.ts';
import type { Outcome, Send } from '../../../src/server/protocols/protocol.ts';
import { nothingKnown as known } from './known.ts';

const answered = (value: unknown, status = 200): Outcome & { kind: 'answer' } => ({
  kind: 'answer',
  status,
  headers: {},
  body: typeof value === 'string' ? value : JSON.stringify(value),
  ms: 1,
});

/** A server that does these operations (`chat`, `completions`, `embeddings`) under these names. */
function doing(served: readonly string[], names: readonly string[] = ['m'], refusal = 404): Send {
  return ({ path }) => {
    if (path === '/v1/models') return Promise.resolve(answered({ data: names.map((id) => ({ id })) }));
    return Promise.resolve(answered({}, served.some((name) => path.includes(name)) ? 200 : refusal));
  };
}

const choice = (more: object) => ({ choices: [{ finish_reason: 'stop', message: { content: 'Paris' }, ...more }] });

describe('discovery', () => {
  test('asks for what the server does', async () => {
    const chat = await openai.discover(doing(['chat']), known);
    expect(chat.title).toBe('POST /v1/chat/completions (OpenAI)');
    expect(chat.valid.map(({ name }) => name)).toEqual(['a generated chat', 'a generated chat that streams']);
    const embeddings = await openai.discover(doing(['embeddings']), known);
    expect(embeddings.valid.map(({ rows }) => rows)).toEqual([1, 8]);
    expect((await openai.discover(doing([]), known)).open).toContain('/v1/embeddings answered 404');
  });

  test('a server that still loads is asked again later, not given up', async () => {
    expect((await openai.discover(doing([], ['m'], 503), known)).valid.length).toBeGreaterThan(0);
  });

  test('names the model as the server does', async () => {
    const { valid } = await openai.discover(doing(['chat'], ['/model']), known);
    expect(JSON.parse(valid[0]?.request.body ?? '')).toMatchObject({ model: '/model' });
  });

  test('a golden request goes where its fields belong, with the name of the model', async () => {
    const { ask } = await openai.discover(doing(['chat', 'embeddings']), known);
    expect(ask('one', { input: ['a', 'b'] })).toMatchObject({ request: { path: '/v1/embeddings' }, rows: 2 });
    const { request } = ask('two', { prompt: 'a', max_tokens: 1 });
    expect([request.path, JSON.parse(request.body ?? '')]).toEqual([
      '/v1/completions',
      { model: 'm', prompt: 'a', max_tokens: 1 },
    ]);
  });
});

describe('judging', () => {
  test.each([
    [choice({}), ''],
    [choice({ finish_reason: 'length', message: { content: '' } }), ''],
    [choice({ message: { content: null, reasoning_content: 'hm' }, finish_reason: 'length' }), ''],
    [{ choices: [] }, 'the answer has no choices'],
    [choice({ message: { content: null } }), 'choices[0] has a message without content'],
    [choice({ finish_reason: 'error' }), 'choices[0] ended with "error"'],
  ])('chat %j', async (body, expected) => {
    const { judge, ask } = await openai.discover(doing(['chat']), known);
    expect(judge(ask('one', { messages: [] }), answered(body)).join('; ')).toBe(expected);
  });

  test.each([
    [
      [
        [1, 2],
        [3, 4],
      ],
      '',
    ],
    [[[1, 2]], 'asked with 2 texts, data has 1'],
    [[[1, 2], [3]], 'data[1].embedding has 1 numbers, the first 2'],
    [
      [
        [1, 2],
        [0, 0],
      ],
      'data[1].embedding is all zeros',
    ],
    [
      [
        [1, null],
        [3, 4],
      ],
      'data[0].embedding[1] is null, which is how NaN is often written',
    ],
    [[[], []], 'data[0].embedding is empty; data[1].embedding is empty'],
  ])('embeddings %j', async (vectors, expected) => {
    const { judge, ask } = await openai.discover(doing(['embeddings']), known);
    const body = { data: vectors.map((embedding) => ({ embedding })) };
    expect(judge(ask('two', { input: ['a', 'b'] }), answered(body)).join('; ')).toBe(expected);
  });

  test('vectors are as long as the contract says', async () => {
    const vector = { name: 'vector', dtype: 'float32', shape: [null, 3] };
    const contract = { inputs: [], outputs: [vector], source: 'declared' };
    const { judge, ask } = await openai.discover(doing(['embeddings']), { ...known, contract });
    const asked = ask('one', { input: 'a' });
    expect(judge(asked, answered({ data: [{ embedding: [1, 2, 3] }] }))).toEqual([]);
    expect(judge(asked, answered({ data: [{ embedding: [1, 2] }] }))).toEqual([
      'data[0].embedding has 2 numbers, expected 3',
    ]);
  });

  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;

  test('the first token is the first event that says something, when it is there as a whole', async () => {
    const { firstTokenMs, valid } = await openai.discover(doing(['chat']), known);
    const [whole, streamed] = valid;
    if (whole === undefined || streamed === undefined) throw new Error('no requests');
    const [role, word, rest] = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'é' }), chunk({}, 'stop')];
    const body = `${role}${word}${rest}data: [DONE]\n\n`;
    const until = (text: string) => Buffer.byteLength(text);
    const at = (arrivals: { bytes: number; ms: number }[], ask = streamed) =>
      firstTokenMs?.(ask, { ...answered(body), arrivals });
    const parts = [
      { bytes: until(role), ms: 10 },
      { bytes: until(role + word) - 5, ms: 20 },
      { bytes: until(role + word), ms: 30 },
      { bytes: until(body), ms: 90 },
    ];
    expect(at(parts)).toBe(30);
    expect(at([{ bytes: until(body), ms: 90 }])).toBe(90);
    expect(at([])).toBeNull();
    expect(at(parts, whole)).toBeNull();
    const thought = `${role}${chunk({ reasoning_content: 'hm' })}`;
    expect(firstTokenMs?.(streamed, { ...answered(thought), arrivals: [{ bytes: until(thought), ms: 7 }] })).toBe(7);
    expect(firstTokenMs?.(streamed, { ...answered(role), arrivals: [{ bytes: until(role), ms: 7 }] })).toBeNull();
  });

  test.each([
    [`${chunk({ content: 'Pa' })}${chunk({ content: 'ris' }, 'stop')}data: [DONE]\n\n`, ''],
    [chunk({ content: 'Pa' }), 'the stream does not end with [DONE]'],
    ['data: [DONE]\n\n', 'the stream says nothing'],
    [`${chunk({ content: 'Pa' })}data: [DONE]\n\n`, 'the stream gives no finish_reason'],
    ['data: {"error": {"message": "boom"}}\n\ndata: [DONE]\n\n', 'the stream ends with an error: {"message":"boom"}'],
    ['data: {"choices\n\ndata: [DONE]\n\n', 'in the stream the answer is not JSON'],
  ])('a stream %j', async (body, expected) => {
    const { judge, outputs, valid } = await openai.discover(doing(['chat']), known);
    const ask = valid[1];
    if (ask === undefined) throw new Error('no request that streams');
    expect(judge(ask, answered(body)).join('; ')).toBe(expected);
    if (expected === '') expect(outputs(ask, answered(body))).toBe('Paris');
  });
});
