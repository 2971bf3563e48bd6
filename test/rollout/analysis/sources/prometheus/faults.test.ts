import { describe, expect, test } from 'vitest';
import { createAnalysis, type TickVerdict } from '../../../../../src/rollout/analysis/analysis.ts';
import type { PodRef } from '../../../../../src/rollout/analysis/readings.ts';
import type { PrometheusClient, PromSeries } from '../../../../../src/rollout/analysis/sources/prometheus/client.ts';
import { prometheusSource } from '../../../../../src/rollout/analysis/sources/prometheus/source.ts';
import type { MetricsSource } from '../../../../../src/rollout/analysis/sources/source.ts';
import { errorRules as rules, preset } from '../../preset.ts';
import { errorsPlan } from '../../simulation.ts';

const interval = 15;

/** A server that scrapes every 15 s, each pod at a moment of its own; time is what the test says. */
class FakeWorld {
  now = 1000;
  down = false;
  podLabel = 'pod';
  readonly phases: Readonly<Record<string, number>> = { s: 3, c: 11 };
  /** Requests and errors of a pod up to a time. */
  count: (pod: string, at: number) => { readonly ok: number; readonly errors: number; readonly start: number };
  /** Pods that are not scraped from this time on. */
  readonly lost: Record<string, number> = {};

  constructor(count: FakeWorld['count']) {
    this.count = count;
  }

