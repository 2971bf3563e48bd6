import { expect, test } from 'vitest';
import { replayNotes, replayStablePods, type PodHistory } from '../../../src/rollout/analysis/aa-replay.ts';
import { podHistory } from '../../../src/rollout/analysis/sources/prometheus/history.ts';
import type { PromSeries } from '../../../src/rollout/analysis/sources/prometheus/client.ts';
import { binomial, poisson, random } from './draws.ts';
import { errorsPlan } from './simulation.ts';

const plan = errorsPlan();
const minute = 60_000;

interface Behaviour {
  readonly share: (pod: number, tick: number) => number;
  /** Mean number of bad events that come together. */
  readonly burst?: number;
  readonly mean?: number;
  readonly restartAt?: number;
}

/** Four hours of cumulative counters of four pods, a sample a minute. */
function history(seed: number, { share, burst = 1, mean = 120, restartAt }: Behaviour): readonly PodHistory[] {
  const next = random(seed);
  return Array.from({ length: 4 }, (_, pod) => {
    let count = { total: 0, bad: 0 };
    const samples = Array.from({ length: 240 }, (_, tick) => {
      if (tick === restartAt) count = { total: 0, bad: 0 };
      const total = poisson(next, mean);
      const bad = Math.min(total, burst * binomial(next, Math.floor(total / burst), share(pod, tick)));
      count = { total: count.total + total, bad: count.bad + bad };
      return {
        atMs: tick * minute,
        counters: { startTime: tick < (restartAt ?? 0) ? 1 : 2, counts: { errors: count } },
      };
    });
    return { pod: `fraud-r1-${pod}`, samples };
  });
}

test('pods that serve the same are rarely told apart, an incident that hits all of them included', () => {
  const incident = (_: number, tick: number): number => (tick >= 60 && tick < 90 ? 0.3 : 0.004);
  for (const share of [() => 0.004, incident]) {
    let alarms = 0;
    let comparisons = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const replay = replayStablePods(plan, history(seed, { share, restartAt: 100 }), 60 * minute);
      expect(replay.broken).toEqual([]);
      alarms += replay.alarms.length;
      comparisons += replay.comparisons;
    }
    expect(comparisons).toBe(8 * 12 * 4);
    expect(alarms / comparisons).toBeLessThan(0.05);
  }
});

test('a pod on a bad node is named', () => {
  const replay = replayStablePods(plan, history(3, { share: (pod) => (pod === 2 ? 0.05 : 0.004) }), 60 * minute);
  expect(replay.alarms.length).toBeGreaterThanOrEqual(9);
  const [note, ...rest] = replayNotes(replay, 0.05, '4 h');
  expect(rest).toEqual([]);
  expect(note).toMatch(
    /^A\/A replay: of 48 comparisons of stable pods with each other over the last 4 h, 1[0-2] \(2\d(\.\d)? %\) would have ended in a rollback, although both served the same revision; at most 5 % are expected\. A good candidate may be rolled back\. Likely cause: pod fraud-r1-2 differs from the others in errors: look at its node/,
  );
});

test('trouble that comes to one pod after the other is told apart from a bad node', () => {
  const turn = (pod: number, tick: number): number => (Math.floor(tick / 12) % 4 === pod ? 0.1 : 0.001);
  const [note] = replayNotes(replayStablePods(plan, history(5, { share: turn }), 60 * minute), 0.05, '4 h');
  expect(note).toContain('Likely cause: errors come in bursts or clients stick to pods');
});

test('nothing is claimed without traffic, and a single alarm is no rate', () => {
  const quiet = replayStablePods(plan, history(1, { share: () => 0, mean: 0 }), 60 * minute);
  expect(replayNotes(quiet, 0.05, '6 h')).toEqual([
    'A/A replay: not possible, because no two stable pods had traffic in the last 6 h.',
  ]);
  const alarm = { candidate: 'a', metric: 'errors' };
  expect(replayNotes({ comparisons: 6, alarms: [alarm], broken: [] }, 0.05, '6 h')).toEqual([
    'A/A replay: of 6 comparisons of stable pods with each other over the last 6 h, 1 (16.7 %) would have ended in a rollback.',
  ]);
});

test('counters that contradict themselves are told before the rollout', () => {
  const pods = history(1, { share: () => 0.01 }).map(({ pod, samples }, index) => ({
    pod,
    samples: samples.map((sample, tick) =>
      index === 1 && tick % 7 === 3
        ? { ...sample, counters: { startTime: 2, counts: { errors: { total: 1, bad: 0 } } } }
        : sample,
    ),
  }));
  const notes = replayNotes(replayStablePods(plan, pods, 60 * minute), 0.05, '6 h');
  expect(notes[0]).toMatch(
    /^A\/A replay: pod fraud-r1-1 counted [\d,]+ requests and later 1 although it was not restarted/,
  );
});

test('history from a range query: moments where a pod has no counters are left out', async () => {
  const series = (name: string, pod: string, values: readonly number[], labels = {}): PromSeries => ({
    labels: { __name__: name, namespace: 'ml', pod, ...labels },
    points: values.map((value, index) => [1000 + 60 * index, value] as const),
  });
  const asked: string[] = [];
  const client = {
    now: () => Promise.resolve(1120),
    queryRange: (expression: string, { start, end, step }: { start: number; end: number; step: number }) => {
      asked.push(`${start} ${end} ${step} ${expression}`);
      return Promise.resolve([
        series('requests_total', 'a', [10, 20, 30], { outcome: 'ok' }),
        series('requests_total', 'a', [1, 1, 2], { outcome: 'error' }),
        series('started', 'a', [5, 5, 5]),
        series('requests_total', 'b', [7, 8, 9], { outcome: 'ok' }),
        series('started', 'b', [6, 6]),
      ]);
    },
  };
  const ref = (name: string) => ({ namespace: 'ml', name, uid: name, ip: null, restarts: 0 });
  const found = await podHistory(
    {
      client,
      config: { labels: { namespace: 'namespace', pod: 'pod' }, match: {} },
      preset: { startTime: 'started' },
      rules: {
        errors: {
          kind: 'pair',
          total: [{ name: 'requests_total', where: {} }],
          bad: [{ name: 'requests_total', where: { outcome: ['error'] } }],
          optional: false,
        },
      },
      range: { past: 120, step: 60 },
    },
    [ref('a'), ref('b')],
  );
  expect(asked[0]).toMatch(/^1000 1120 60 \{__name__=~"requests_total\|started",namespace=~"ml"/);
  expect(found.map(({ samples }) => samples.length)).toEqual([3, 2]);
  expect(found[0]?.samples[2]).toEqual({
    atMs: 1_120_000,
    counters: { startTime: 5, counts: { errors: { total: 32, bad: 2 } } },
  });
});
