import type { KubeApi } from '../kubernetes/api.ts';
import { connect } from '../kubernetes/client.ts';
import type { RolloutEvidence } from '../pipeline/evidence.ts';
import { silentReporter } from '../pipeline/reporter.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Access, Stage, StageContext } from '../pipeline/stage.ts';
import { serverOf } from '../server/index.ts';
import { refuseUnfit } from './adopted.ts';
import { announced } from './announced.ts';
import type { Announced } from './announced.ts';
import { awaitIdle, begin } from './begin.ts';
import type { Beginning, Crew } from './begin.ts';
import { checkCapacity } from './capacity.ts';
import { rollback } from './commands/rollback.ts';
import { refuseBreaking } from './contract.ts';
import { rolloutEvidence, unchangedEnding } from './evidence.ts';
import { footing, isFirm } from './footing.ts';
import { givenUpBefore, wasRolledBack } from './given-up.ts';
import { runMachine } from './machine.ts';
import { planRollout, releaseOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { checkRollout } from './preflight.ts';
import { Record } from './record.ts';
import { ordinary } from './request.ts';
import type { Ending } from './run.ts';
import { demandSmokedOn } from './smoked-on.ts';
import { settle } from './settlement.ts';
import { holdIsOver } from './state.ts';
import { refuseForeign, survey } from './survey.ts';
import type { Survey } from './survey.ts';
import { refuseHeld } from './unfinished.ts';
import { interrupted } from './wait.ts';

/** The last stage: the built image becomes the stable revision, or the old one stays. */
export const rolloutStage: Stage<RolloutEvidence> = {
  name: 'rollout',

  async preflight(context) {
    const api = await connectTo(context.access, context.reporter);
    try {
      await checkRollout(context, api);
    } finally {
      api.close();
    }
  },

  async run(context) {
    const api = await connectTo(context.access, context.reporter);
    try {
      return await rollOut(context, api);
    } finally {
      api.close();
    }
  },
};

/**
 * Connects for a rollout. The connection is not bound to the signal: restoring traffic after an interrupt uses it too.
 */
export function connectTo(access: Access, reporter: Reporter = silentReporter): Promise<KubeApi> {
  return connect({
    kubeconfig: access.kubeconfig,
    context: access.kubeContext,
    environment: access.environment,
    onSilence: (message) => reporter.note('warning', message),
  });
}

/**
 * Rolls the release of the earlier stages out over this connection; a hold that has run out is rolled back first.
 */
export async function rollOut(context: StageContext, api: KubeApi): Promise<RolloutEvidence> {
  const { config, request = ordinary } = context;
  const release = await releaseOf(context);
  if (request.undo === null) await demandSmokedOn(context, api, release.image);
  const ref = { model: config.name, namespace: config.deploy.namespace };
  const before = await survey(api, ref, config);
  refuseForeign(before);
  const idle = await awaitIdle({ ...context, api }, before);
  const found = await endUnfinished(await endHold(idle, context, api), context, api);
  await refuseUnfit(api, config, found, request);
  const plan = planRollout(config, release, serverOf(config), found, { request });
  if (plan.strategy !== 'unchanged') refuseBreaking(config, plan.stable, plan.candidate);
  const givenUp = plan.strategy === 'unchanged' ? null : givenUpBefore(found.store.state, plan.candidate.template);
  if (givenUp !== null && request.force === null && !request.retry) throw wasRolledBack(givenUp);
  return conduct(context, api, plan, found, { fromStep: 0, savedAnalysis: null });
}

/**
 * Carries out a plan from the takeover to the evidence; shared by `rollout`, `resume` and `promote`. `found` is what the plan was made
 * from; nobody else may be at work.
 */
export async function conduct(
  context: Pick<StageContext, 'config' | 'access' | 'reporter' | 'signal' | 'onUnfinished'>,
  api: KubeApi,
  plan: Plan,
  found: Survey,
  beginning: Beginning,
): Promise<RolloutEvidence> {
  const { config, access, reporter, signal } = context;
  const record = new Record(reporter);
  const crew: Crew & Announced = { config, server: serverOf(config), api, access, reporter, record, signal };
  const startedAt = new Date().toISOString();
  const requestsBefore = api.requests;
  const evidence = (ending: Parameters<typeof rolloutEvidence>[1], carried: Plan): RolloutEvidence =>
    rolloutEvidence(carried, ending, record, {
      environment: config.environment,
      engine: access.engine,
      host: access.host,
      startedAt,
      apiRequests: api.requests - requestsBefore,
    });

  for (const warning of plan.warnings) reporter.note('info', warning);
  if (plan.strategy === 'unchanged' && found.stable !== null && found.store.state?.phase !== 'running') {
    if (plan.settles.length > 0) await settle(api, config, plan, found, found.stable);
    for (const each of plan.settles) record.event('settled', each);
    return evidence(unchangedEnding(plan), plan);
  }
  const stays = plan.stable?.name ?? null;
  for (const note of await checkCapacity(api, config, peakPods(plan), stays)) reporter.note('warning', note);
  if (signal.aborted) throw interrupted('The rollout was interrupted before anything was changed.');
  const run = await begin(crew, plan, found, beginning);
  const work = async (): Promise<Ending> => {
    try {
      return await runMachine(run);
    } catch (error) {
      const summary = error instanceof Error ? error.message : String(error);
      context.onUnfinished?.(
        evidence({ outcome: 'error', decision: 'none', summary, reasons: [], diagnosis: [] }, run.plan),
      );
      throw error;
    }
  };
  const ending = await announced(crew, plan, work);
  return evidence(ending, run.plan);
}

/** Most pods the candidate needs at a time, beyond those that make room for it. */
export function peakPods({ candidate, steps, strategy, stable }: Plan): number {
  const most = Math.max(candidate.replicas, ...steps.map((step) => step.candidateReplicas));
  return strategy === 'recreate' ? Math.max(0, most - (stable?.replicas ?? 0)) : most;
}

/**
 * A dead engine may have left the stable revision without pods, or a candidate with traffic that it could not take: that is brought in
 * order before another release begins.
 */
async function endUnfinished(found: Survey, { config, reporter }: StageContext, api: KubeApi): Promise<Survey> {
  const { state } = found.store;
  if (state?.phase !== 'running' && state?.phase !== 'abandoned') return found;
  if (state.phase === 'abandoned' && state.weight === 0) return found;
  if (state.strategy !== 'recreate' && isFirm(await footing(api, state))) return found;
  reporter.note('warning', `The unfinished rollout of ${state.candidate?.name ?? ''} is rolled back first.`);
  await rollback(found.ref, api, reporter);
  return survey(api, found.ref, config);
}

/** A hold that waits is a person's to decide; one that has run out is rolled back, and the survey made anew. */
async function endHold(found: Survey, { config, reporter }: StageContext, api: KubeApi): Promise<Survey> {
  const { state } = found.store;
  refuseHeld(found);
  if (state?.phase !== 'held' || !holdIsOver(state)) return found;
  const candidate = state.candidate?.name ?? '';
  reporter.note('warning', `The hold of ${candidate} ended at ${state.hold?.until ?? ''}: it is rolled back first.`);
  await rollback(found.ref, api, reporter);
  return survey(api, found.ref, config);
}
