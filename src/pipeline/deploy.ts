import { MlDeployError } from '../errors.ts';
import { checkChain } from './chain.ts';
import type { Evidence, EvidenceSoFar, Outcome, StageName } from './evidence.ts';
import { stageOrder } from './order.ts';
import { runPreflights } from './preflight.ts';
import type { Stage, StageContext } from './stage.ts';
import type { EvidenceStore } from './store.ts';
import { withEvidence } from './store.ts';
import { stoppedRun } from './stopped.ts';

/** How a run of one or more stages ended. */
export interface PipelineResult {
  /** Evidence of this run and what it built upon. */
  readonly evidence: EvidenceSoFar;
  /** Outcome of the last stage that ran; later stages were not started unless it is `passed`. */
  readonly outcome: Outcome;
  readonly last: StageName;
}

/**
 * Runs stages in order: first every preflight, so that nothing expensive happens before a foreseeable failure, then one stage
 * after the other until one does not pass. Evidence is on disk as soon as its stage has ended. `context.evidence` is not read: earlier
 * evidence comes from the store. Throws what a preflight or stage throws.
 */
export async function runPipeline(
  stages: readonly Stage[],
  context: Omit<StageContext, 'evidence'>,
  store: EvidenceStore,
): Promise<PipelineResult> {
  const names = stages.map((stage) => stage.name);
  let evidence = await evidenceBefore(names, store);
  // An image that the user names stands for the evidence of the stages that would have made it.
  if ((context.image ?? null) === null && !asksServer(names, context)) checkChain(names, evidence);

  refuseOtherServer(names, context);
  await store.requireWritable();
  context.reporter.stage('preflight', names);
  await runPreflights(stages, { ...context, evidence });

  await store.forget(names);
  let last: { readonly name: StageName; readonly outcome: Outcome } | null = null;
  for (const [index, stage] of stages.entries()) {
    context.reporter.stage(stage.name, names.slice(index + 1));
    const proof = await runOrRecord(stage, { ...context, evidence }, store);
    await store.write(proof);
    evidence = withEvidence(evidence, proof);
    last = { name: stage.name, outcome: proof.outcome };
    if (proof.outcome !== 'passed') break;
  }
  if (last === null) throw new Error('a pipeline needs at least one stage');
  return { evidence, outcome: last.outcome, last: last.name };
}

/** A server that runs already is asked, wherever it came from. What it proves is about its address: a rollout does not take it for its image. */
function asksServer(names: readonly StageName[], { config }: Omit<StageContext, 'evidence'>): boolean {
  const { url, runtime } = config.smoke;
  return names.join() === 'smoke' && url !== null && ['auto', 'process'].includes(runtime);
}

/** What a server proves that runs already says nothing of the image that comes next. */
function refuseOtherServer(names: readonly StageName[], { config, image }: Omit<StageContext, 'evidence'>): void {
  const { url, runtime } = config.smoke;
  if (!names.includes('smoke') || url === null || (runtime !== 'auto' && runtime !== 'process')) return;
  const named = image ?? null;
  if (!names.includes('rollout') && named === null) return;
  throw new MlDeployError({
    code: 'pipeline/other-server',
    kind: 'usage',
    message: `smoke.url (${url}) names a server that runs already, and ${named === null ? 'what is rolled out is the image that this run builds' : `the image that was named is ${named}`}`,
    hint: 'Take smoke.url away, so that the image itself is started; `ml-deploy smoke` alone, without --image, asks the server at the URL.',
  });
}

/** Runs a stage; when it throws, what is known is kept for the reports, and the error goes on. */
async function runOrRecord(stage: Stage, context: StageContext, store: EvidenceStore): Promise<Evidence> {
  return recordStop(stage.name, store, (onUnfinished) => {
    stopIfInterrupted(context.signal);
    return stage.run({ ...context, onUnfinished });
  });
}

/**
 * Runs work that is (part of) a stage. When it throws, what it told `onUnfinished` and the error itself are kept in the store for the
 * reports; the error goes on. With `onlyBegun`, an error before anything was told is no
 * stop: nothing had begun, and what an earlier run has left still holds.
 */
export async function recordStop<T>(
  stage: StageName,
  store: EvidenceStore,
  work: (onUnfinished: (evidence: Evidence) => void) => Promise<T>,
  { onlyBegun = false }: { readonly onlyBegun?: boolean } = {},
): Promise<T> {
  const startedAt = new Date().toISOString();
  const told: Evidence[] = [];
  try {
    return await work((evidence) => told.push(evidence));
  } catch (error) {
    for (const evidence of told) await store.write(evidence);
    if (told.length > 0 || !onlyBegun) await store.writeStopped(stoppedRun(stage, startedAt, error));
    throw error;
  }
}

/** What the stages before this run's first one proved earlier. */
async function evidenceBefore(names: readonly StageName[], store: EvidenceStore): Promise<EvidenceSoFar> {
  let evidence: EvidenceSoFar = {};
  for (const stage of stageOrder.slice(
    0,
    stageOrder.findIndex((name) => names.includes(name)),
  )) {
    const proof = await store.read(stage);
    if (proof !== null) evidence = withEvidence(evidence, proof);
  }
  return evidence;
}

function stopIfInterrupted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  if (signal.reason instanceof MlDeployError) throw signal.reason;
  throw new MlDeployError({ code: 'run/interrupted', kind: 'interrupted', message: 'interrupted between two stages' });
}
