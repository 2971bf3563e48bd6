import { expect, test } from 'vitest';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { type ReadyOptions, waitUntilReady } from '../../src/smoke/checks/ready.ts';
import { config } from './fixture/project.ts';

test('a server that is never started is an error of the infrastructure, after a limit of its own', async () => {
  const options = {
    config: { ...config, smoke: { ...config.smoke, readyTimeoutMs: 1 } },
    running: {
      title: 'docker container sum-smoke-1',
      state: () => Promise.resolve({ phase: 'starting', detail: 'pulling the image' }),
    },
    signal: new AbortController().signal,
    task: silentReporter.task('wait'),
    startMs: 300,
  } as unknown as ReadyOptions;
  const began = performance.now();
  await expect(waitUntilReady(options)).rejects.toMatchObject({
    code: 'smoke/not-started',
    kind: 'infrastructure',
    message: expect.stringMatching(
      /^The docker container sum-smoke-1 was not started within .*pulling the image/,
    ) as string,
  });
  expect(performance.now() - began).toBeGreaterThanOrEqual(300);
});
