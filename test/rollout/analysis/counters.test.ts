import { describe, expect, test } from 'vitest';
import {
  advanceCounters,
  startCounters,
  type Advance,
  type CounterState,
} from '../../../src/rollout/analysis/counters.ts';
import type { ArmsReading, PodReading } from '../../../src/rollout/analysis/readings.ts';

interface Fake {
  readonly start?: number;
  readonly restarts?: number;
  readonly at?: number;
}

function pod(name: string, total: number, bad: number, { start = 1, restarts = 0, at = 0 }: Fake = {}): PodReading {
  return {
    pod: { namespace: 'ml', name, uid: `uid-${name}`, ip: null, restarts },
    counters: { startTime: start, counts: { errors: { total, bad } } },
    readAtMs: at,
  };
}

function silent(name: string): PodReading {
  return { pod: { namespace: 'ml', name, uid: `uid-${name}`, ip: null, restarts: 0 }, missing: 'no answer in 3000 ms' };
}

function reading(stable: PodReading[], candidate: PodReading[]): ArmsReading {
  return { stable, candidate };
}

/** Advances through readings at one weight and returns the last advance. */
function through(readings: readonly ArmsReading[], from: CounterState = startCounters(), weight = 0.1): Advance {
  let advance: Advance = { state: from, closed: false, deltas: {}, notes: [], broken: {} };
  for (const each of readings) advance = advanceCounters(advance.state, each, weight, ['errors']);
  return advance;
}

const baseline = reading([pod('s', 5000, 40)], [pod('c', 70, 3)]);

describe('a tick', () => {
  test('counts from the first reading on, so warm-up and smoke requests do not count', () => {
    const { closed, deltas } = through([baseline, reading([pod('s', 5090, 41)], [pod('c', 80, 3)])]);
    expect(closed).toBe(true);
    expect(deltas.errors).toEqual({
      stable: [{ pod: 's', total: 90, bad: 1 }],
      candidate: [{ pod: 'c', total: 10, bad: 0 }],
    });
  });

  test('stays open and accumulates while a known pod has no fresh sample', () => {
    const open = through([baseline, reading([silent('s')], [pod('c', 80, 4)])]);
    expect(open.closed).toBe(false);
    expect(open.notes[0]).toBe('stable pod s could not be read (no answer in 3000 ms), so the tick stays open.');
    const { deltas } = through([reading([pod('s', 5200, 40)], [pod('c', 95, 4)])], open.state);
    expect(deltas.errors?.candidate).toEqual([{ pod: 'c', total: 25, bad: 1 }]);
    expect(deltas.errors?.stable).toEqual([{ pod: 's', total: 200, bad: 0 }]);
  });

  test('stays open when the arms were read more than a second apart', () => {
    const late = reading([pod('s', 5090, 41, { at: 1500 })], [pod('c', 80, 3, { at: 100 })]);
    const advance = through([baseline, late]);
    expect(advance.closed).toBe(false);
    expect(advance.notes).toEqual(['the pods were read 1.4 s apart, so the tick stays open.']);
  });

  test('is counted all the same when the arms stay apart, and says so', () => {
    const apart = (n: number) => reading([pod('s', 5000 + 90 * n, 40, { at: 1500 })], [pod('c', 70 + 10 * n, 3)]);
    const three = through([baseline, apart(1), apart(2), apart(3)]);
    expect(three.closed).toBe(false);
    const four = through([apart(4)], three.state);
    expect(four.closed).toBe(true);
    expect(four.deltas.errors?.candidate).toEqual([{ pod: 'c', total: 40, bad: 0 }]);
    expect(four.notes).toEqual(['the pods were read 1.5 s apart, 4 times in a row; the tick is counted all the same.']);
    expect(through([apart(5)], four.state).closed).toBe(false);
    const aligned = reading([pod('s', 5450, 40)], [pod('c', 120, 3)]);
    const again = through([aligned, apart(6), apart(7), apart(8)], three.state);
    expect(again.closed).toBe(false);
  });

  test('goes on without a pod that stays silent; when it is back it starts anew', () => {
    const both = reading([pod('s', 0, 0), pod('t', 0, 0)], [pod('c', 0, 0)]);
    const without = reading([pod('s', 100, 0), silent('t')], [pod('c', 10, 0)]);
    const three = through([both, without, without, without]);
    expect(three.closed).toBe(false);
    const four = through([without], three.state);
    expect(four.closed).toBe(true);
    expect(four.deltas.errors?.stable).toEqual([{ pod: 's', total: 100, bad: 0 }]);
    const back = reading([pod('s', 150, 0), pod('t', 900, 7)], [pod('c', 20, 0)]);
    const next = through([back], four.state);
    expect(next.deltas.errors?.stable).toEqual([{ pod: 's', total: 50, bad: 0 }]);
    const after = reading([pod('s', 150, 0), pod('t', 910, 7)], [pod('c', 20, 0)]);
    expect(through([after], next.state).deltas.errors?.stable[1]).toEqual({ pod: 't', total: 10, bad: 0 });
  });

  test('never spans a change of weight, but its requests stay in the totals', () => {
    const before = through([baseline, reading([pod('s', 5090, 41)], [pod('c', 80, 4)])]);
    const change = through([reading([pod('s', 5190, 50)], [pod('c', 90, 4)])], before.state, 0.5);
    expect(change.closed).toBe(false);
    const after = through([reading([pod('s', 5240, 50)], [pod('c', 140, 4)])], change.state, 0.5);
    expect(after.deltas.errors).toEqual({
      stable: [{ pod: 's', total: 50, bad: 0 }],
      candidate: [{ pod: 'c', total: 50, bad: 0 }],
    });
    expect(after.state.totals).toEqual({ stable: { total: 240, bad: 10 }, candidate: { total: 70, bad: 1 } });
  });

  test('does not wait for pods that are gone, and takes a baseline of new ones', () => {
    const { closed, deltas } = through([
      reading([pod('s', 10, 0), pod('t', 20, 0)], [pod('c', 0, 0)]),
      reading([pod('s', 15, 0), pod('u', 3, 1)], [pod('c', 2, 0)]),
    ]);
    expect(closed).toBe(true);
    expect(deltas.errors?.stable).toEqual([{ pod: 's', total: 5, bad: 0 }]);
  });
});

