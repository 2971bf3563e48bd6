import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import type {
  ComparisonEvidence,
  FileEvidence,
  OptimisedEvidence,
  OptimisedFile,
  ValidateEvidence,
} from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { Reporter } from '../../pipeline/reporter.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { comparisonTable } from '../../report/comparison.ts';
import { droppedFiles, type Dropped } from './drop.ts';
import type { HalfType } from './narrow-file.ts';
import { narrowAll, type Replaced } from './narrow.ts';
import { optimiseOnnx, type OptimisedOnnx } from './onnx/index.ts';
import { wantedSteps } from './onnx/job.ts';
import { interrupted } from '../interrupted.ts';

/** Less is within what a busy machine does to a median. */
const slower = 1.2;

/** The model as it goes into the image. */
export interface Optimised {
  /** Evidence of the original with the files that are served; its digest stays the original's. */
  readonly served: ValidateEvidence;
  /** Absolute paths of files that stand for those of the model, by the model's path. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Null: nothing was asked for. */
  readonly evidence: OptimisedEvidence | null;
  /** Answers before and after; null: no ONNX model was changed. */
  readonly comparison: ComparisonEvidence | null;
  /** Removes the files that no later build finds; to be called when they were read. */
  readonly close: () => Promise<void>;
}

async function nothingToRemove(): Promise<void> {
  // No file was written.
}

/** Files of half the size, in a folder of this build alone; a text says why there are none. */
interface Narrowed {
  readonly files: readonly Replaced[] | string;
  readonly close: () => Promise<void>;
}

const unchanged: Narrowed = { files: [], close: nothingToRemove };

/**
 * Does what `optimize` asks for, before the model's files are put into layers.
 * @param context of the stage
 * @param validated evidence of a clean model
 * @param options `noCache`: what earlier builds have kept does not count
 * @param options.noCache
 * @returns the files that are served, to be closed
 * @throws MlDeployError `build/model-changed`, `build/interrupted`, `build/optimize-*`
 */
export async function optimiseModel(
  context: StageContext,
  validated: ValidateEvidence,
  { noCache = false }: { readonly noCache?: boolean } = {},
): Promise<Optimised> {
  const { config, reporter, access } = context;
  const { bf16, drop, ...changing } = config.optimize;
  if (!bf16 && drop.length === 0 && wantedSteps(changing) === null) {
    return { served: validated, replaced: new Map(), evidence: null, comparison: null, close: nothingToRemove };
  }
  const { files } = validated.model;
  const dropped = droppedFiles(files, drop, config.server);
  const gone = new Set(dropped.map(({ file }) => file));
  const left = files.filter((file) => !gone.has(file));
  const root = resolve(access.root, config.model.path);
  const placeOf = (path: string): string => (files.length === 1 && root.endsWith(`/${path}`) ? root : join(root, path));
  const type = halfType(config.optimize);
  const narrowed = type === null ? unchanged : await narrow(context, left, placeOf, type);
  const onnx = await optimiseOnnx({ context, validated, files: left, modelRoot: root, noCache }).catch(
    async (error: unknown) => {
      await narrowed.close();
      throw error;
    },
  );
  const notes = notesOf(config.optimize, dropped, narrowed.files, onnx);
  for (const note of notes) reporter.note('warning', `optimize: ${note}`);
  const done = isDone(onnx) ? onnx : null;
  if (done !== null) tell(done.comparison, reporter);
  const changes = [...narrowedChanges(narrowed.files, type ?? 'BF16'), ...onnxChanges(onnx)];
  const replaced = new Map(changes.map((each) => [each.original.path, each]));
  const inside = done?.inside ?? [];
  const served = left.filter((file) => !inside.includes(file)).map((file) => servedFile(file, replaced.get(file.path)));
  return {
    served: { ...validated, model: { ...validated.model, bytes: total(served), files: served } },
    replaced: new Map([...replaced].map(([path, { place }]) => [path, place])),
    evidence: {
      modelDigest: modelDigest(served),
      bytesBefore: total(files),
      bytesAfter: total(served),
      steps: [
        ...dropped.map(({ file, why }) => leftOut('drop', file, why)),
        ...changes.map(({ step, original: { path, bytes }, bytes: after, why }) => {
          return { step, path, bytesBefore: bytes, bytesAfter: after, message: why };
        }),
        ...inside.map((file) => leftOut('drop', file, 'its tensors are inside of the ONNX file now')),
      ],
      notes,
      ...(done === null ? {} : { tools: done.tools }),
    },
    comparison: done?.comparison ?? null,
    close: async () => {
      await narrowed.close();
      await done?.close();
    },
  };
}

