import { MlDeployError } from '../errors.ts';
import type { KubeObject } from '../kubernetes/api.ts';
import type { Task } from '../pipeline/reporter.ts';
import { createAnalysis } from './analysis/analysis.ts';
import type { Analysis, TickVerdict } from './analysis/analysis.ts';
import type { ArmsReading } from './analysis/readings.ts';
import { countRules } from './analysis/count-rules.ts';
import { metricsSource } from './analysis/sources/index.ts';
import type { MetricsSource } from './analysis/sources/source.ts';
import { CandidateHealth } from './candidate-health.ts';
import { troubleError } from './diagnosis.ts';
import { metricsOf } from '../server/metrics.ts';
import type { PlannedStep } from './plan.ts';
import { isReady, podRef, revisionPods } from './pods.ts';
import { requireStable, requireTraffic } from './presence.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';
import { factsOf } from './traffic/index.ts';
import type { Split } from './traffic/provider.ts';
import { interrupted, sleep, until } from './wait.ts';

/** How a step ended. */
export interface StepVerdict {
  readonly decision: 'promote' | 'rollback' | 'inconclusive';
  readonly reasons: readonly string[];
}

/** Reads both arms every tick and asks the analysis; knows nothing of how traffic moves. */
export class Judge {
  readonly analysis: Analysis;
  readonly #run: Run;
  /** Null: the candidate is judged alone. */
  readonly #stable: Revision | null;
  readonly #source: MetricsSource;
  readonly #health: CandidateHealth;
  #observedAt = performance.now();
  /** The weight in force, and since when. */
  #weight = { value: 0, sinceMs: -Infinity };

