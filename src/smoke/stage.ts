import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { askedContract } from '../contract/asked.ts';
import { servedContract } from '../contract/served.ts';
import { MlDeployError } from '../errors.ts';
import { gpuNeeds } from '../gpu/needs.ts';
import type { CheckEvidence, EvidenceSoFar, Outcome, SmokeEvidence } from '../pipeline/evidence.ts';
import { hideInMessage } from '../pipeline/hide-secrets.ts';
import { hidingReporter } from '../pipeline/hiding-reporter.ts';
import { checkNamedWeights, podWeights, type NamedRelease } from '../pipeline/pod-weights.ts';
import type { Stage, StageContext } from '../pipeline/stage.ts';
import { protocols } from '../server/protocols/index.ts';
import { serverOf } from '../server/index.ts';
import { type GoldenRequest, readGolden } from '../golden/golden-file.ts';
import { recordedSpeed } from './recorded-speed.ts';
import { keepRecords, secretValues } from './records.ts';
import { worstFirst } from '../pipeline/worst-first.ts';
import { imageVariables } from './image-variables.ts';
import { chooseRuntime, runtimes } from './runtimes/index.ts';
import type { Hardware, Runtime, RuntimeContext } from './runtimes/runtime.ts';
import { tryOut, type TrialResult } from './trial.ts';

export interface SmokeParts {
  /** Where an image can be tested. */
  readonly runtimes: readonly Runtime[];
  readonly serverOf: typeof serverOf;
}

/**
 * The stage `smoke`: starts the very image that will be deployed, asks it, and stops it. Nothing is left behind, whatever happens.
 */
export function createSmokeStage(parts: SmokeParts): Stage<SmokeEvidence> {
  return {
    name: 'smoke',
    preflight: (whole) =>
      guarded(whole, async (context) => {
        await goldenOf(context);
        // A file that is not there is found now; the cluster is asked when there is something to compare.
        if (context.config.smoke.previous !== null) await recordedSpeed(context);
        const here = await runtimeContext(parts, context, await subjectOf(context));
        const { reason } = await chooseRuntime(parts.runtimes, here);
        context.reporter.note('info', reason);
      }),
    run: (whole) => guarded(whole, (context) => runSmoke(parts, context)),
  };
}

async function runSmoke(parts: SmokeParts, context: StageContext): Promise<SmokeEvidence> {
  const startedAt = new Date().toISOString();
  const { config, reporter } = context;
  const golden = await goldenOf(context);
  const subject = await subjectOf(context);
  const here = await runtimeContext(parts, context, subject);
  const { runtime, reason } = await chooseRuntime(parts.runtimes, here);
  reporter.note('debug', reason);
  const { image, platformDigests, modelDigest, validate, build } = subject;
  // A server that runs already has its model.
  const starts = runtime.name !== 'process';
  const weights = !starts ? null : build === undefined ? subject.weights : podWeights(config, context.access, build);
  const result = await tryOut({
    spec: { ...here, image, platformDigests, modelDigest, weights },
    runtime,
    protocol: protocols[here.server.protocol],
    contract: askedContract(servedContract(config, validate ?? null)),
    golden,
    reporter,
    recordedSpeed: () => recordedSpeed(context),
    onRecords: (records) => keepRecords(context, records),
  });
  // Whatever was built: what ran already may be something else.
  const imageReference = (starts ? image : config.smoke.url) ?? '';
  return evidenceOf(context, result, { startedAt, runtime: runtime.name, imageReference, modelDigest });
}

/** What is tested, and what is known of it. */
interface Subject extends NamedRelease, Pick<EvidenceSoFar, 'validate' | 'build'> {
  /** Null: there is none, only a server that runs already. */
  readonly image: string | null;
}

/** The image that build made, or the one that the user named: then only evidence of its own model counts. */
async function subjectOf(context: StageContext): Promise<Subject> {
  const { validate, build } = context.evidence;
  const image = context.image ?? null;
  if (image === null) {
    return {
      image: build?.image.reference ?? null,
      platformDigests: (build?.image.platforms ?? []).map(({ digest }) => digest),
      modelDigest: build?.modelDigest ?? validate?.model.digest ?? null,
      weights: null,
      ...(validate === undefined ? {} : { validate }),
      ...(build === undefined ? {} : { build }),
    };
  }
  const named = await checkNamedWeights(context, image);
  const known = validate !== undefined && validate.model.digest === named.modelDigest;
  return { ...named, image, ...(known ? { validate } : {}) };
}

/**
 * Whatever an interrupt breaks on its way is reported as the interrupt, and nothing that is told on the way has a secret in it: servers and
 * engines repeat what they were given.
 */
async function guarded<T>(context: StageContext, work: (context: StageContext) => Promise<T>): Promise<T> {
  const hide = hiderOf(context);
  try {
    return await work({ ...context, reporter: hidingReporter(context.reporter, hide) });
  } catch (error) {
    if (!context.signal.aborted) throw withoutSecrets(error, hide);
    throw new MlDeployError({
      code: 'smoke/interrupted',
      kind: 'interrupted',
      message: 'The smoke test was interrupted; what it had started is removed.',
      cause: error,
    });
  }
}