/** Null: float32 stays. The configuration has one of them at most. */
function halfType({ bf16, float16 }: Config['optimize']): HalfType | null {
  if (bf16) return 'BF16';
  return float16 ? 'F16' : null;
}

/** What was asked for and not done. */
function notesOf(
  { bf16, float16, drop }: Config['optimize'],
  dropped: readonly Dropped[],
  narrowed: readonly Replaced[] | string,
  onnx: OptimisedOnnx | string | null,
): string[] {
  const notes: string[] = [];
  if (drop.length > 0 && dropped.length === 0) notes.push(`drop: the model has no files of ${drop.join(' or ')}`);
  if (typeof onnx === 'string') notes.push(onnx);
  if (typeof narrowed !== 'string') return notes;
  if (bf16) notes.push(`bf16: ${narrowed}`);
  else if (float16 && onnx === null) notes.push(`float16: the model has no ONNX file, and ${narrowed}`);
  return notes;
}

/** Both in the log: what was gained, and that it may have cost time. */
function tell(comparison: ComparisonEvidence, reporter: Reporter): void {
  const { path, latencyMs, bytesBefore, bytesAfter } = comparison;
  reporter.note('info', comparisonTable(comparison).before);
  if (bytesAfter >= bytesBefore) reporter.note('warning', `optimize: ${path} did not become smaller`);
  if (latencyMs.after < slower * latencyMs.before) return;
  reporter.note('warning', `optimize: ${path} became slower on the processor of this build`);
}

type Change = Replaced & { readonly step: OptimisedFile['step']; readonly why: string };

function isDone(onnx: OptimisedOnnx | string | null): onnx is OptimisedOnnx {
  return onnx !== null && typeof onnx !== 'string';
}

const narrowedWords: Readonly<Record<HalfType, string>> = {
  BF16: 'float32 became bfloat16: every bit that went was zero',
  F16: 'float32 became float16, rounded to the nearest',
};

function narrowedChanges(narrowed: readonly Replaced[] | string, type: HalfType): Change[] {
  if (typeof narrowed === 'string') return [];
  return narrowed.map((each) => ({
    ...each,
    step: type === 'BF16' ? 'bf16' : 'float16',
    why: each.original.path.endsWith('.json') ? 'total_size follows' : narrowedWords[type],
  }));
}

function onnxChanges(onnx: OptimisedOnnx | string | null): Change[] {
  if (!isDone(onnx)) return [];
  return onnx.steps
    .filter(({ changed }) => changed)
    .map(({ step, message }) => ({ ...onnx.replaced, step, why: message }));
}

function leftOut(step: OptimisedFile['step'], { path, bytes }: FileEvidence, message: string): OptimisedFile {
  return { step, path, bytesBefore: bytes, bytesAfter: 0, message };
}

async function narrow(
  { access, reporter, signal }: StageContext,
  files: readonly FileEvidence[],
  placeOf: (path: string) => string,
  type: HalfType,
): Promise<Narrowed> {
  if (!files.some(({ format }) => format === 'safetensors')) {
    return { files: 'no safetensors file holds float32', close: nothingToRemove };
  }
  const bytes = total(files.filter(({ format }) => format === 'safetensors'));
  const task = reporter.task(
    type === 'BF16' ? 'write float32 as bfloat16 where that changes nothing' : 'write float32 as float16',
  );
  let read = 0;
  const parent = join(access.root, '.mldeploy');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'build-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const narrowed = await narrowAll({
      files,
      placeOf: ({ path }) => placeOf(path),
      type,
      folder,
      onRead: (piece) => {
        if (signal.aborted) throw interrupted();
        read += piece;
        task.update(
          `${(read / 1e6).toFixed(1)} of ${(bytes / 1e6).toFixed(1)} MB read`,
          bytes === 0 ? 1 : read / bytes,
        );
      },
    });
    task.done(typeof narrowed === 'string' ? narrowed : 'done');
    return { files: narrowed, close };
  } catch (error) {
    task.fail();
    await close();
    throw error;
  }
}

function servedFile(file: FileEvidence, replaced: Replaced | undefined): FileEvidence {
  if (replaced === undefined) return file;
  const { bytes, sha256, facts } = replaced;
  return { ...file, bytes, sha256, facts: { ...file.facts, ...facts } };
}

function total(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
