import type { AnalysisPlan } from '../../../src/rollout/analysis/plan.ts';
import { errorsPlan, type Scenario } from './simulation.ts';

// One tick a minute, at most 60; candidate at 10 % of the traffic; 2 candidate pods and 4 stable ones, where not said otherwise.

/** Expected shares in percent, as [at least, at most]; the whole 99 % confidence interval has to lie within. */
export interface TableCase {
  readonly name: string;
  readonly scenario: Scenario;
  readonly rollback: readonly [number, number];
  readonly promote: readonly [number, number];
}

/** A case in which every rollback is false. */
export interface NullCase {
  readonly name: string;
  readonly scenario: Scenario;
}

const flat = (value: number) => (): number => value;

/** A shared incident of 8 % from minute 5 on. */
const incident =
  (minutes: number, share = 0.08) =>
  (tick: number): number =>
    tick >= 5 && tick < 5 + minutes ? share : 0.005;

const good = { candidate: flat(0.005), stable: flat(0.005) };
const shared = { candidate: incident(15), stable: incident(15) };
const bad = (share: number): Pick<Scenario, 'candidate' | 'stable'> => ({
  candidate: flat(share),
  stable: flat(0.005),
});
const harmless = { candidate: flat(0.0005), stable: flat(0.0001) };

type Arms = Pick<Scenario, 'candidate' | 'stable'>;
type Range = readonly [number, number];

function row(name: string, requests: number, arms: Arms, margin: number, rollback: Range, promote: Range): TableCase {
  const plan = errorsPlan({ margin, slo: arms === harmless ? 0.01 : 0.02 });
  const scenario = { ...arms, requests: flat(requests), weight: flat(0.1), ticks: 60, plan };
  return { name: `${name}, w0 = ${margin}`, scenario, rollback, promote };
}

function relativeRow(name: string, share: number, rollback: Range, promote: Range): TableCase {
  const plan = errorsPlan({ promotion: 'relative' });
  const arms = { candidate: flat(share), stable: flat(0.08) };
  const scenario = { ...arms, requests: flat(600), weight: flat(0.1), ticks: 60, plan };
  return { name: `${name}, promotion: relative`, scenario, rollback, promote };
}

export const table: readonly TableCase[] = [
  row('6+54 good', 60, good, 1, [0, 1.5], [48, 58]),
  row('6+54 good', 60, good, 1.5, [0, 0.5], [48, 58]),
  row('60+540 good', 600, good, 1, [0, 2], [98, 100]),
  row('60+540 good', 600, good, 1.5, [0, 0.3], [99.5, 100]),
  row('6+54 shared incident 8 % for 15 min', 60, shared, 1, [0, 2], [23, 33]),
  row('6+54 shared incident 8 % for 15 min', 60, shared, 1.5, [0, 0.5], [23, 33]),
  row('60+540 shared incident 8 % for 15 min', 600, shared, 1, [0, 2.5], [97, 100]),
  row('60+540 shared incident 8 % for 15 min', 600, shared, 1.5, [0, 0.3], [99.5, 100]),
  row('6+54 candidate 10 % bad', 60, bad(0.1), 1, [99.5, 100], [0, 0.1]),
  row('6+54 candidate 10 % bad', 60, bad(0.1), 1.5, [99.5, 100], [0, 0.1]),
  row('6+54 candidate 3 % bad', 60, bad(0.03), 1, [85, 93], [0, 1]),
  row('6+54 candidate 3 % bad', 60, bad(0.03), 1.5, [70, 79], [0, 1]),
  row('60+540 candidate 3 % bad', 600, bad(0.03), 1, [99.5, 100], [0, 0.5]),
  row('60+540 candidate 3 % bad', 600, bad(0.03), 1.5, [99.5, 100], [0, 0.5]),
  row('60+540 candidate 10 % bad', 600, bad(0.1), 1, [99.9, 100], [0, 0.05]),
  row('60+540 candidate 10 % bad', 600, bad(0.1), 1.5, [99.9, 100], [0, 0.05]),
  row('60+540 candidate 0.75 % (the margin)', 600, bad(0.0075), 1, [5, 13], [87, 95]),
  row('60+540 candidate 0.75 % (the margin)', 600, bad(0.0075), 1.5, [0, 2.5], [97, 100]),
  relativeRow('60+540 hotfix: stable 8 % bad, candidate 0.5 %', 0.005, [0, 0.1], [99.9, 100]),
  relativeRow('60+540 hotfix: stable 8 % bad, candidate 4 %', 0.04, [0, 0.1], [99, 100]),
  row('60+540 stable 0.01 %, candidate 0.05 %, slo 1 %', 600, harmless, 1.5, [0, 0.5], [99.5, 100]),
  row('600+5,400 stable 0.01 %, candidate 0.05 %, slo 1 %', 6000, harmless, 1.5, [0, 0.1], [99.9, 100]),
];

/** Nobody stops early by promoting: every run is looked at 60 times. */
const base = { ...good, requests: flat(600), weight: flat(0.1), ticks: 60, plan: errorsPlan(), neverPromote: true };
/** The hardest plan: no margin, and a floor so low that "worse than stable" alone decides. */
const bare = errorsPlan({ margin: 1, floor: 1e-7 });
/** The margin of 1.5 alone decides. */
const ratioOnly = errorsPlan({ floor: 1e-7 });

const equal = (share: (tick: number) => number): Arms => ({ candidate: share, stable: share });
const atMargin = (share: (tick: number) => number, margin = 1.5): Arms => ({
  stable: share,
  candidate: (tick) => {
    const odds = (margin * share(tick)) / (1 - share(tick));
    return odds / (1 + odds);
  },
});
const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const day = (tick: number): number => 600 * (1 + 0.9 * Math.sin(tick / 5));
const steps =
  (...weights: readonly number[]) =>
  (tick: number): number =>
    weights[Math.floor((tick * weights.length) / 60)] ?? 0.1;
