import { asArray, asObject, parseJson } from '../json.ts';
import { statusProblem } from '../judging.ts';
import type { Outcome, ServerAnswer } from '../protocol.ts';
import { cut } from '../../../cut.ts';

/** What is wrong with a streamed answer: events that are not JSON, an error in the middle, no end, nothing said. */
export function judgeStream(outcome: Outcome): readonly string[] {
  const problem = statusProblem(outcome);
  if (problem !== null || outcome.kind === 'none') return [problem ?? 'no answer'];
  const events = eventsOf(outcome.body);
  if (events.at(-1) !== '[DONE]') return ['the stream does not end with [DONE]'];
  const chunks = events.slice(0, -1).map(parseJson);
  if (chunks.length === 0) return ['the stream says nothing'];
  for (const chunk of chunks) {
    if ('problem' in chunk) return [`in the stream ${chunk.problem}`];
    const error = asObject(chunk.value)?.['error'];
    if (error !== undefined && error !== null)
      return [`the stream ends with an error: ${cut(JSON.stringify(error), 200)}`];
  }
  const ended = chunks.some((chunk) => 'value' in chunk && finishOf(chunk.value) !== null);
  return ended ? [] : ['the stream gives no finish_reason'];
}

/** The text of all chunks behind each other. */
export function textOfStream(body: string): string {
  return eventsOf(body)
    .filter((event) => event !== '[DONE]')
    .map((event) => {
      const chunk = parseJson(event);
      const choice = 'problem' in chunk ? null : firstChoice(chunk.value);
      const text = asObject(choice?.['delta'])?.['content'] ?? choice?.['text'];
      return typeof text === 'string' ? text : '';
    })
    .join('');
}

/** When the first event that says something was there as a whole, milliseconds after the request; null: the parts were not seen. */
export function firstTokenMs({ body, arrivals = [] }: ServerAnswer): number | null {
  let bytes = 0;
  for (const line of body.split('\n')) {
    bytes += Buffer.byteLength(line) + 1;
    const [event] = eventsOf(line);
    if (event === undefined || !saysSomething(event)) continue;
    return arrivals.find((arrival) => arrival.bytes >= bytes)?.ms ?? null;
  }
  return null;
}

/** Models that think first say so under other names; a call of a tool is said, too. */
function saysSomething(event: string): boolean {
  const chunk = parseJson(event);
  const choice = 'problem' in chunk ? null : firstChoice(chunk.value);
  const { content, reasoning_content: thought, reasoning } = asObject(choice?.['delta']) ?? {};
  const spoken = [content, thought, reasoning, choice?.['text']].some(
    (text) => typeof text === 'string' && text !== '',
  );
  return spoken || (asArray(asObject(choice?.['delta'])?.['tool_calls'])?.length ?? 0) > 0;
}

/** Data of the server-sent events (WHATWG HTML, "Server-sent events"). */
function eventsOf(body: string): string[] {
  return body
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim());
}

function firstChoice(chunk: unknown): Readonly<Record<string, unknown>> | null {
  return asObject(asArray(asObject(chunk)?.['choices'])?.[0]);
}

function finishOf(chunk: unknown): string | null {
  const reason = firstChoice(chunk)?.['finish_reason'];
  return typeof reason === 'string' ? reason : null;
}
