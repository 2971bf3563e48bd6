import { rm } from 'node:fs/promises';
import { join, posix } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import type { ComparisonEvidence, FileEvidence, TensorSpec, ValidateEvidence } from '../../../pipeline/evidence.ts';
import { revalidate } from '../../../pipeline/revalidate.ts';
import type { StageContext } from '../../../pipeline/stage.ts';
import { changed, type Replaced } from '../narrow.ts';
import { judged, refuseOtherAnswers } from './comparison.ts';
import { questionsFor, threadsOf, wantedSteps, type Job } from './job.ts';
import { keptResult, type Result } from './kept.ts';
import type { Outcome } from './outcome.ts';
import { runTool } from './run.ts';
import { toolFiles } from './sources.ts';
import { toolBase } from './tool-base.ts';

/** An ONNX model, changed. */
export interface OptimisedOnnx {
  readonly replaced: Replaced;
  /** Files with tensors that are inside of the new file. */
  readonly inside: readonly FileEvidence[];
  readonly steps: Outcome['steps'];
  readonly tools: Readonly<Record<string, string>>;
  readonly comparison: ComparisonEvidence;
  /** Removes the new file unless later builds find it; to be called when it was read. */
  readonly close: () => Promise<void>;
}

/** What is optimised. */
export interface OnnxRequest {
  readonly context: StageContext;
  readonly validated: ValidateEvidence;
  /** Files that go into the image. */
  readonly files: readonly FileEvidence[];
  readonly modelRoot: string;
  readonly noCache: boolean;
}

/**
 * Quantizes, converts or prunes the ONNX model of a project, and compares its answers with those of the original.
 * @param request whose configuration says what
 * @returns to be closed; null when nothing of it is asked for; a text says why nothing was done
 * @throws MlDeployError `build/optimize-changed-answers`, `build/optimize-failed`, `build/model-changed`, `smoke/golden`, and what builders throw
 */
export async function optimiseOnnx(request: OnnxRequest): Promise<OptimisedOnnx | string | null> {
  const { context, validated, files } = request;
  const { config, access } = context;
  const steps = wantedSteps(config.optimize);
  if (steps === null) return null;
  const model = onlyOnnx(files);
  if (model === null) return whyNot(steps);
  const read = [model, ...tensorFiles(model, files)];
  const job: Job = {
    files: Object.fromEntries(read.map(({ path, sha256 }) => [path, sha256])),
    model: model.path,
    steps,
    threads: threadsOf(config),
    questions: await questionsFor(config, validated.contract, access.root),
  };
  const asked = job.questions.form === 'made-up' ? 'made-up' : 'golden';
  const tool = await toolFiles();
  const inputs = [1, tool, job, read.map(({ sha256 }) => sha256), config.image.platform, await toolBase(context)];
  const cache = join(access.root, '.mldeploy', 'cache');
  const make = (out: string): Promise<void> =>
    runTool({ context, job, read, tool, modelRoot: request.modelRoot, out, noCache: request.noCache });
  let result = await keptResult(cache, inputs, request.noCache, make);
  try {
    let made = await checked(request, model, read, asked, result).catch(async (error: unknown) => {
      // What was kept may have been damaged: once more, from the model itself.
      if (!result.known || !(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
      await rm(result.folder, { recursive: true, force: true });
      return null;
    });
    if (made === null) {
      result = await keptResult(cache, inputs, request.noCache, make);
      made = await checked(request, model, read, asked, result);
    }
    if (typeof made === 'string') await result.close();
    else refuseOtherAnswers(made.comparison);
    return made;
  } catch (error) {
    await result.close();
    throw error;
  }
}

/** float16 is for safetensors files, too. */
function whyNot({ quantize, prune }: Job['steps']): string | null {
  const asked = [...(quantize === null ? [] : ['quantize']), ...(prune === null ? [] : ['prune'])];
  return asked.length === 0 ? null : `${asked.join(' and ')}: the model has no ONNX file`;
}

/**
 * The model that the server loads.
 * @param files of the model
 * @returns null: there is none
 * @throws MlDeployError `build/optimize-failed` for several
 */
export function onlyOnnx(files: readonly FileEvidence[]): FileEvidence | null {
  const found = files.filter(({ format }) => format === 'onnx');
  const [model, ...others] = found;
  if (model === undefined || others.length === 0) return model ?? null;
  throw new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'usage',
    message: `optimize changes one ONNX model, and there are ${found.length}: ${found.map(({ path }) => path).join(', ')}`,
    hint: 'Optimise them before they come here, and take optimize.quantize, float16 and prune away.',
  });
}

