import type { MetricPlan, RolloutEvidence, TickEvidence } from '../../pipeline/evidence.ts';
import { count, duration, percent, plural } from '../format.ts';
import { decidingMetric, livePhase, rollbackTick, ticksOf, type LivePhase } from '../live.ts';
import type { ReportRun } from '../run.ts';
import { badEventsChart } from './charts/bad-events.ts';
import { binMs, clientsChart } from './charts/clients.ts';
import { promotionChart, rollbackChart } from './charts/evidence-values.ts';
import { timeAxis, type Moment, type TimeAxis } from './charts/frame.ts';
import { splitChart } from './charts/split.ts';
import { html, type Markup } from './markup.ts';

const xTitle = 'since the first live request';

/** The plots of a rollout, from the candidate's first traffic to the end. */
export function rolloutPlots(run: ReportRun): Markup | null {
  const { rollout } = run.evidence;
  if (rollout === undefined) return null;
  const phase = livePhase(rollout);
  const clients = run.clients === undefined ? null : clientsFigure(run, rollout, phase);
  if (phase === null) return clients;
  const axis = liveAxis(rollout, phase);
  const deciding = decidingMetric(rollout);
  const main = rollout.metrics.find(({ metric }) => metric === deciding);
  if (main === undefined) return clients;
  const others = rollout.metrics.filter(({ metric }) => metric !== deciding);
  return html`${clients}${splitFigure(rollout, phase, axis)}${metricFigures(rollout, main, axis)}${others.map((plan) => otherMetric(rollout, plan, axis))}`;
}

function liveAxis(rollout: RolloutEvidence, phase: LivePhase): TimeAxis {
  const last = Math.max(phase.decided, ...phase.weights.map(({ at }) => at));
  const margin = (last - phase.from) * 0.04;
  const to = Math.min(last + 2.5 * margin, Math.max(last + margin, Date.parse(rollout.volatile.endedAt)));
  return timeAxis(phase.from - margin, to, phase.from, moments(rollout, phase));
}

function moments(rollout: RolloutEvidence, phase: LivePhase): Moment[] {
  const name = rollout.candidate.name;
  return phase.weights.map(({ at, weight }, index) => ({
    at,
    label: index === 0 ? `${name} gets ${percent(weight)}` : weight === 0 ? 'back to 0' : percent(weight),
  }));
}

function splitFigure(rollout: RolloutEvidence, phase: LivePhase, axis: TimeAxis): Markup {
  const ticks = ticksOf(rollout, rollout.metrics[0]?.metric ?? '');
  const steps = phase.weights.map(({ weight }) => percent(weight));
  const title = `Traffic of the candidate: ${steps.join(', then ')}`;
  return figure(
    title,
    [
      'Thin line: the share that was asked for. Dots: the share of requests that the pods counted, per tick.',
      ...(rollout.provider === 'replicas'
        ? ['New connections are shared out; kept-alive ones stay where they are.']
        : []),
    ].join(' '),
    splitChart(ticks, phase, axis, xTitle),
  );
}

function otherMetric(rollout: RolloutEvidence, plan: MetricPlan, axis: TimeAxis): Markup {
  return html`<details>
    <summary>Also judged: ${plan.title}<span class="sub">${shareSentence(rollout, plan)}</span></summary>
    ${metricFigures(rollout, plan, axis)}
  </details>`;
}

function metricFigures(rollout: RolloutEvidence, plan: MetricPlan, axis: TimeAxis): Markup {
  const ticks = ticksOf(rollout, plan.metric);
  const crossing = rollbackTick(rollout, plan.metric);
  return html`${figure(
    capital(`${plan.title}: ${shareSentence(rollout, plan)}`),
    'Lines: share of all requests so far. Pale dots: share in each tick.',
    badEventsChart(ticks, plan, axis, xTitle),
  )}${figure(
    worseTitle(plan, ticks, crossing, axis),
    `Solid line: that its odds are more than ${plan.margin} times stable’s, over the same seconds. Dashed line: that more than ${percent(plan.floor)} are affected. Both must be in the shaded zone to roll back; 1 says nothing either way.`,
    rollbackChart(ticks, plan, crossing, axis, xTitle),
  )}${figure(
    goodTitle(rollout, plan, ticks),
    `That less than ${percent(plan.slo)} are affected. It starts anew at 1 with each step, so the candidate proves itself at each share of the traffic.`,
    promotionChart(ticks, plan, passedSteps(rollout), axis, xTitle),
  )}`;
}