  readonly client: PrometheusClient = {
    address: 'http://prometheus',
    now: () => (this.down ? Promise.reject(new Error('connect ECONNREFUSED')) : Promise.resolve(this.now)),
    knows: () => Promise.resolve(false),
    query: (expression, time) => Promise.resolve(this.#series(expression, time - 120, time, interval)),
    queryRange: (expression, { start, end, step }) => Promise.resolve(this.#series(expression, start, end, step)),
  };

  #series(expression: string, from: number, to: number, step: number): PromSeries[] {
    if (expression.includes('pod=~') && this.podLabel !== 'pod') return [];
    return Object.entries(this.phases).flatMap(([pod, phase]) => {
      const first = Math.ceil((from - phase) / step) * step + phase;
      const times: number[] = [];
      for (let at = first; at <= to && at < (this.lost[pod] ?? Infinity); at += step) times.push(at);
      const series = (
        name: string,
        labels: Readonly<Record<string, string>>,
        value: (at: number) => number,
      ): PromSeries => ({
        labels: { __name__: name, namespace: 'ml', [this.podLabel]: pod, ...labels },
        points: times.map((at) => [at, value(at)] as const),
      });
      const requests = 'mldeploy_requests_total';
      return [
        series(requests, { route: '/predict', outcome: 'ok' }, (at) => this.count(pod, at).ok),
        series(requests, { route: '/predict', outcome: 'error' }, (at) => this.count(pod, at).errors),
        series('mldeploy_process_start_time_seconds', {}, (at) => this.count(pod, at).start),
      ];
    });
  }
}

function pod(name: string): PodRef {
  return { namespace: 'ml', name, uid: name, ip: null, restarts: 0 };
}

const arms = { stable: [pod('s')], candidate: [pod('c')] };
const config = { labels: { pod: 'pod', namespace: 'namespace' }, match: {}, lookbackMs: 120_000 };
const names = { namespace: 'ml', service: 'fraud-r1', backend: 'fraud-r1', revision: 'r1' };

function sourceOf(world: FakeWorld): MetricsSource {
  return prometheusSource({ client: world.client, config, preset, rules, arms: { stable: names, candidate: names } });
}

/** Ten requests a second and pod, of which a share fails from a time on. */
function steady(bad = 0, from = 0): FakeWorld['count'] {
  return (_, at) => {
    const errors = Math.floor(Math.max(0, at - Math.max(900, from)) * 10 * bad);
    return { ok: Math.floor((at - 900) * 10) - errors, errors, start: 900 };
  };
}

describe('from samples of different moments', () => {
  test('an incident that begins between the scrapes of both pods hits both arms alike', async () => {
    const world = new FakeWorld(steady(0.5, 1005));
    const source = sourceOf(world);
    world.now = 1004;
    await source.read(arms);
    world.now = 1045;
    const { stable, candidate } = await source.read(arms);
    const counted = [stable[0], candidate[0]].map((each) =>
      each === undefined || 'missing' in each ? null : each.counters.counts['errors'],
    );
    expect(counted[0]?.total).toBe(counted[1]?.total);
    // Interpolation smears the onset over one scrape: less than a tenth of the errors, instead of eight seconds' worth.
    expect(Math.abs((counted[0]?.bad ?? 0) - (counted[1]?.bad ?? 0))).toBeLessThan(0.1 * (counted[0]?.bad ?? 0) + 8);
  });

  test('counters of the time before a change of weight are not taken for the time after', async () => {
    const world = new FakeWorld(steady());
    const source = sourceOf(world);
    const late = await source.read(arms, performance.now());
    expect(late.candidate[0]).toMatchObject({ missing: 'Prometheus has no newer sample of it yet' });
    world.now += 20;
    const fresh = await source.read(arms, performance.now() - 19_000);
    expect(fresh.candidate[0]).not.toHaveProperty('missing');
  });
});

describe('faults', () => {
  test('a pod that is not scraped any more is missing, with the age of its last sample', async () => {
    const world = new FakeWorld(steady());
    const source = sourceOf(world);
    world.lost['c'] = 1040;
    world.now = 1100;
    const { stable, candidate } = await source.read(arms);
    expect(stable[0]).not.toHaveProperty('missing');
    expect(candidate[0]).toMatchObject({
      missing: expect.stringMatching(/its newest sample .* \d\d s old, and it was scraped every 15 s/) as string,
    });
  });

  test('Prometheus is down for five minutes: the tick stays open, nothing is promoted, and then all of it counts', async () => {
    const world = new FakeWorld(steady());
    const source = sourceOf(world);
    const analysis = createAnalysis(errorsPlan({ steps: [{ weight: 0.5, minTimeMs: 200_000, minRequests: 0 }] }));
    const observe = async (): Promise<TickVerdict> => {
      const reading = await source.read(arms);
      return analysis.observe(reading, { at: '', weight: 0.5, elapsedMs: 15_000 });
    };
    analysis.startStep(0, 0.5);
    await observe();
    world.now += 60;
    // Good evidence by now; only time is missing.
    expect((await observe()).decision).toBe('continue');
    world.down = true;
    for (let tick = 0; tick < 20; tick++) {
      world.now += 15;
      const verdict = await observe();
      expect(verdict.decision).toBe('continue');
      expect(verdict.ticks).toEqual([]);
      expect(verdict.reasons.at(-1)).toMatch(/ECONNREFUSED\), so the tick stays open/);
    }
    world.down = false;
    const before = analysis.totals().candidate.requests;
    const verdict = await observe();
    expect(verdict.decision).toBe('promote');
    expect(analysis.totals().candidate.requests - before).toBeGreaterThan(2900);
  });

  test('a restart is a reset, not a contradiction', async () => {
    const world = new FakeWorld((name, at) => {
      const start = name === 'c' && at >= 1030 ? 1030 : 900;
      return { ok: Math.floor((at - start) * 10), errors: 0, start };
    });
    const source = sourceOf(world);
    const analysis = createAnalysis(errorsPlan());
    analysis.startStep(0, 0.5);
    for (let tick = 0; tick < 5; tick++) {
      const verdict = analysis.observe(await source.read(arms), { at: '', weight: 0.5, elapsedMs: 15_000 });
      expect(verdict.reasons.join(' ')).not.toMatch(/cannot be judged/);
      world.now += 15;
    }
    expect(analysis.totals().candidate.requests).toBeGreaterThan(400);
  });

  test('a wrong label: zero series, and the error names the query, what was expected and the right label', async () => {
    const world = new FakeWorld(steady());
    world.podLabel = 'kubernetes_pod_name';
    const source = sourceOf(world);
    const reading = await source.read(arms);
    expect(reading.candidate[0]).toMatchObject({ missing: 'Prometheus has no series of it' });
    expect(await source.explain(reading)).toMatch(
      /Asked http:\/\/prometheus for \{__name__=~.*expected series with namespace="ml" and pod="c".*labels\.pod: kubernetes_pod_name/,
    );
  });
});
