import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { serverOf } from '../../src/server/index.ts';
import type { Discovery } from '../../src/server/protocols/protocol.ts';
import { type ReadyOptions, waitUntilReady } from '../../src/smoke/checks/ready.ts';
import { config } from './fixture/project.ts';

test('what the end of the budget cut off does not make a server ready that still loads', async () => {
  const smoke = { ...config.smoke, readyTimeoutMs: 500 };
  const busy = { fault: { what: 'POST /b answered 503', passing: true } } as unknown as Discovery;
  const request = { method: 'POST', path: '/a', body: '{}' };
  const found = { fault: null, open: null, valid: [{ name: 'one', request }] } as unknown as Discovery;
  let looks = 0;
  const discover = async () => {
    if (looks++ === 0) return busy;
    // Its question whether the other operation is still busy gets no answer any more.
    await delay(600);
    return found;
  };
  const options = {
    config: { ...config, smoke },
    server: serverOf(config),
    protocol: { discover, notReady: () => null },
    known: { examples: ['{}'] },
    golden: [],
    running: {
      state: () => Promise.resolve({ phase: 'running' }),
      send: () => Promise.resolve({ kind: 'answer', status: 200, headers: {}, body: '{}', ms: 1 }),
    },
    signal: new AbortController().signal,
    task: silentReporter.task('wait'),
  } as unknown as ReadyOptions;
  const { finding } = await waitUntilReady(options);
  expect(finding).toMatchObject({
    verdict: 'failed',
    message: 'No inference was answered in time although it says that it is ready: POST /b answered 503.',
  });
});
