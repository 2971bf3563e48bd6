import { MlDeployError } from '../../errors.ts';
import type { KubeApi } from '../../kubernetes/api.ts';
import type { RolloutEvidence } from '../../pipeline/evidence.ts';
import { serverOf } from '../../server/index.ts';
import { awaitIdle, engineImage } from '../begin.ts';
import { givenUpBefore } from '../given-up.ts';
import { planRevision } from '../plan.ts';
import { checkRights } from '../preflight.ts';
import { conduct } from '../stage.ts';
import { refuseForeign, survey } from '../survey.ts';
import type { Revision } from '../state.ts';
import type { Survey } from '../survey.ts';
import { undoTarget } from '../verified.ts';
import type { ResumeContext } from './resume.ts';
import { untilBegun } from './until-begun.ts';

export interface UndoOptions {
  /** `r3`, or the digest of an image or model; null: the last verified revision before the current one. */
  readonly to: string | null;
  /** Judged as a new release would be, instead of all traffic as soon as it is ready. */
  readonly judged: boolean;
}

/**
 * Goes back to an older revision that was stable once: it is scaled up (or made again from the record of its template), ready and warm
 * before it gets traffic. The same fence, watchdog and states as any rollout.
 */
export async function undo(context: ResumeContext, api: KubeApi, options: UndoOptions): Promise<RolloutEvidence> {
  const { config, reporter } = context;
  if (config.rollout.watchdog.enabled) engineImage(context);
  for (const note of await checkRights(api, config)) reporter.note('warning', note);
  // Whoever undoes the same at the same moment means the same revision, not one further back.
  let aim: string | null = null;
  let last: Survey | null = null;
  const evidence = await untilBegun(context, api, async () => {
    const found = await idle(context, api);
    last = found;
    const { stable } = found;
    if (stable !== null && stable.name === aim) return () => isThere(context, api, found, stable);
    const { revision, record } = undoTarget(found, aim ?? options.to);
    aim = revision.name;
    const request = { force: null, retry: false, undo: { to: revision.name, judged: options.judged } };
    const plan = planRevision(config, revision, serverOf(config), found, { request }, record);
    return () => conduct(context, api, plan, found, { fromStep: 0, savedAnalysis: null });
  });
  if (evidence.decision !== 'promote') return evidence;
  return { ...evidence, summary: [evidence.summary, ...whatIsLeft(last)].join(' ') };
}

/** The cluster once nobody is at work; an unfinished rollout is for `rollback`. */
async function idle(context: ResumeContext, api: KubeApi): Promise<Survey> {
  const { config } = context;
  const before = await survey(api, { model: config.name, namespace: config.deploy.namespace }, config);
  refuseForeign(before);
  const found = await awaitIdle({ ...context, api }, before);
  const { state } = found.store;
  if (state === null || state.phase === 'done') return found;
  throw new MlDeployError({
    code: 'rollout/unfinished',
    kind: 'usage',
    message: `A rollout of ${config.name} (${state.candidate?.name ?? ''}) is ${state.phase === 'running' ? 'unfinished and its engine is gone' : state.phase}.`,
    hint: `End it with \`ml-deploy rollback\`, which returns to ${state.stable?.name ?? 'nothing'}; then run undo if that is not far enough.`,
  });
}

/** Somebody else went back to the same revision meanwhile. */
function isThere(context: ResumeContext, api: KubeApi, found: Survey, stable: Revision): Promise<RolloutEvidence> {
  const { config } = context;
  const plan = {
    ...planRevision(config, stable, serverOf(config), found),
    strategy: 'unchanged' as const,
    settles: [],
  };
  return conduct(context, api, plan, found, { fromStep: 0, savedAnalysis: null });
}

/** The release that was left would come back with the next run of a pipeline: that is refused, and people have to know. */
function whatIsLeft(found: Survey | null): readonly string[] {
  const left = givenUpBefore(found?.store.state ?? null, found?.stable?.template ?? null);
  if (left === null) return [];
  return [
    `${left.revision} counts as rolled back: \`deploy\` and \`rollout\` refuse this very release without --retry; \`ml-deploy undo --to ${left.revision}\` returns to it.`,
  ];
}
