import { createAnalysis } from './analysis.ts';
import type { AnalysisPlan } from './plan.ts';
import type { PodCounters, PodReading } from './readings.ts';
import { count, percent } from './wording.ts';

/** Counters of one stable pod over time, oldest first; all pods at the same moments. */
export interface PodHistory {
  readonly pod: string;
  readonly samples: readonly { readonly atMs: number; readonly counters: PodCounters }[];
}

/** A comparison of two stable pods that would have ended in a rollback. */
export interface FalseAlarm {
  /** The pod that was taken for the candidate. */
  readonly candidate: string;
  readonly metric: string;
}

export interface Replay {
  /** Comparisons in which both pods had traffic: ordered pairs of pods, times windows. */
  readonly comparisons: number;
  readonly alarms: readonly FalseAlarm[];
  /** Reasons of metrics that could not be judged, each once. */
  readonly broken: readonly string[];
}

/** One pod's alarms are called its own from this part of all alarms on. */
const oneCause = 0.75;

/**
 * A/A replay: the decision, run on the past of pairs of pods that served the same revision, as if one of them were the candidate. Whatever
 * it condemns is a false alarm. Pods, not random halves of the requests: those would always look alike. Each window of `windowMs` is a
 * rollout of its own.
 */
export function replayStablePods(plan: AnalysisPlan, history: readonly PodHistory[], windowMs: number): Replay {
  const alarms: FalseAlarm[] = [];
  const broken = new Set<string>();
  let comparisons = 0;
  for (const candidate of history) {
    for (const stable of history) {
      if (candidate === stable) continue;
      for (const times of windows(candidate, stable, windowMs)) {
        const { served, metric, reasons } = compare(plan, candidate, stable, times);
        if (!served) continue;
        comparisons += 1;
        for (const reason of reasons) broken.add(reason);
        if (metric !== null) alarms.push({ candidate: candidate.pod, metric });
      }
    }
  }
  return { comparisons, alarms, broken: [...broken] };
}

/** Moments at which both pods have counters, by window. */
function windows(candidate: PodHistory, stable: PodHistory, windowMs: number): readonly (readonly number[])[] {
  const both = new Set(stable.samples.map(({ atMs }) => atMs));
  const times = candidate.samples.map(({ atMs }) => atMs).filter((atMs) => both.has(atMs));
  const first = times[0] ?? 0;
  const grouped = Map.groupBy(times, (atMs) => Math.floor((atMs - first) / windowMs));
  return [...grouped.values()].filter((each) => each.length > 1);
}

interface Comparison {
  readonly served: boolean;
  /** The metric that would have rolled back. */
  readonly metric: string | null;
  readonly reasons: readonly string[];
}

function compare(plan: AnalysisPlan, candidate: PodHistory, stable: PodHistory, times: readonly number[]): Comparison {
  const weight = 0.5;
  const analysis = createAnalysis({ ...plan, splitTolerance: null, steps: [{ weight, minTimeMs: 0, minRequests: 0 }] });
  analysis.startStep(0, weight);
  const arms = [
    { arm: 'stable', at: readingsOf(stable) },
    { arm: 'candidate', at: readingsOf(candidate) },
  ] as const;
  let metric: string | null = null;
  for (const atMs of times) {
    const [one, other] = arms.map(({ at }) => at(atMs));
    if (one === undefined || other === undefined) continue;
    const reading = { stable: [one], candidate: [other] };
    const verdict = analysis.observe(reading, { at: '', weight, elapsedMs: 0 });
    if (verdict.decision !== 'rollback') continue;
    metric = verdict.reasons[0]?.split(':')[0] ?? '';
    break;
  }
  const { stable: a, candidate: b } = analysis.totals();
  const reasons = Object.values(analysis.state().metrics).flatMap((state) => state.broken ?? []);
  return { served: a.requests > 0 && b.requests > 0, metric, reasons };
}

/** Readings of a pod by time. Without a start time, a counter that falls is taken for a restart: nothing else is known about the past. */
function readingsOf({ pod, samples }: PodHistory): (atMs: number) => PodReading | undefined {
  const byTime = new Map<number, PodReading>();
  let restarts = 0;
  let before: PodCounters | null = null;
  for (const { atMs, counters } of samples) {
    if (before !== null && counters.startTime === null && fell(before, counters)) restarts += 1;
    before = counters;
    byTime.set(atMs, { pod: { namespace: '', name: pod, uid: pod, ip: null, restarts }, counters, readAtMs: atMs });
  }
  return (atMs) => byTime.get(atMs);
}

function fell(before: PodCounters, now: PodCounters): boolean {
  return Object.entries(now.counts).some(([id, { total, bad }]) => {
    const last = before.counts[id];
    return last !== undefined && (total < last.total || bad < last.bad);
  });
}

/**
 * What the replay says to somebody who plans a rollout, as sentences; it decides nothing. `past` is the time replayed, such as `6 h`.
 */
export function replayNotes({ comparisons, alarms, broken }: Replay, alpha: number, past: string): readonly string[] {
  const notes = broken.map((reason) => `A/A replay: ${reason}.`);
  if (comparisons === 0) {
    return [...notes, `A/A replay: not possible, because no two stable pods had traffic in the last ${past}.`];
  }
  const seen =
    `A/A replay: of ${count(comparisons)} comparisons of stable pods with each other over the last ${past}, ` +
    `${alarms.length === 0 ? 'none' : `${count(alarms.length)} (${percent(alarms.length / comparisons)})`} would have ended in a rollback`;
  // One alarm is no rate.
  if (alarms.length < 2 || alarms.length / comparisons <= alpha) return [...notes, `${seen}.`];
  const tooMany = `${seen}, although both served the same revision; at most ${percent(alpha)} are expected. A good candidate may be rolled back`;
  return [...notes, `${tooMany}. ${likelyCause(alarms)}`];
}

function likelyCause(alarms: readonly FalseAlarm[]): string {
  const metrics = [...new Set(alarms.map(({ metric }) => metric))].sort().join(' and ');
  const byPod = [...Map.groupBy(alarms, ({ candidate }) => candidate)].sort((a, b) => b[1].length - a[1].length);
  const [pod, own] = byPod[0] ?? ['', []];
  if (own.length >= oneCause * alarms.length) {
    return `Likely cause: pod ${pod} differs from the others in ${metrics}: look at its node, its device, and the clients that stick to it.`;
  }
  return `Likely cause: ${metrics} come in bursts or clients stick to pods, so that requests are not independent: a larger rollout.margin or rollout.minTime helps.`;
}
