import type { Ask, Discovery, ServerAnswer } from '../../server/protocols/protocol.ts';
import { parseJson } from '../../server/protocols/json.ts';
import { goldenJudge } from '../../golden/compare.ts';
import { defaultTolerance, differences } from '../../golden/tolerance.ts';
import {
  beyondMessage,
  type Check,
  failed,
  failedFor,
  passed,
  put,
  refusalsOf,
  rightAsks,
  shorten,
  skipped,
} from './check.ts';

/** Requests made from the server's own description, answered in the right shape with finite numbers. */
export const answers: Check = {
  id: 'answers',
  title: 'Answers generated requests with the right shape and finite numbers',
  run: async (trial) => {
    const { discovery } = trial;
    if (discovery.valid.length === 0) {
      return skipped(`No request could be made from the description: ${discovery.open ?? 'it describes none'}.`);
    }
    const problems: string[] = [];
    for (const ask of discovery.valid) {
      problems.push(...discovery.judge(ask, await put(trial, ask)).map((problem) => `${ask.name}: ${problem}`));
    }
    if (problems.length > 0) return failedFor(problems);
    const names = [...new Set(discovery.valid.map(({ name }) => name.replace('a generated ', '')))];
    return passed(`${discovery.title}: ${names.join(', ')} answered.`);
  },
};

/** Requests whose answers somebody wrote down. */
export const goldenAnswers: Check = {
  id: 'golden',
  title: 'Golden requests get the expected answers',
  run: async (trial) => {
    const { golden, discovery } = trial;
    if (golden.length === 0) return skipped('smoke.golden is not set.');
    const problems: string[] = [];
    const judge = goldenJudge();
    for (const request of golden) {
      const ask = discovery.ask(request.name, request.body);
      const outcome = await put(trial, ask);
      const wrong = discovery.judge(ask, outcome);
      const right = outcome.kind === 'answer' && wrong.length === 0;
      const found = right ? judge.judge(request, answerOf(discovery, ask, outcome)) : wrong;
      if (found.length > 0) problems.push(`"${request.name}": ${shorten(found)}`);
    }
    const count = `${golden.length} golden request${golden.length === 1 ? '' : 's'}`;
    const together = judge.end();
    const limit = 'tolerance of each request';
    if (problems.length > 0) {
      const all = together.length === 0 ? '' : `. All together: ${shorten(together)}`;
      return failed(`${problems.length} of ${count}: ${shorten(problems)}${all}`, limit, beyondMessage(problems));
    }
    if (together.length > 0) return failed(`${shorten(together)}.`, limit, beyondMessage(together));
    return passed(`${count} got the expected answers.`, limit);
  },
};

/** The JSON of a right answer; a stream is compared by the text that it says. */
function answerOf(discovery: Discovery, ask: Ask, answer: ServerAnswer): unknown {
  const body = parseJson(answer.body);
  return 'value' in body ? body.value : discovery.outputs(ask, answer);
}

/** The same question twice: the model's part of the answer must be the same. */
export const sameTwice: Check = {
  id: 'same-twice',
  title: 'Gives the same answer twice',
  run: async (trial) => {
    const { discovery, config } = trial;
    if (!config.smoke.deterministic) {
      return skipped('The model is declared not to give the same answer twice (smoke.deterministic is false).');
    }
    const asks = largestOf(rightAsks(trial));
    if (asks.length === 0) return skipped('No valid request is known.');
    const problems: string[] = [];
    let compared = 0;
    for (const ask of asks) {
      const [first, second] = [await put(trial, ask), await put(trial, ask)];
      const wrong = [...discovery.judge(ask, first), ...discovery.judge(ask, second)];
      if (first.kind === 'none' || second.kind === 'none' || wrong.length > 0) continue;
      compared++;
      const differing = differences(discovery.outputs(ask, first), discovery.outputs(ask, second), defaultTolerance);
      if (differing.length > 0) problems.push(`${ask.name}: the second answer differs from the first`);
    }
    if (compared === 0) return skipped('No two right answers to compare.');
    const limit = `absolute ${defaultTolerance.absolute} or relative ${defaultTolerance.relative}`;
    return problems.length === 0
      ? passed('Repeated requests got the same answers.', limit)
      : failedFor(problems, limit);
  },
};

/** Wrong requests are the client's fault (4xx), and the server goes on. */
export const malformed: Check = {
  id: 'malformed',
  title: 'Refuses malformed requests with 4xx and goes on',
  run: async (trial) => {
    const { discovery } = trial;
    if (discovery.malformed.length === 0) return skipped('Nothing is known that this server would have to refuse.');
    const refusals = refusalsOf(trial);
    const [probe] = rightAsks(trial);
    const problems: string[] = [];
    const excused: string[] = [];
    for (const ask of discovery.malformed) {
      const outcome = await put(trial, ask);
      const wrong = discovery.judgeRefusal(ask, outcome);
      if (wrong.length === 0) continue;
      const refused = outcome.kind === 'answer' && outcome.status >= 500;
      if (refusals === '4xx or 5xx' && refused) excused.push(`${ask.name} (${outcome.status})`);
      else problems.push(...wrong.map((problem) => `${ask.name}: ${problem}`));
    }
    if (
      probe !== undefined &&
      discovery.judge(probe, await put(trial, probe)).some((text) => text.startsWith('no answer'))
    ) {
      problems.push('afterwards it no longer answers a valid request');
    }
    const limit = refusals === '4xx' ? 'HTTP 400-499' : 'HTTP 400-599';
    if (problems.length > 0) return failedFor(problems, limit);
    const names = discovery.malformed.map(({ name }) => name).join(', ');
    const how = excused.length === 0 ? '' : ` This server answers some of them with 5xx: ${shorten(excused)}.`;
    return passed(`${names}: all refused.${how}`, limit);
  },
};

/** The first and the largest: enough to see a difference without sending everything again. */
function largestOf(asks: readonly Ask[]): readonly Ask[] {
  const [first] = asks;
  if (first === undefined) return [];
  const largest = asks.reduce((best, ask) => ((ask.rows ?? 0) > (best.rows ?? 0) ? ask : best), first);
  return largest === first ? [first] : [first, largest];
}