/** Files in the model's folder and below that may hold tensors of it: which ones do, the model says. */
function tensorFiles({ path }: FileEvidence, files: readonly FileEvidence[]): FileEvidence[] {
  const folder = posix.dirname(path);
  const near = (other: string): boolean => folder === '.' || other.startsWith(`${folder}/`);
  return files.filter(({ path: other, format }) => near(other) && format === 'onnx-data');
}

/** The result as what it is: read from the right files, validated as the model was, with the same inputs and outputs. */
async function checked(
  { context, validated }: OnnxRequest,
  model: FileEvidence,
  read: readonly FileEvidence[],
  asked: ComparisonEvidence['questions'],
  { folder, outcome, close }: Result,
): Promise<OptimisedOnnx | string> {
  for (const file of read) {
    if (outcome.read[file.path] !== file.sha256) throw changed(file);
  }
  const { config } = context;
  if (outcome.problem !== null) throw refused(model, outcome.problem);
  const { comparison } = outcome;
  if (comparison === null) return outcome.steps.map(({ step, message }) => `${step}: ${message}`).join('; ');
  const place = join(folder, posix.basename(model.path));
  const evidence = await revalidate(context, place);
  const [file] = evidence.model.files;
  if (file?.sha256 !== outcome.written) throw refused(model, 'the result was damaged behind the program that wrote it');
  if (evidence.outcome !== 'passed' || file.format !== 'onnx') {
    throw refused(model, `the result does not pass validate: ${evidence.summary}`);
  }
  refuseOtherContract(model, validated, evidence);
  const { bytes, sha256, facts } = file;
  return {
    replaced: { original: model, bytes, sha256, place, facts },
    inside: read.slice(1),
    steps: outcome.steps,
    tools: outcome.tools,
    comparison: {
      path: model.path,
      questions: asked,
      calls: comparison.calls,
      bytesBefore: read.reduce((sum, each) => sum + each.bytes, 0),
      bytesAfter: bytes,
      latencyMs: comparison.latencyMs,
      outputs: comparison.outputs.map((facts) => judged(facts, config.optimize.tolerance)),
    },
    close,
  };
}

/**
 * Clients ask the optimised model as they ask the original.
 * @param model that was optimised
 * @param validated evidence of the original
 * @param result evidence of the result
 * @throws MlDeployError `build/optimize-failed` for other inputs or outputs, or none
 */
export function refuseOtherContract(
  model: FileEvidence,
  validated: Pick<ValidateEvidence, 'contract'>,
  result: Pick<ValidateEvidence, 'contract'>,
): void {
  const [before, after] = [validated.contract, result.contract];
  if (before?.source !== 'onnx') return;
  if (after === null) throw refused(model, 'nothing tells the inputs and outputs of the result');
  const text = (specs: readonly TensorSpec[]): string =>
    specs.map(({ name, dtype, shape }) => `${name} ${dtype}[${shape.map((size) => size ?? '?').join(',')}]`).join(', ');
  for (const way of ['inputs', 'outputs'] as const) {
    const [was, is] = [text(before[way]), text(after[way])];
    if (was !== is) throw refused(model, `the result has other ${way}: ${is} instead of ${was}`);
  }
}

function refused({ path }: FileEvidence, problem: string): MlDeployError {
  return new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'usage',
    message: `${path} cannot be optimised as optimize asks: ${problem}`,
    hint: 'Take optimize.quantize, float16 or prune away, or correct what the message names.',
  });
}
