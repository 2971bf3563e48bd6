import { describe, expect, test } from 'vitest';

import { protocols } from '../../../src/server/protocols/index.ts';
import type { Outcome } from '../../../src/server/protocols/protocol.ts';
import { cases } from '../real/cases.ts';
import { replay } from '../real/exchange.ts';

// What real servers said, recorded by test/server/real/record.ts; real.proof.test.ts asks them again.
describe.each(cases)('$name', ({ name, protocol, known, notRefused }) => {
  const send = replay(name);
  const discovered = protocols[protocol].discover(send, known);

  test('its right answers are right', async () => {
    const discovery = await discovered;
    expect(discovery.open).toBeNull();
    expect(discovery.valid.length).toBeGreaterThanOrEqual(3);
    for (const ask of discovery.valid) {
      const outcome = await send(ask.request);
      expect([ask.name, discovery.judge(ask, outcome)]).toEqual([ask.name, []]);
      expect(outcome.kind === 'answer' && discovery.outputs(ask, outcome)).toBeTruthy();
    }
  });

  test('its refusals are judged by their status', async () => {
    const discovery = await discovered;
    const found: string[] = [];
    for (const ask of discovery.malformed) {
      if (discovery.judgeRefusal(ask, await send(ask.request)).length > 0) found.push(ask.name);
    }
    expect(found).toEqual(notRefused);
  });

  test('its right answers are wrong with another status, without their end, and as an answer to a larger batch', async () => {
    const discovery = await discovered;
    const [ask] = discovery.valid;
    if (ask === undefined) throw new Error('no valid request');
    const outcome = await send(ask.request);
    if (outcome.kind !== 'answer') throw new Error('no answer');
    const judged = (changed: Partial<Outcome & { kind: 'answer' }>): readonly string[] =>
      discovery.judge(ask, { ...outcome, ...changed });
    expect(judged({ status: 503 })[0]).toMatch(/^answered 503 instead of 200/);
    expect(judged({ body: outcome.body.slice(0, -5) })).toEqual(['the answer is not JSON']);
    expect(discovery.judge(ask, { kind: 'none', reason: 'timeout', message: '', ms: 1 })).toEqual([
      'no answer, it took too long',
    ]);
    if (ask.rows !== null) expect(discovery.judge({ ...ask, rows: 7 }, outcome)).not.toEqual([]);
  });
});