  constructor(run: Run, stable: Revision | null) {
    const { plan, config, reporter } = run;
    this.#run = run;
    this.#stable = stable;
    this.analysis = createAnalysis(plan.analysis, run.savedAnalysis ?? undefined);
    this.#health = new CandidateHealth(plan.candidate.name, plan.provider.name !== 'replicas');
    const preset = metricsOf(config);
    this.#source = metricsSource({
      api: run.api,
      access: run.access,
      metrics: config.rollout.metrics,
      preset,
      rules: countRules(config.rollout, preset),
      model: {
        name: config.name,
        namespace: config.deploy.namespace,
        revisions: { stable: stable?.name ?? plan.candidate.name, candidate: plan.candidate.name },
        stableIsPublic: factsOf(config).adopted !== null,
      },
      onRoute: (how) => reporter.note('debug', how),
    });
  }

  /** Waits until every ready pod of both arms returns its counters, and takes the baseline: nobody is judged blindly. */
  async baseline(): Promise<void> {
    const { signal, lease } = this.#run;
    let last: ArmsReading = { stable: [], candidate: [] };
    const look = async (): Promise<ArmsReading | null> => {
      const { reading, pods } = await this.#read();
      this.#look(pods, 0);
      last = reading;
      const complete = [...reading.candidate, ...reading.stable].every((each) => !('missing' in each));
      const both = reading.candidate.length > 0 && (this.#stable === null || reading.stable.length > 0);
      return complete && both ? reading : null;
    };
    const reading = await until(look, {
      signal,
      everyMs: 1000,
      timeoutMs: this.#source.patienceMs,
      beat: () => lease.beat(),
    });
    if (reading === null) throw noMetrics(last, await this.#source.explain(last));
    this.analysis.observe(reading, { at: new Date().toISOString(), weight: 0, elapsedMs: 0 });
  }

  /** Judges one step until it passes, fails, or its deadline is over. */
  async step(index: number, step: PlannedStep): Promise<StepVerdict> {
    const { config, record, store, lease, signal, reporter } = this.#run;
    const { tickMs, stepDeadlineMs } = config.rollout;
    const task = reporter.task(`Step ${index + 1}: judging the candidate`, { estimateMs: step.minTimeMs });
    const started = performance.now();
    let last = started;
    let verdict = await this.#observe(step.share, 0);
    try {
      for (;;) {
        if (verdict.decision !== 'continue') {
          task.done(verdict.reasons[0]);
          return { decision: verdict.decision, reasons: verdict.reasons };
        }
        if (performance.now() - started >= stepDeadlineMs) {
          task.done('its deadline is over without enough evidence');
          return { decision: 'inconclusive', reasons: verdict.reasons };
        }
        await this.#rest(tickMs, last, step.share);
        const now = performance.now();
        verdict = await this.#observe(step.share, now - last);
        last = now;
        record.ticks.push(...verdict.ticks);
        this.#tell(task, verdict);
        await store.update({ analysis: this.analysis.state(), reasons: verdict.reasons });
        await lease.beat();
        signal.throwIfAborted();
      }
    } catch (error) {
      if (signal.aborted) task.done('stopped by a signal');
      else task.fail();
      throw error;
    }
  }

  /** Closes the tick at the present weight, right before the weight changes; `rollout/worse` when a rollback is due. */
  async closeTick(weight: number): Promise<void> {
    const verdict = await this.#observe(weight, 0);
    this.#run.record.ticks.push(...verdict.ticks);
    if (verdict.decision !== 'rollback') return;
    this.#run.record.event('decision', `rollback. ${verdict.reasons.join(' ')}`);
    throw new MlDeployError({ code: 'rollout/worse', kind: 'model', message: verdict.reasons.join(' ') });
  }

  /** Goes on judging while the rollout waits for pods at a weight; called every look with the candidate's pods. */
  async watch(weight: number, pods: readonly KubeObject[]): Promise<void> {
    const { config, store } = this.#run;
    this.#look(pods, weight);
    if (performance.now() - this.#observedAt < config.rollout.tickMs) return;
    await this.closeTick(weight);
    await store.update({ analysis: this.analysis.state() });
  }

  async #observe(weight: number, elapsedMs: number): Promise<TickVerdict> {
    if (weight !== this.#weight.value) this.#weight = { value: weight, sinceMs: performance.now() };
    const { reading, pods } = await this.#read();
    this.#observedAt = performance.now();
    this.#look(pods, weight);
    const verdict = this.analysis.observe(reading, { at: new Date().toISOString(), weight, elapsedMs });
    this.#run.record.totals = this.analysis.totals();
    for (const warning of verdict.warnings) this.#run.reporter.note('warning', warning);
    if (verdict.split.status === 'missed') {
      throw new MlDeployError({
        code: 'rollout/split-missed',
        kind: 'infrastructure',
        message: verdict.split.message,
        hint: 'The gateway does not divide traffic as it was told; look at its status and version, or use the provider `replicas`.',
      });
    }
    return verdict;
  }

  /** Waits for the next tick; in between, a crashing candidate or a Service that somebody deletes or turns is noticed within seconds. */
  async #rest(tickMs: number, last: number, weight: number): Promise<void> {
    const { api, config, plan, signal, lease } = this.#run;
    const everyMs = Math.min(tickMs, 3000);
    for (;;) {
      const left = last + tickMs - performance.now();
      if (left <= 0) return;
      await sleep(Math.min(left, everyMs), signal);
      if (left <= everyMs) return;
      const pods = await revisionPods(api, config.name, config.deploy.namespace, plan.candidate.name);
      this.#look(pods, weight);
      await requireTraffic(this.#run, this.#written());
      await lease.beat();
    }
  }

  /** What the candidate's pods show by themselves ends the rollout without statistics. */
  #look(pods: readonly KubeObject[], weight: number): void {
    const trouble = this.#health.look(pods, weight, performance.now());
    if (trouble !== null) throw troubleError(trouble);
  }

  async #read(): Promise<{ readonly reading: ArmsReading; readonly pods: readonly KubeObject[] }> {
    const { api, config, plan, signal } = this.#run;
    const { namespace } = config.deploy;
    const [candidate, stable] = await Promise.all([
      revisionPods(api, config.name, namespace, plan.candidate.name),
      this.#stable === null ? [] : revisionPods(api, config.name, namespace, this.#stable.name),
      requireTraffic(this.#run, this.#written()),
    ]);
    if (this.#stable !== null && !stable.some(isReady)) await requireStable(this.#run, this.#stable);
    const arms = { candidate: candidate.filter(isReady).map(podRef), stable: stable.filter(isReady).map(podRef) };
    return { reading: await orAbort(this.#source.read(arms, this.#weight.sinceMs), signal), pods: candidate };
  }

  /** What the traffic objects have to say at the weight in force; null before the first. */
  #written(): Split | string | null {
    const { candidate } = this.#run.plan;
    const weight = this.#weight.value;
    if (weight === 0) return null;
    return this.#stable === null ? candidate.name : { stable: this.#stable.name, candidate: candidate.name, weight };
  }

  #tell(task: Task, verdict: TickVerdict): void {
    const totals = this.analysis.totals();
    task.update(verdict.reasons[0] ?? `${totals.candidate.requests} requests of the candidate so far`);
  }
}

/** An interrupt must not wait for pods that do not answer. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(interrupted('The rollout was interrupted.'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function noMetrics({ stable, candidate }: ArmsReading, why: string): MlDeployError {
  const nobody = stable.length === 0 || candidate.length === 0;
  return new MlDeployError({
    code: 'rollout/no-metrics',
    kind: 'infrastructure',
    message: `Not every pod of both revisions returns its metrics: ${nobody ? 'a revision has no ready pod' : why}.`,
    hint: 'Without counts nothing can be decided. Check that pods are reachable from here or that this account may use pods/proxy; with Prometheus, that it scrapes them (docs/metrics.md).',
  });
}