function hiderOf({ config, access }: StageContext): (text: string) => string {
  const secrets = secretValues(config, access);
  return (text) => hideInMessage(text, secrets);
}

function withoutSecrets(error: unknown, hide: (text: string) => string): unknown {
  if (!(error instanceof MlDeployError)) return error;
  const { code, kind, message, hint, cause } = error;
  const shown = { message: hide(message), ...(hint === undefined ? {} : { hint: hide(hint) }) };
  if (shown.message === message && shown.hint === hint) return error;
  return new MlDeployError({ code, kind, ...shown, cause });
}

/** The stage with everything this program has. */
export const smokeStage: Stage<SmokeEvidence> = createSmokeStage({ runtimes, serverOf });

async function runtimeContext(
  parts: SmokeParts,
  context: StageContext,
  subject: Pick<Subject, 'validate' | 'image'>,
): Promise<RuntimeContext> {
  const { config, access, signal, reporter } = context;
  const { requirements } = config.server;
  // Whether it can be read is the question of build; here it only tells which CUDA is in the image.
  const text = requirements === null ? '' : await readFile(resolve(access.root, requirements), 'utf8').catch(() => '');
  const known = gpuNeeds(config, subject, text);
  const { image } = subject;
  // Only an engine of TensorRT asks for a version that the image alone tells.
  const variables = known.engine === null || image === null ? null : await imageVariables(image, context);
  const needs = variables === null ? known : gpuNeeds(config, subject, text, variables);
  return { config, access, signal, reporter, needs, server: parts.serverOf(config) };
}

function goldenOf({ config, access }: StageContext): Promise<readonly GoldenRequest[]> {
  const { golden } = config.smoke;
  return golden === null ? Promise.resolve([]) : readGolden(access.root, golden);
}

interface RunFacts {
  readonly startedAt: string;
  readonly runtime: string;
  readonly imageReference: string;
  readonly modelDigest: string | null;
}

function evidenceOf(context: StageContext, result: TrialResult, facts: RunFacts): SmokeEvidence {
  const { config, access } = context;
  const { hardware, measured } = result;
  const checks = result.checks.map(({ check }) => check);
  const outcome = outcomeOf(checks);
  const hide = hiderOf(context);
  const beside = result.checks.flatMap(({ check, details }) =>
    details.length === 0 ? [] : [[check.id, details.map(hide)] as const],
  );
  return {
    schema: 'https://ml-deploy.dev/schema/smoke-evidence-v1.json',
    stage: 'smoke',
    project: config.name,
    environment: config.environment,
    outcome,
    summary: hide(summaryOf(outcome, checks, hardware, config.smoke.device)),
    imageReference: facts.imageReference,
    modelDigest: facts.modelDigest,
    runtime: facts.runtime,
    hardware,
    checks: checks.map((check) => ({ ...check, message: hide(check.message) })),
    volatile: {
      startedAt: facts.startedAt,
      endedAt: new Date().toISOString(),
      engine: access.engine,
      host: access.host,
      readyMs: result.readyMs,
      latencyMs: measured.latencyMs,
      ...(measured.firstTokenMs === null ? {} : { firstTokenMs: measured.firstTokenMs }),
      stopMs: measured.stopMs,
      ...measured.seen,
      ...(beside.length === 0 ? {} : { checkDetails: Object.fromEntries(beside) }),
      details: measured.details.map(hide),
    },
  };
}

/** Without a single inference nothing is proved, for or against the model. */
function outcomeOf(checks: readonly CheckEvidence[]): Outcome {
  if (checks.some(({ verdict }) => verdict === 'failed')) return 'failed';
  return checks.some(({ id, verdict }) => id === 'ready' && verdict === 'passed') ? 'passed' : 'inconclusive';
}

function summaryOf(outcome: Outcome, checks: readonly CheckEvidence[], hardware: Hardware, wish: string): string {
  const instead = wish === 'prefer-gpu' && hardware.device === 'cpu';
  const why = instead ? (checks.find(({ id, verdict }) => id === 'device' && verdict === 'passed')?.message ?? '') : '';
  return `${judgementOf(outcome, checks, hardware, instead)} ${why}`.trimEnd();
}

function judgementOf(outcome: Outcome, checks: readonly CheckEvidence[], hardware: Hardware, instead: boolean): string {
  const failures = checks.filter(({ verdict }) => verdict === 'failed');
  if (outcome === 'failed') {
    const [worst] = worstFirst(failures);
    return `${failures.length} of ${checks.length} checks failed. ${worst?.title ?? ''}: ${worst?.message ?? ''}`;
  }
  if (outcome === 'inconclusive') {
    const reason = checks.find(({ id }) => id === 'ready')?.message ?? '';
    return `Nothing is proved: ${reason} Set smoke.golden or model.inputs.`;
  }
  const skippedTitles = checks.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id);
  const where = hardware.device === 'gpu' ? `on a GPU (${hardware.name})` : 'on the CPU';
  const passedCount = checks.length - skippedTitles.length;
  const rest = skippedTitles.length === 0 ? '' : `; skipped: ${skippedTitles.join(', ')}`;
  return `The server works ${where}${instead ? ' instead of a GPU' : ''}: ${passedCount} checks passed${rest}.`;
}
