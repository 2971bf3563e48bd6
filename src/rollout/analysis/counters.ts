import type { ArmName } from '../../pipeline/evidence.ts';
import type { MetricId } from './plan.ts';
import type { ArmsReading, Count, PodCounters, PodDelta, PodReading, PodRef } from './readings.ts';
import { count } from './wording.ts';

/** Both arms must be read this close together: otherwise an incident that starts in between looks like a bad candidate. */
const alignmentMs = 1000;

/**
 * A pod that misses this many readings in a row no longer holds the tick open; when it is back it starts with a new baseline. So many
 * readings in a row that are not aligned close the tick all the same: over several ticks' counts the offset weighs little.
 */
const patience = 4;

const arms = ['stable', 'candidate'] as const satisfies readonly ArmName[];

/** Counters of one pod when the last tick closed. */
interface PodState {
  readonly arm: ArmName;
  readonly startTime: number | null;
  readonly restarts: number;
  readonly counts: Readonly<Record<MetricId, Count>>;
  readonly missed: number;
}

export interface CounterState {
  /** Weight in force since the last baseline; null before the first reading. */
  readonly weight: number | null;
  readonly pods: Readonly<Record<string, PodState>>;
  /** Readings in a row that were too far apart. */
  readonly apart: number;
  /** Requests and bad ones of the first metric since the first baseline while the candidate had traffic, ticks that were left out included. */
  readonly totals: Readonly<Record<ArmName, Count>>;
}

export interface Advance {
  readonly state: CounterState;
  /** True when this reading closes a tick; `deltas` are then its counts. */
  readonly closed: boolean;
  readonly deltas: Readonly<Record<MetricId, Record<ArmName, PodDelta[]>>>;
  /** What kept the tick open or is missing in it, as sentences. */
  readonly notes: readonly string[];
  /** Metrics whose counters contradict themselves. */
  readonly broken: Readonly<Record<MetricId, string>>;
}

/** Nothing read yet. */
export function startCounters(): CounterState {
  return {
    weight: null,
    pods: {},
    apart: 0,
    totals: { stable: { total: 0, bad: 0 }, candidate: { total: 0, bad: 0 } },
  };
}

/**
 * Turns a reading of cumulative counters into the counts of one tick. A pod's first reading is its baseline, so warm-up and smoke
 * requests are not counted. The tick stays open, and accumulates, while a known pod has no fresh sample or the arms were read more
 * than 1 s apart (at most `patience` times in a row). A reading with another weight takes a new baseline and closes nothing.
 */
export function advanceCounters(
  before: CounterState,
  reading: ArmsReading,
  weight: number,
  metrics: readonly MetricId[],
): Advance {
  const all = arms.flatMap((arm) => reading[arm].map((pod) => ({ arm, pod })));
  const changed = before.weight !== weight;
  const { pods: known, notes, waiting } = missingPods(before.pods, all);
  const spread = spreadMs(all.map(({ pod }) => pod));
  const apart = spread > alignmentMs ? before.apart + 1 : 0;
  const aligned = apart === 0 || apart >= patience;
  if (apart > 0) {
    const then = aligned ? `${apart} times in a row; the tick is counted all the same` : 'so the tick stays open';
    notes.push(`the pods were read ${(spread / 1000).toFixed(1)} s apart, ${then}.`);
  }
  const blind = changed ? null : blindArm(reading);
  if (blind !== null) return { state: before, closed: false, deltas: {}, notes: [blind], broken: {} };
  if (!changed && (waiting || !aligned)) {
    return { state: { ...before, pods: known, apart }, closed: false, deltas: {}, notes, broken: {} };
  }
  const counted = countTick(known, all, changed, metrics);
  const totals = addTotals(before, counted.deltas[metrics[0] ?? '']);
  const state = { weight, pods: counted.pods, apart: 0, totals };
  if (!changed) return { state, closed: true, deltas: counted.deltas, notes, broken: counted.broken };
  return { state, closed: false, deltas: {}, notes, broken: counted.broken };
}

