import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished } from '../scenario.ts';
import { until } from '../../cluster/poll.ts';
import type { ApiProxy } from './api-proxy.ts';
import { onlyStableAnswers } from './aftermath.ts';
import { graceMs, leaseMs, quick } from './quick.ts';
import { Stage } from './stage.ts';

// The way between engine and API server is bad in every way that a network and a busy server can be; each costs time and nothing else.

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start('faults');
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** What an undisturbed canary tells. */
const story = [
  'planned',
  'watchdog-armed',
  'candidate-created',
  'candidate-ready',
  'weight',
  'decision',
  'promoted',
  'drained',
];

async function isPromoted({ code, output, evidence }: Finished, begun: number): Promise<void> {
  expect(code, output).toBe(0);
  expect(evidence).toMatchObject({ outcome: 'passed', decision: 'promote', strategy: 'canary' });
  expect(evidence.volatile.timeline.map(({ kind }) => kind).filter((kind) => kind !== 'retired')).toEqual(story);
  await stage.endsWith(evidence.candidate.name, begun);
}

/** Requests of a rollout grow with its time only: what is read every tick, every second of waiting, and a fixed part. */
function isFrugal({ evidence }: Finished, proxy: ApiProxy): void {
  const { startedAt, endedAt, apiRequests } = evidence.volatile;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  expect(apiRequests).toBeLessThanOrEqual(proxy.requests);
  expect(proxy.requests).toBeLessThan(150 + 8 * seconds);
}

test('undisturbed: the number of API requests is bounded and in the evidence', async () => {
  const begun = Date.now();
  const proxy = await stage.proxy();
  const finished = await stage.rollout(proxy);
  await isPromoted(finished, begun);
  isFrugal(finished, proxy);
});

test('429 with Retry-After and 5xx throughout', async () => {
  const begun = Date.now();
  let count = 0;
  const refused: number[] = [];
  const proxy = await stage.proxy(() => {
    const place = ++count % 8;
    const status = [429, 503, 500, 504][place / 2];
    if (place % 2 === 1 || status === undefined) return { do: 'pass' };
    refused.push(status);
    return { do: 'answer', status, headers: status === 429 ? { 'retry-after': '1' } : {} };
  });
  await isPromoted(await stage.rollout(proxy), begun);
  for (const status of [429, 500, 503, 504])
    expect(refused.filter((each) => each === status).length).toBeGreaterThan(10);
});

test('every fifth connection is reset', async () => {
  const begun = Date.now();
  let count = 0;
  const proxy = await stage.proxy(() => ({ do: ++count % 5 === 0 ? 'reset' : 'pass' }));
  await isPromoted(await stage.rollout(proxy), begun);
});

test('the answer to every single write is lost the first time', async () => {
  const begun = Date.now();
  const seen = new Set<string>();
  const proxy = await stage.proxy(({ write, label, body }) => {
    const key = `${label} ${body}`;
    if (write === 0 || seen.has(key)) return { do: 'pass' };
    seen.add(key);
    return { do: 'lose' };
  });
  await isPromoted(await stage.rollout(proxy), begun);
  expect(seen.size).toBeGreaterThan(20);
});

test('every answer takes 300 ms longer', async () => {
  const begun = Date.now();
  const proxy = await stage.proxy(() => ({ do: 'pass', delayMs: 300 }));
  await isPromoted(await stage.rollout(proxy), begun);
});

test('cut off for longer than its lease, an engine comes back and writes nothing more; what it had sent late changes nothing', async () => {
  const begun = Date.now();
  const stable = await stage.stable();
  const options = { rollout: { ...quick.rollout, minTime: '20s' }, env: stage.next() };
  const proxy = await stage.proxy();
  const engine = await stage.canary(proxy, options);
  const lateMs = leaseMs + graceMs;
  const cut = performance.now();
  // A blind engine: what it sends arrives, but long after it gave up waiting, and after the watchdog has acted.
  proxy.decide = () => ({ do: 'pass', delayMs: Math.max(0, cut + lateMs - performance.now()) });
  await stage.scenario.reaches('the watchdog restored', ({ phase }) => phase === 'abandoned', lateMs, 500);
  const restored = performance.now();
  expect(restored - cut).toBeLessThan(lateMs);
  await onlyStableAnswers(stage.scenario, stage.traffic);
  expect(await engine.ended, engine.output()).toBe(4);
  expect(engine.output()).toContain('rollout/superseded');
  await until('its last requests have arrived', () => Promise.resolve(performance.now() > cut + lateMs + 3000));
  const late = proxy.answered.filter(({ at }) => at > restored);
  expect(late.length).toBeGreaterThan(0);
  expect(late.filter(({ status }) => status < 400)).toEqual([]);
  await onlyStableAnswers(stage.scenario, stage.traffic);
  expect(await stage.scenario.status()).toMatchObject({ phase: 'abandoned', weight: 0, oddities: [] });

  const { code, output } = await stage.scenario.run('resume', { ...quick, ...options, kubeconfig: proxy.kubeconfig });
  expect(code, output).toBe(0);
  expect(await stage.stable()).not.toBe(stable);
  await stage.endsWith(await stage.stable(), begun);
});
