import type { ArmName, MetricPlan, TickEvidence } from '../../pipeline/evidence.ts';
import { advanceCounters, startCounters, type CounterState } from './counters.ts';
import { decide, explain } from './decide.ts';
import { addHistory, addTick, restartGood, startMetric, tickEvidence, type MetricState } from './metric.ts';
import { metricPlan, type AnalysisPlan, type MetricId } from './plan.ts';
import type { ArmDeltas, ArmsReading } from './readings.ts';
import { metricWarnings } from './reasons.ts';
import { addSplit, judgeSplit, startSplit, type SplitState, type SplitVerdict } from './split.ts';

/** One closed tick: what both arms served since the previous tick, at one weight. */
export interface TickInput {
  /** RFC 3339; only copied into the evidence. */
  readonly at: string;
  /** Intended share of the candidate in force during the whole tick. */
  readonly weight: number;
  /** Time since the previous tick or startStep, by the caller's monotonic clock. */
  readonly elapsedMs: number;
  readonly deltas: Readonly<Record<MetricId, ArmDeltas>>;
}

/** When and at which weight a reading was taken; fields as in TickInput. */
export type Observation = Omit<TickInput, 'deltas'>;

export interface TickVerdict {
  /** `promote`: this step passes. `rollback` is final. */
  readonly decision: 'promote' | 'rollback' | 'continue';
  /** Why, one sentence per metric, for a person on call. */
  readonly reasons: readonly string[];
  /** Worth a person's attention, but nothing is decided by it; each is given once in a rollout. */
  readonly warnings: readonly string[];
  /** Pods that could not be read and what kept the tick open. */
  readonly notes: readonly string[];
  /** One per metric; empty while the tick stays open. */
  readonly ticks: readonly TickEvidence[];
  /** `missed`: traffic is not split as asked: stop, an infrastructure error. */
  readonly split: SplitVerdict;
}

/** Plain JSON; createAnalysis with it continues exactly where it was taken. */
export interface AnalysisState {
  readonly version: 1;
  readonly step: number;
  readonly weight: number;
  readonly stepElapsedMs: number;
  readonly stepRequests: number;
  readonly metrics: Readonly<Record<MetricId, MetricState>>;
  readonly split: SplitState;
  readonly counters: CounterState;
  /** Warnings given so far. */
  readonly warned: readonly string[];
}

/**
 * The decision over one rollout. Use: `observe` with weight 0 while the candidate starts (stable's pods show how bursty errors are);
 * `startStep`; change the weight; `observe` every tick with the weight in force; `observe` once more right before the next change.
 * The first observation with a new weight only takes a new baseline, so that no tick spans a change.
 */
export interface Analysis {
  readonly metrics: readonly MetricPlan[];
  /** Begins a step: the promotion evidence starts anew, the rollback evidence never does. */
  startStep(index: number, weight: number): void;
  /** Reads counters into a tick and judges it; while the tick stays open the decision is `continue` with the reasons why. */
  observe(reading: ArmsReading, observation: Observation): TickVerdict;
  /** Judges one tick of counts. */
  tick(input: TickInput): TickVerdict;
  /** Every request counted while the candidate had traffic. */
  totals(): Readonly<Record<ArmName, { readonly requests: number; readonly errors: number }>>;
  state(): AnalysisState;
}

/** A metric that decides, with its thresholds. */
export interface GatingMetric {
  readonly id: MetricId;
  readonly plan: MetricPlan;
}