/** What every pod served since the last tick, and the new baselines. */
function countTick(
  known: Readonly<Record<string, PodState>>,
  all: readonly { readonly arm: ArmName; readonly pod: PodReading }[],
  changed: boolean,
  metrics: readonly MetricId[],
): Pick<Advance, 'deltas' | 'broken'> & { readonly pods: Record<string, PodState> } {
  const pods: Record<string, PodState> = {};
  const deltas: Record<MetricId, Record<ArmName, PodDelta[]>> = {};
  const broken: Record<MetricId, string> = {};
  for (const metric of metrics) deltas[metric] = { stable: [], candidate: [] };
  for (const { arm, pod } of all) {
    const last = known[pod.pod.uid];
    if ('missing' in pod) {
      if (last !== undefined && !changed) pods[pod.pod.uid] = last;
      continue;
    }
    pods[pod.pod.uid] = podState(arm, pod.pod, pod.counters);
    if (last === undefined) continue;
    for (const metric of metrics) {
      const delta = deltaOf(last, pod.pod, pod.counters, metric);
      if (typeof delta === 'string') broken[metric] ??= delta;
      else if (delta !== null) deltas[metric]?.[arm].push({ pod: pod.pod.name, ...delta });
    }
  }
  return { pods, deltas, broken };
}

/**
 * Why the tick stays open when no pod of an arm could be read: then the source is down, not a pod, so that baselines are kept however long
 * it takes and the next reading brings all that was served meanwhile.
 */
function blindArm(reading: ArmsReading): string | null {
  for (const arm of arms) {
    const [first, second] = reading[arm];
    if (first === undefined || !('missing' in first) || !reading[arm].every((pod) => 'missing' in pod)) continue;
    const who = `${arm} pod ${first.pod.name} could not be read (${first.missing})`;
    return `${second === undefined ? who : `none of the ${reading[arm].length} ${arm} pods could be read; ${who}`}, so the tick stays open.`;
  }
  return null;
}

function missingPods(
  before: Readonly<Record<string, PodState>>,
  all: readonly { readonly arm: ArmName; readonly pod: PodReading }[],
): { pods: Record<string, PodState>; notes: string[]; waiting: boolean } {
  const notes: string[] = [];
  const pods: Record<string, PodState> = { ...before };
  let waiting = false;
  for (const { arm, pod } of all) {
    const known = before[pod.pod.uid];
    if (!('missing' in pod)) continue;
    const missed = (known?.missed ?? 0) + 1;
    const who = `${arm} pod ${pod.pod.name} could not be read (${pod.missing})`;
    if (known !== undefined && missed < patience) {
      waiting = true;
      pods[pod.pod.uid] = { ...known, missed };
      notes.push(`${who}, so the tick stays open.`);
    } else {
      Reflect.deleteProperty(pods, pod.pod.uid);
      notes.push(`${who} and is not counted until it answers.`);
    }
  }
  return { pods, notes, waiting };
}

function spreadMs(pods: readonly PodReading[]): number {
  const times = pods.flatMap((pod) => ('missing' in pod ? [] : [pod.readAtMs]));
  return times.length < 2 ? 0 : Math.max(...times) - Math.min(...times);
}

function podState(arm: ArmName, pod: PodRef, counters: PodCounters): PodState {
  return { arm, startTime: counters.startTime, restarts: pod.restarts, counts: counters.counts, missed: 0 };
}

/** Counts since the last tick, null when the pod does not report the metric, or why they contradict the last ones. */
function deltaOf(last: PodState, pod: PodRef, now: PodCounters, metric: MetricId): Count | string | null {
  const from = last.counts[metric];
  const to = now.counts[metric];
  // Guardrails that an older version of the server lacks.
  if (from === undefined || to === undefined) return null;
  const fell = to.total < from.total || to.bad < from.bad;
  const restarted = pod.restarts !== last.restarts;
  if (now.startTime !== null && last.startTime !== null && now.startTime < last.startTime && !restarted)
    return `pod ${pod.name} says that it started earlier than it said before (several workers behind one metrics page?)`;
  // Without a start time a restart is believed at once: the new counters may have overtaken the old ones.
  if (now.startTime !== last.startTime || (restarted && (fell || now.startTime === null))) return to;
  if (fell) {
    const [what, before, after] =
      to.total < from.total ? ['requests', from.total, to.total] : ['bad ones', from.bad, to.bad];
    return (
      `pod ${pod.name} counted ${count(before)} ${what} and later ${count(after)} although it was not restarted ` +
      '(several workers behind one metrics page?)'
    );
  }
  const delta = { total: to.total - from.total, bad: to.bad - from.bad };
  if (delta.bad > delta.total)
    return `pod ${pod.name} counted ${count(delta.bad)} bad ones among ${count(delta.total)}`;
  return delta;
}

function addTotals(
  before: CounterState,
  first: Readonly<Record<ArmName, readonly PodDelta[]>> | undefined,
): Readonly<Record<ArmName, Count>> {
  if (first === undefined || before.weight === null || before.weight === 0) return before.totals;
  const grown = (arm: ArmName): Count =>
    first[arm].reduce<Count>(
      (sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }),
      before.totals[arm],
    );
  return { stable: grown('stable'), candidate: grown('candidate') };
}