describe('a counter that falls', () => {
  test('is a reset when the process started anew', () => {
    const { deltas, broken } = through([baseline, reading([pod('s', 7, 1, { start: 2 })], [pod('c', 80, 3)])]);
    expect(deltas.errors?.stable).toEqual([{ pod: 's', total: 7, bad: 1 }]);
    expect(broken).toEqual({});
  });

  test('is a reset when the container was restarted', () => {
    const { deltas, broken } = through([baseline, reading([pod('s', 7, 1, { restarts: 1 })], [pod('c', 80, 3)])]);
    expect(deltas.errors?.stable).toEqual([{ pod: 's', total: 7, bad: 1 }]);
    expect(broken).toEqual({});
  });

  test('a start time that goes back is no restart but another worker, whose counts are not new', () => {
    const { broken } = through([
      reading([pod('s', 5000, 40, { start: 20 })], [pod('c', 70, 3)]),
      reading([pod('s', 5100, 41, { start: 10 })], [pod('c', 80, 3)]),
    ]);
    expect(broken.errors).toBe(
      'pod s says that it started earlier than it said before (several workers behind one metrics page?)',
    );
  });

  test('is a contradiction otherwise', () => {
    const { broken } = through([baseline, reading([pod('s', 4900, 40)], [pod('c', 80, 3)])]);
    expect(broken.errors).toBe(
      'pod s counted 5,000 requests and later 4,900 although it was not restarted (several workers behind one metrics page?)',
    );
  });

  test('also when only the bad ones fall', () => {
    const { broken } = through([baseline, reading([pod('s', 5001, 39)], [pod('c', 80, 3)])]);
    expect(broken.errors).toContain('counted 40 bad ones and later 39');
  });
});

describe('an arm of which nothing can be read', () => {
  test('keeps the tick open for as long as it takes, and all of it counts afterwards', () => {
    const both = reading([pod('s', 0, 0), pod('t', 0, 0)], [pod('c', 0, 0)]);
    const blind = reading([silent('s'), silent('t')], [pod('c', 10, 0)]);
    const open = through([both, ...Array.from({ length: 20 }, () => blind)]);
    expect(open.closed).toBe(false);
    expect(open.notes).toEqual([
      'none of the 2 stable pods could be read; stable pod s could not be read (no answer in 3000 ms), so the tick stays open.',
    ]);
    const back = through([reading([pod('s', 100, 1), pod('t', 90, 0)], [pod('c', 50, 0)])], open.state);
    expect(back.closed).toBe(true);
    expect(back.deltas['errors']?.stable).toEqual([
      { pod: 's', total: 100, bad: 1 },
      { pod: 't', total: 90, bad: 0 },
    ]);
  });
});

test('without a start time a restart is a reset even when the new counters have overtaken the old ones', () => {
  const noStart = (name: string, total: number, restarts: number): PodReading => ({
    pod: { namespace: 'ml', name, uid: name, ip: null, restarts },
    counters: { startTime: null, counts: { errors: { total, bad: 0 } } },
    readAtMs: 0,
  });
  const { deltas } = through([
    reading([noStart('s', 100, 0)], [noStart('c', 100, 0)]),
    reading([noStart('s', 120, 0)], [noStart('c', 120, 1)]),
  ]);
  expect(deltas['errors']?.stable[0]?.total).toBe(20);
  expect(deltas['errors']?.candidate[0]?.total).toBe(120);
});
