import type { Incidents, Traffic } from './trace.ts';

/** A release of a version that is as good as the stable one: every rollback is false. */
export interface GoodCase {
  readonly name: string;
  readonly traffic: Traffic;
}

/** A release of a version that is worse than the stable one. */
export interface BadCase extends GoodCase {
  /** The good case with the same traffic: a rule that rolls that back as well does not tell them apart. */
  readonly twin: string;
}

const flat = (value: number) => (): number => value;

/** Shares of failed answers in percent. */
function traffic(perMinute: number, stable: number, candidate: number, more: Partial<Traffic> = {}): Traffic {
  return { perMinute: flat(perMinute), stable: flat(stable / 100), candidate: flat(candidate / 100), ...more };
}

const n = (value: number): string => value.toLocaleString('en');
const both = (perMinute: number, share: number): string => `${n(perMinute)}/min, both ${share} %`;

const good = (name: string, perMinute: number, share: number, more: Partial<Traffic> = {}): GoodCase => ({
  name,
  traffic: traffic(perMinute, share, share, more),
});

const bad = (perMinute: number, stable: number, candidate: number, more: Partial<Traffic> = {}): BadCase => ({
  name: `${n(perMinute)}/min, ${stable} -> ${candidate} %`,
  twin: both(perMinute, stable),
  traffic: traffic(perMinute, stable, candidate, more),
});

/** A dependency goes down for 1 to 3 minutes somewhere in the first 10 minutes, twice, and takes half of all requests with it. */
const outages: Incidents = { count: 2, minutes: [1, 3], within: 10, share: 0.5 };
/** A dependency is slow to answer for 20 minutes: 8 % of all requests fail. */
const trouble: Incidents = { count: 1, minutes: [20, 20], within: 20, share: 0.08 };
/** Traffic and errors by day and night: a tenth at night of what it is at noon. */
const day = (minute: number): number => 1 + 0.82 * Math.sin((minute * 2 * Math.PI) / 1440);
const slow = (candidate: number): Partial<Traffic> => ({ slow: { stable: 0.005, candidate } });

export const goodCases: readonly GoodCase[] = [
  ...[6, 60, 600, 6000].map((rate) => good(both(rate, 0.5), rate, 0.5)),
  ...[0.1, 1, 2, 5].map((share) => good(both(600, share), 600, share)),
  good(both(60, 2), 60, 2),
  ...[60, 600, 6000].map((rate) => good(`${n(rate)}/min, two outages`, rate, 0.5, { incidents: outages })),
  ...[60, 600, 6000].map((rate) => good(`${n(rate)}/min, 8 % for 20 min`, rate, 0.5, { incidents: trouble })),
  good('600/min on average, day and night', 600, 0.5, { day }),
  good('600/min, bursts of 5', 600, 0.5, { burst: 5 }),
  good('600/min, both 0.5 % slow', 600, 0.5, slow(0.005)),
];

export const badCases: readonly BadCase[] = [
  ...[60, 600, 6000].map((rate) => bad(rate, 0.5, 1.5)),
  ...[60, 600, 6000].map((rate) => bad(rate, 0.5, 3.5)),
  ...[6, 60, 600, 6000].map((rate) => bad(rate, 0.5, 10.5)),
  bad(600, 0.5, 50),
  ...[600, 6000].map((rate) => bad(rate, 0.5, 1)),
  bad(600, 2, 4),
  {
    ...bad(600, 0.5, 3.5, { incidents: outages }),
    name: '600/min, 0.5 -> 3.5 %, outages',
    twin: '600/min, two outages',
  },
  { ...bad(600, 0.5, 3.5, { burst: 5 }), name: '600/min, 0.5 -> 3.5 %, bursts', twin: '600/min, bursts of 5' },
  { ...bad(600, 0.5, 0.5, slow(0.05)), name: '600/min, 0.5 -> 5 % slow', twin: '600/min, both 0.5 % slow' },
];
