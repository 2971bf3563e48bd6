import { MlDeployError } from '../../errors.ts';
import type { KubeApi } from '../../kubernetes/api.ts';
import { missingSecrets } from '../../notify/notifier.ts';
import type { RolloutEvidence } from '../../pipeline/evidence.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { serverOf } from '../../server/index.ts';
import { awaitIdle, engineImage } from '../begin.ts';
import { requireNamespace } from '../namespace.ts';
import { planRevision, planRollout } from '../plan.ts';
import { checkRoute } from '../traffic/preflight.ts';
import type { Plan } from '../plan.ts';
import { checkRights } from '../preflight.ts';
import { ordinary } from '../request.ts';
import { conduct } from '../stage.ts';
import { holdIsOver } from '../state.ts';
import type { Revision, RolloutState } from '../state.ts';
import { isDown } from '../strategy.ts';
import { refuseForeign, survey } from '../survey.ts';
import type { Survey } from '../survey.ts';
import { nothingUnfinished } from '../unfinished.ts';
import { rollback } from './rollback.ts';
import { untilBegun } from './until-begun.ts';

export type ResumeContext = Pick<StageContext, 'config' | 'access' | 'reporter' | 'signal' | 'onUnfinished'>;

/**
 * Goes on with an abandoned or held rollout, or one whose engine is dead, from any machine that has the configuration: again at the
 * first weight (a held one at the step that waits), with all counts so far.
 */
export function resume(context: ResumeContext, api: KubeApi): Promise<RolloutEvidence> {
  return untilBegun(context, api, async () => {
    const { found, state, plan } = await unfinished(context, api, 'resume');
    const fromStep = state.phase === 'held' ? (state.hold?.step ?? 0) : 0;
    return () => conduct(context, api, plan, found, { fromStep, savedAnalysis: state.analysis });
  });
}

/**
 * Releases a hold or an approval: a person answers for the step that waits, and the rollout goes on with the next one.
 */
export function promote(context: ResumeContext, api: KubeApi): Promise<RolloutEvidence> {
  return untilBegun(context, api, async () => {
    const { found, state, plan } = await unfinished(context, api, 'promote');
    const { hold } = state;
    if (state.phase !== 'held' || hold === null) {
      throw new MlDeployError({
        code: 'rollout/not-held',
        kind: 'usage',
        message: `The rollout of ${state.model} is ${state.phase}, not held: there is nothing to release.`,
        hint: 'Go on with an abandoned rollout by `ml-deploy resume`.',
      });
    }
    // Nobody else can take what the candidate serves, and nobody is left to compare with: the person answers for all of it.
    const accepts = state.weight > 0 && found.stable !== null && isDown(found, found.stable);
    const fromStep = accepts ? plan.steps.length : hold.step + 1;
    return () => conduct(context, api, plan, found, { fromStep, savedAnalysis: state.analysis });
  });
}

/** What there is to go on with, or why there is nothing. */
async function unfinished(
  context: ResumeContext,
  api: KubeApi,
  what: 'promote' | 'resume',
): Promise<{ readonly found: Survey; readonly state: RolloutState; readonly plan: Plan }> {
  const { config, reporter } = context;
  const ref = { model: config.name, namespace: config.deploy.namespace };
  await requireNamespace(api, ref.namespace);
  // No stage ran before this: what is missing must show before the hold is given up.
  if (config.rollout.watchdog.enabled) engineImage(context);
  for (const note of await checkRights(api, config)) reporter.note('warning', note);
  for (const note of missingSecrets(config.notify, context.access.environment)) reporter.note('warning', note);
  await checkRoute(api, config);
  const before = await survey(api, ref, config);
  refuseForeign(before);
  const found = await awaitIdle({ ...context, api }, before);
  const { state } = found.store;
  if (state === null || state.phase === 'done' || state.candidate === null) {
    throw nothingUnfinished(found, what);
  }
  if (holdIsOver(state)) {
    await rollback(ref, api, reporter);
    throw new MlDeployError({
      code: 'rollout/hold-over',
      kind: 'inconclusive',
      message: `The hold of ${state.candidate.name} ended at ${state.hold?.until ?? ''}; it was rolled back.`,
      hint: 'Start again with `ml-deploy rollout`.',
    });
  }
  return { found, state, plan: samePlan(context, found, state, state.candidate) };
}

/** Enough of a hash to tell two apart. */
function short(hash: string | null): string {
  return hash?.slice(0, 19) ?? 'unknown';
}

/** The plan of the unfinished rollout; its counts mean nothing under another one. */
function samePlan(context: ResumeContext, found: Survey, state: RolloutState, candidate: Revision): Plan {
  const { config } = context;
  const server = serverOf(config);
  const { request = ordinary, strategy } = state;
  const options = { name: candidate.name, request, ...(strategy === undefined ? {} : { strategy }) };
  const record = state.records?.find(({ revision }) => revision.name === candidate.name) ?? null;
  const plan =
    request.undo === null
      ? planRollout(config, candidate, server, found, options)
      : planRevision(config, candidate, server, found, options, record);
  if (plan.hash === state.planHash) return plan;
  throw new MlDeployError({
    code: 'rollout/plan-changed',
    kind: 'usage',
    message: `mldeploy.yaml says something else than when the rollout of ${candidate.name} began (plan ${short(state.planHash)}, now ${short(plan.hash)}).`,
    hint: 'Go back to that configuration, or end it with `ml-deploy rollback` and start anew.',
  });
}
