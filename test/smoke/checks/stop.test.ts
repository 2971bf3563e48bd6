import { expect, test } from 'vitest';
import { serverOf } from '../../../src/server/index.ts';
import type { HeldRequest } from '../../../src/server/protocols/held-request.ts';
import type { RunningServer, Runtime } from '../../../src/smoke/runtimes/runtime.ts';
import { createSmokeStage } from '../../../src/smoke/stage.ts';
import { message, project, verdict } from '../fixture/project.ts';
import type { Fault } from '../fixture/server.ts';
import { spawnedRuntime } from '../fixture/spawned-runtime.ts';

/** A real server whose runtime says something else of its end. */
async function ended(more: (real: RunningServer) => Partial<RunningServer>, fault: Fault = 'none') {
  const runtime = spawnedRuntime({ fault });
  const telling: Runtime = {
    ...runtime,
    start: async (spec) => {
      const real = await runtime.start(spec);
      return { ...real, ...more(real) };
    },
  };
  return createSmokeStage({ runtimes: [telling], serverOf }).run(project({ requests: 5 }));
}

test.concurrent('an exit code that nobody knows is no clean exit', async () => {
  const evidence = await ended((real) => ({
    stop: async () => ({ ...(await (real.stop?.() ?? Promise.reject(new Error('not started')))), exitCode: null }),
  }));
  expect([verdict(evidence, 'stop'), message(evidence, 'stop')]).toEqual([
    'skipped',
    'It ended after SIGTERM; with which exit code could not be found out.',
  ]);
});

const answering = (status: number) => (): Partial<RunningServer> => ({
  hold: () =>
    Promise.resolve<HeldRequest>({
      finish: () => Promise.resolve({ kind: 'answer', status, headers: {}, body: '{}', ms: 1 }),
      abandon: () => undefined,
    }),
});

test.concurrent.each<[number, string, RegExp]>([
  [200, 'passed', /was answered\.$/],
  [500, 'failed', /was lost: HTTP 500; before, it was served\.$/],
  [503, 'failed', /was lost: HTTP 503/],
  [408, 'skipped', /HTTP 408: perhaps because its last byte came late/],
])('HTTP %i to the request in flight: %s', async (status, expected, said) => {
  const evidence = await ended(answering(status));
  expect(message(evidence, 'in-flight')).toMatch(said);
  expect(verdict(evidence, 'in-flight')).toBe(expected);
});

test.concurrent('a server that never served it loses nothing with SIGTERM', async () => {
  const evidence = await ended(answering(500), 'tells-secrets');
  expect(verdict(evidence, 'ready')).toBe('failed');
  expect(message(evidence, 'in-flight')).toMatch(/HTTP 500, and was not served before either/);
});
