import { parseJson } from './json.ts';
import type { Fault, NoAnswer, Outcome, ServerAnswer } from './protocol.ts';
import { cut } from '../../cut.ts';

/** The JSON of an answer with status 2xx, or why there is none, in words. */
export function jsonOf(outcome: Outcome): { readonly value: unknown } | { readonly problem: string } {
  const problem = statusProblem(outcome);
  if (problem !== null) return { problem };
  return parseJson(outcome.kind === 'answer' ? outcome.body : '');
}

/**
 * Why an outcome is not an answer with status 2xx, in words; null when it is.
 * @param outcome of a request
 * @param wanted the only status that is right; null: any 2xx
 */
export function statusProblem(outcome: Outcome, wanted: number | null = null): string | null {
  if (outcome.kind === 'none') return unanswered(outcome);
  const right = wanted === null ? outcome.status >= 200 && outcome.status <= 299 : outcome.status === wanted;
  return right ? null : `answered ${outcome.status} instead of ${wanted ?? 200}${excerpt(outcome)}`;
}

/**
 * Whether a server failed to tell about itself; null: it told, or refused because it has nothing to tell (4xx, 501).
 * @param what was asked: `GET /openapi.json`
 */
export function faultOf(what: string, outcome: Outcome): Fault | null {
  if (outcome.kind === 'none') return { what: `${what}: ${unanswered(outcome)}`, passing: true };
  const { status } = outcome;
  if (status < 500 || status === 501) return null;
  return { what: `${what} answered ${status}`, passing: status === 503 };
}

/** What is wrong with the way a malformed request was refused; empty: with 4xx, as it should be. */
export function refusalProblems(outcome: Outcome): readonly string[] {
  if (outcome.kind === 'none') return [unanswered(outcome)];
  return outcome.status >= 400 && outcome.status < 500 ? [] : [`answered ${outcome.status} instead of 4xx`];
}

/** Without the message of the network stack, which holds addresses and ports. */
function unanswered({ reason }: NoAnswer): string {
  const how = { refused: 'nobody listens', broken: 'the connection broke', timeout: 'it took too long' }[reason];
  return `no answer, ${how}`;
}

function excerpt(answer: ServerAnswer): string {
  const text = answer.body.replace(/\s+/g, ' ').trim();
  if (text === '') return '';
  return `: ${cut(text, 200)}`;
}