const twoMetrics = (plan: AnalysisPlan): AnalysisPlan => ({
  ...plan,
  metrics: (['errors', 'latency'] as const).map((id) => ({
    id,
    title: id,
    slo: 0.02,
    floor: plan.metrics[0]?.floor ?? 0.002,
    alpha: plan.alpha / 2,
  })),
});

function nullCase(name: string, change: Partial<Scenario>): NullCase {
  return { name, scenario: { ...base, ...change } };
}

/** False rollbacks are never above alpha. */
export const nulls: readonly NullCase[] = [
  ...[0, 0.0001, 0.005, 0.05, 0.3].flatMap((share) => [
    nullCase(`equal arms at ${percent(share)}`, equal(flat(share))),
    nullCase(`equal arms at ${percent(share)}, no margin, no floor`, { ...equal(flat(share)), plan: bare }),
  ]),
  ...[0.0001, 0.005, 0.05, 0.3].flatMap((share) => [
    nullCase(`exactly the margin above ${percent(share)}`, atMargin(flat(share))),
    nullCase(`exactly the margin above ${percent(share)}, no floor`, { ...atMargin(flat(share)), plan: ratioOnly }),
  ]),
  nullCase('exactly at the floor of 0.2 %, stable without errors', { candidate: flat(0.002), stable: flat(0) }),
  ...[1, 2, 5, 10, 15, 20, 30].map((minutes) =>
    nullCase(`shared incident of 8 % for ${minutes} min, no margin, no floor`, {
      ...equal(incident(minutes)),
      plan: bare,
    }),
  ),
  ...[1, 10, 30].map((minutes) =>
    nullCase(`shared incident of 60 % for ${minutes} min, at the margin, no floor`, {
      ...atMargin(incident(minutes, 0.6)),
      plan: ratioOnly,
    }),
  ),
  nullCase('weight 10 to 50 % in the middle of an incident', {
    ...equal(incident(15)),
    plan: bare,
    weight: (tick) => (tick < 12 ? 0.1 : 0.5),
  }),
  nullCase('weight 50 to 10 % in the middle of an incident', {
    ...equal(incident(15)),
    plan: bare,
    weight: (tick) => (tick < 12 ? 0.5 : 0.1),
  }),
  nullCase('weights 1, 5, 20, 50, 80, 95 % during an incident of 30 min', {
    ...equal(incident(30)),
    plan: bare,
    weight: steps(0.01, 0.05, 0.2, 0.5, 0.8, 0.95),
  }),
  ...[1, 10, 100, 1000, 10_000, 100_000].map((requests) =>
    nullCase(`${requests.toLocaleString('en')} requests a minute, no margin, no floor`, {
      requests: flat(requests),
      plan: bare,
    }),
  ),
  nullCase('day and night, no margin, no floor', { requests: day, plan: bare }),
  nullCase('day and night, errors follow, at the margin, no floor', {
    ...atMargin((tick) => 0.005 + 0.00005 * day(tick)),
    requests: day,
    plan: ratioOnly,
  }),
  nullCase('a tick every 15 s for an hour, no margin, no floor', { requests: flat(150), ticks: 240, plan: bare }),
  nullCase('errors and latency, no margin, no floor', { plan: twoMetrics(bare) }),
  nullCase('one candidate pod, nine stable ones, no margin, no floor', {
    pods: { candidate: 1, stable: 9 },
    plan: bare,
  }),
  ...[0.01, 0.2].flatMap((restarts) => [
    nullCase(`pods restart or are replaced, ${percent(restarts)} a minute, no margin, no floor`, {
      restarts,
      plan: bare,
    }),
    nullCase(`the same during an incident of 20 min, ${percent(restarts)} a minute`, {
      restarts,
      ...equal(incident(20)),
      plan: bare,
    }),
  ]),
];

/** Not a theorem, but what is seen: bursts hit one pod at a time and end within a tick. */
export const bursts: readonly NullCase[] = [1, 2, 5, 10, 20].flatMap((burst) =>
  [60, 600, 6000].map((requests) =>
    nullCase(`bursts of ${burst}, ${requests.toLocaleString('en')} a minute`, { requests: flat(requests), burst }),
  ),
);

/** Every promotion is false: the candidate is exactly at its slo, or not below it and exactly as good as the stable one. */
export const promotions: readonly NullCase[] = [
  ...[60, 600, 6000].flatMap((requests) =>
    [0.0, 0.005].map((share) =>
      nullCase(
        `candidate at its slo of 2 %, stable at ${percent(share)}, ${requests.toLocaleString('en')} a minute, no rollback`,
        {
          candidate: flat(0.02),
          stable: flat(share),
          requests: flat(requests),
          plan: errorsPlan({ margin: 1e6 }),
          neverPromote: false,
        },
      ),
    ),
  ),
  ...[0.02, 0.03, 0.08, 0.3].flatMap((share) =>
    [0.1, 0.5].map((weight) =>
      nullCase(`promotion: relative, both arms at ${percent(share)}, weight ${percent(weight)}`, {
        ...equal(flat(share)),
        weight: flat(weight),
        plan: errorsPlan({ margin: 1e6, promotion: 'relative' }),
        neverPromote: false,
      }),
    ),
  ),
];

/** By name, for the workers. */
export const cases: ReadonlyMap<string, Scenario> = new Map(
  [...table, ...nulls, ...bursts, ...promotions].map(({ name, scenario }) => [name, scenario]),
);
