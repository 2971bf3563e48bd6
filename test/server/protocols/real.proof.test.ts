import { describe, expect, test } from 'vitest';

import { httpClient } from '../../../src/server/protocols/http.ts';
import { protocols } from '../../../src/server/protocols/index.ts';
import { cases } from '../real/cases.ts';

// The real servers, from PyPI, now: what the recorded answers say must still be so.
describe.each(cases)('$name', ({ start, protocol, known, notRefused, failsAt = [] }) => {
  test('answers what is generated and refuses what is malformed', async () => {
    const server = await start();
    const client = httpClient(server.url);
    try {
      const discovery = await protocols[protocol].discover(client.send, known);
      expect(discovery.open).toBeNull();
      for (const ask of discovery.valid) {
        expect([ask.name, discovery.judge(ask, await client.send(ask.request))]).toEqual([ask.name, []]);
      }
      const found: string[] = [];
      for (const ask of discovery.malformed) {
        if (discovery.judgeRefusal(ask, await client.send(ask.request)).length > 0) found.push(ask.name);
      }
      expect(found).toEqual(notRefused);
      const failing: string[] = [];
      for (const { ask } of discovery.edges) {
        const outcome = await client.send(ask.request);
        expect([ask.name, outcome.kind]).toEqual([ask.name, 'answer']);
        if (outcome.kind === 'answer' && outcome.status >= 500) failing.push(ask.name);
      }
      expect(failing).toEqual(failsAt);
    } finally {
      client.close();
      await server.stop();
    }
  });
});
