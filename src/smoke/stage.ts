import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { askedContract } from '../contract/asked.ts';
import { servedContract } from '../contract/served.ts';
import { MlDeployError } from '../errors.ts';
import { gpuNeeds } from '../gpu/needs.ts';
import type { CheckEvidence, Outcome, SmokeEvidence } from '../pipeline/evidence.ts';
import { podWeights } from '../pipeline/pod-weights.ts';
import type { Stage, StageContext } from '../pipeline/stage.ts';
import { evidenceFolder } from '../pipeline/store.ts';
import { protocols } from '../server/protocols/index.ts';
import { serverOf } from '../server/index.ts';
import { type GoldenRequest, readGolden } from '../golden/golden-file.ts';
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
    preflight: (context) =>
      interruptible(context.signal, async () => {
        await goldenOf(context);
        const { reason } = await chooseRuntime(parts.runtimes, await runtimeContext(parts, context));
        context.reporter.note('info', reason);
      }),
    run: (context) => interruptible(context.signal, () => runSmoke(parts, context)),
  };
}

async function runSmoke(parts: SmokeParts, context: StageContext): Promise<SmokeEvidence> {
  const startedAt = new Date().toISOString();
  const { config, reporter, evidence } = context;
  const golden = await goldenOf(context);
  const here = await runtimeContext(parts, context);
  const { runtime, reason } = await chooseRuntime(parts.runtimes, here);
  reporter.note('debug', reason);
  const image = evidence.build?.image.reference ?? null;
  const platformDigests = (evidence.build?.image.platforms ?? []).map(({ digest }) => digest);
  const modelDigest = evidence.build?.modelDigest ?? evidence.validate?.model.digest ?? null;
  // A server that runs already has its model.
  const starts = runtime.name !== 'process' && evidence.build !== undefined;
  const weights = starts ? podWeights(config, context.access, evidence.build) : null;
  const result = await tryOut({
    spec: { ...here, image, platformDigests, modelDigest, weights },
    runtime,
    protocol: protocols[here.server.protocol],
    contract: askedContract(servedContract(config, evidence.validate ?? null)),
    golden,
    reporter,
    onGpuSamples: (csv) => keepSamples(context, csv),
  });
  const imageReference = image ?? config.smoke.url ?? '';
  return evidenceOf(context, result, { startedAt, runtime: runtime.name, imageReference, modelDigest });
}

/** Whatever an interrupt breaks on its way is reported as the interrupt. */
async function interruptible<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new MlDeployError({
      code: 'smoke/interrupted',
      kind: 'interrupted',
      message: 'The smoke test was interrupted; what it had started is removed.',
      cause: error,
    });
  }
}

/** The stage with everything this program has. */
export const smokeStage: Stage<SmokeEvidence> = createSmokeStage({ runtimes, serverOf });

async function runtimeContext(parts: SmokeParts, context: StageContext): Promise<RuntimeContext> {
  const { config, access, signal, reporter, evidence } = context;
  const { requirements } = config.server;
  // Whether it can be read is the question of build; here it only tells which CUDA is in the image.
  const text = requirements === null ? '' : await readFile(resolve(access.root, requirements), 'utf8').catch(() => '');
  const needs = gpuNeeds(config, evidence, text);
  return { config, access, signal, reporter, needs, server: parts.serverOf(config) };
}

/** Beside the evidence, for plots; an earlier run's is removed, since it would tell the wrong story. */
async function keepSamples({ config, access }: StageContext, csv: string | null): Promise<void> {
  const folder = evidenceFolder(access.root, config.environment);
  const file = join(folder, 'smoke-gpu.csv');
  if (csv === null) return rm(file, { force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(file, csv);
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

function evidenceOf({ config, access }: StageContext, result: TrialResult, facts: RunFacts): SmokeEvidence {
  const { checks, hardware, measured } = result;
  const outcome = outcomeOf(checks);
  return {
    schema: 'https://ml-deploy.dev/schema/smoke-evidence-v1.json',
    stage: 'smoke',
    project: config.name,
    environment: config.environment,
    outcome,
    summary: summaryOf(outcome, checks, hardware, config.smoke.device),
    imageReference: facts.imageReference,
    modelDigest: facts.modelDigest,
    runtime: facts.runtime,
    hardware,
    checks,
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
      details: measured.details,
    },
  };
}

/** Without a single inference nothing is proved, for or against the model. */
function outcomeOf(checks: readonly CheckEvidence[]): Outcome {
  if (checks.some(({ verdict }) => verdict === 'failed')) return 'failed';
  return checks.some(({ id, verdict }) => id === 'ready' && verdict === 'passed') ? 'passed' : 'inconclusive';
}

function summaryOf(outcome: Outcome, checks: readonly CheckEvidence[], hardware: Hardware, wish: string): string {
  const failures = checks.filter(({ verdict }) => verdict === 'failed');
  if (outcome === 'failed') {
    const first = failures[0];
    return `${failures.length} of ${checks.length} checks failed. ${first?.title ?? ''}: ${first?.message ?? ''}`;
  }
  if (outcome === 'inconclusive') {
    const reason = checks.find(({ id }) => id === 'ready')?.message ?? '';
    return `Nothing is proved: ${reason} Set smoke.golden or model.inputs.`;
  }
  const skippedTitles = checks.filter(({ verdict }) => verdict === 'skipped').map(({ id }) => id);
  const where = hardware.device === 'gpu' ? `on a GPU (${hardware.name})` : 'on the CPU';
  const instead = wish === 'prefer-gpu' && hardware.device === 'cpu' ? ', since no GPU was found' : '';
  const passedCount = checks.length - skippedTitles.length;
  const rest = skippedTitles.length === 0 ? '' : `; skipped: ${skippedTitles.join(', ')}`;
  return `The server works ${where}${instead}: ${passedCount} checks passed${rest}.`;
}