/** Starts a decision, or continues one from its saved state. */
export function createAnalysis(plan: AnalysisPlan, saved?: AnalysisState): Analysis {
  const gating: readonly GatingMetric[] = plan.metrics.map((spec) => ({ id: spec.id, plan: metricPlan(spec, plan) }));
  let state: AnalysisState = saved ?? {
    version: 1,
    step: 0,
    weight: 0,
    stepElapsedMs: 0,
    stepRequests: 0,
    metrics: {},
    split: startSplit(),
    counters: startCounters(),
    warned: [],
  };
  const metricState = ({ id, plan: metric }: GatingMetric): MetricState => state.metrics[id] ?? startMetric(metric);

  const judge = (ticks: readonly TickEvidence[], notes: readonly string[]): TickVerdict => {
    const split = judgeSplit(state.split, state.weight, plan.splitTolerance, plan.moreIsExpected);
    const warnings = gating
      .flatMap((metric) => metricWarnings(metricState(metric), metric.plan, plan.phiPrior))
      .filter((warning) => !state.warned.includes(warning));
    if (warnings.length > 0) state = { ...state, warned: [...state.warned, ...warnings] };
    const now = state;
    const decision = decide(plan, gating, now);
    return {
      decision,
      warnings,
      notes,
      ticks,
      split,
      // Words only for those who read them: they cost more than the decision.
      get reasons() {
        return explain(plan, gating, now, decision);
      },
    };
  };

  const addCounts = (input: TickInput): TickEvidence[] =>
    gating.flatMap((gate) => {
      const { id, plan: metric } = gate;
      const deltas = input.deltas[id];
      if (deltas === undefined) return [];
      const before = metricState(gate);
      if (input.weight === 0) {
        state = { ...state, metrics: { ...state.metrics, [id]: addHistory(before, deltas) } };
        return [];
      }
      const after = addTick(before, metric, deltas, plan.phiPrior);
      state = { ...state, metrics: { ...state.metrics, [id]: after } };
      return [tickEvidence(before, after, metric, { at: input.at, weight: input.weight, phiPrior: plan.phiPrior })];
    });

  const tick = (input: TickInput, notes: readonly string[] = [], whole = true): TickVerdict => {
    const ticks = addCounts(input);
    const first = ticks[0];
    const candidate = first?.candidate.total ?? 0;
    const total = candidate + (first?.stable.total ?? 0);
    state = {
      ...state,
      stepElapsedMs: state.stepElapsedMs + input.elapsedMs,
      stepRequests: state.stepRequests + candidate,
      split:
        plan.splitTolerance === null || !whole
          ? state.split
          : addSplit(state.split, { candidate, total }, input.weight, plan.splitTolerance),
    };
    return judge(ticks, notes);
  };

  return {
    metrics: gating.map((metric) => metric.plan),
    startStep: (index, weight) => {
      const metrics = { ...state.metrics };
      for (const gate of gating) metrics[gate.id] = restartGood(metricState(gate), gate.plan);
      state = { ...state, step: index, weight, stepElapsedMs: 0, stepRequests: 0, metrics, split: startSplit() };
    },
    observe: (reading, observation) => {
      const ids = gating.map(({ id }) => id);
      const advance = advanceCounters(state.counters, reading, observation.weight, ids);
      const metrics = { ...state.metrics };
      for (const gate of gating) {
        const known = metricState(gate);
        const broken = known.broken ?? advance.broken[gate.id];
        if (broken !== undefined) metrics[gate.id] = { ...known, broken };
      }
      state = { ...state, metrics, counters: advance.state };
      // What a pod serves that cannot be read is missing in the counts, and would look like another split.
      const whole = [...reading.stable, ...reading.candidate].every((pod) => !('missing' in pod));
      if (advance.closed) return tick({ ...observation, deltas: advance.deltas }, advance.notes, whole);
      state = { ...state, stepElapsedMs: state.stepElapsedMs + observation.elapsedMs };
      return openTick(judge([], advance.notes));
    },
    tick: (input) => tick(input),
    totals: () => {
      const { stable, candidate } = state.counters.totals;
      return {
        stable: { requests: stable.total, errors: stable.bad },
        candidate: { requests: candidate.total, errors: candidate.bad },
      };
    },
    state: () => state,
  };
}

/** Without new counts no step is passed, and why there are none is a reason; a rollback that was already due stays due. */
function openTick(verdict: TickVerdict): TickVerdict {
  const decision = verdict.decision === 'promote' ? 'continue' : verdict.decision;
  return { ...verdict, decision, reasons: [...verdict.reasons, ...verdict.notes] };
}
