import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { goDuration, PodClock, pullTime } from '../../../src/smoke/runtimes/kubernetes/cold-start.ts';

const image = `registry.example/sum@sha256:${'1'.repeat(64)}`;
const other = `registry.example/ml-deploy@sha256:${'2'.repeat(64)}`;
const pod = (status: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, status });
const placed = { conditions: [{ type: 'PodScheduled', status: 'True' }] };

test.each([
  ['1m2.5s', 62_500],
  ['355.2ms', 355.2],
  ['1h0m0s', 3_600_000],
  ['12.345678901s', 12_345.678901],
  ['soon', null],
  ['', null],
])('a duration as Go writes it: %s', (text, ms) => {
  expect(goDuration(text)).toBe(ms);
});

test.each([
  [
    'with the wait',
    `Successfully pulled image "${image}" in 3.5s (4.25s including waiting). Image size: 9 bytes.`,
    4_250,
  ],
  ['of older kubelets', `Successfully pulled image "${image}" in 3.5s`, 3_500],
  ['of the oldest', `Successfully pulled image "${image}"`, null],
  ['that was not needed', `Container image "${image}" already present on machine`, 0],
])('the time of a pull, %s', (_, message, ms) => {
  const ofInit = `Successfully pulled image "${other}" in 9s (9s including waiting).`;
  expect(pullTime([ofInit, message], image)).toBe(ms);
  expect(pullTime([ofInit], image)).toBeNull();
});

test('a start is split where the pod was seen to come a step further', async () => {
  const clock = new PodClock();
  clock.see(pod({}));
  await delay(60);
  clock.see(pod(placed));
  await delay(120);
  const fetched = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:00Z', exitCode: 0 };
  const running = pod({
    ...placed,
    initContainerStatuses: [{ name: 'fetch-model', state: { terminated: fetched } }],
    containerStatuses: [{ name: 'server', imageID: '', state: { running: {} } }],
  });
  clock.see(running);
  await delay(30);
  clock.see(running);
  const told = [`Successfully pulled image "${image}" in 50ms (50ms including waiting).`];
  const parts = clock.parts(running, told, image);
  expect(parts).toMatchObject({ pullMs: 50, fetchMs: 0 });
  expect(parts.nodeMs).toBeGreaterThanOrEqual(55);
  expect(parts.createMs).toBeGreaterThanOrEqual(60);
  // What is not known is part of the creation.
  const blind = clock.parts(running, null, image);
  expect(blind).toMatchObject({ pullMs: null, createMs: parts.createMs + 50 });
});