function shareSentence(rollout: RolloutEvidence, { metric }: MetricPlan): string {
  const ticks = ticksOf(rollout, metric);
  const sum = (arm: 'candidate' | 'stable'): string => {
    const total = ticks.reduce((sofar, tick) => sofar + tick[arm].total, 0);
    const bad = ticks.reduce((sofar, tick) => sofar + tick[arm].bad, 0);
    return total === 0 ? 'no requests' : `${count(bad)} of ${count(total)} (${percent(bad / total)})`;
  };
  return `candidate ${sum('candidate')}, stable ${sum('stable')}`;
}

function worseTitle(
  plan: MetricPlan,
  ticks: readonly TickEvidence[],
  crossing: TickEvidence | null,
  axis: TimeAxis,
): string {
  const threshold = Number(Math.exp(plan.logRollback).toPrecision(2));
  if (crossing !== null) {
    const after = Date.parse(crossing.at) - axis.x.invert(axis.ticks.find(({ label }) => label === '0')?.x ?? 0);
    return `Evidence that the candidate is worse passed ${threshold} after ${duration(after)}`;
  }
  const once = ticks.some((tick) => Math.max(tick.logWorse, tick.logAboveFloor) >= plan.logRollback);
  return `Evidence that the candidate is worse never reached ${threshold}${once ? ' on both counts' : ''}`;
}

function goodTitle(rollout: RolloutEvidence, plan: MetricPlan, ticks: readonly TickEvidence[]): string {
  const threshold = Number(Math.exp(plan.logPromote).toPrecision(2));
  const passed = passedSteps(rollout).length;
  if (passed > 0) return `Evidence that the candidate is good enough passed ${threshold} at ${plural(passed, 'step')}`;
  const reached = ticks.some((tick) => tick.logGood >= plan.logPromote);
  return `Evidence that the candidate is good enough ${reached ? 'was not sufficient for a step' : `never reached ${threshold}`}`;
}

/** Ends of the steps that passed: a weight was followed by a larger one. */
function passedSteps(rollout: RolloutEvidence): { at: number; label: string }[] {
  const weights = rollout.volatile.timeline.flatMap(({ at, weight }) =>
    weight === undefined ? [] : [{ at: Date.parse(at), weight }],
  );
  return weights.flatMap(({ at, weight }, index) => {
    const before = weights[index - 1];
    return before !== undefined && before.weight > 0 && weight > before.weight
      ? [{ at, label: `${percent(before.weight)} step passes` }]
      : [];
  });
}

function clientsFigure({ clients }: ReportRun, rollout: RolloutEvidence, phase: LivePhase | null): Markup | null {
  if (clients === undefined || clients.perSecond.length === 0) return null;
  const times = clients.perSecond.map(({ at }) => Date.parse(at));
  const from = Math.min(...times);
  const axis = timeAxis(
    from,
    Math.max(...times) + 1000,
    phase?.from ?? from,
    phase === null ? [] : moments(rollout, phase),
  );
  const { requests, failed } = clients.totals;
  const title = `What the clients saw: ${plural(requests, 'request')}, ${failed === 0 ? 'not one failed' : `${count(failed)} failed`}`;
  const bin = binMs(axis) / 1000;
  const note = `Answers per ${bin === 1 ? 'second' : `${bin} s`}, counted by the load generator itself; below, failed ones on a scale of their own.`;
  return figure(
    title,
    note,
    clientsChart(
      clients,
      { candidate: rollout.candidate.name, stable: rollout.stable?.name ?? null },
      axis,
      phase === null ? 'since the rollout began' : xTitle,
    ),
  );
}

function figure(title: string, note: string, chart: Markup): Markup {
  return html`<figure>
    <figcaption>
      <h4>${title}</h4>
      <div class="note">${note}</div>
    </figcaption>
    ${chart}
  </figure>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
