import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type {
  ComparisonEvidence,
  FileEvidence,
  OptimisedEvidence,
  OptimisedFile,
  ValidateEvidence,
} from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { droppedFiles } from './drop.ts';
import { narrowAll, type Replaced } from './narrow.ts';
import { optimiseOnnx, type OptimisedOnnx } from './onnx/index.ts';
import { wantedSteps } from './onnx/job.ts';

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
}

/**
 * Does what `optimize` asks for, before the model's files are put into layers.
 * @param context of the stage
 * @param validated evidence of a clean model
 * @param options `noCache`: what earlier builds have kept does not count
 * @param options.noCache
 * @returns the files that are served
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
    return { served: validated, replaced: new Map(), evidence: null, comparison: null };
  }
  const { files } = validated.model;
  const dropped = droppedFiles(files, drop, config.server);
  const gone = new Set(dropped.map(({ file }) => file));
  const left = files.filter((file) => !gone.has(file));
  const root = resolve(access.root, config.model.path);
  const placeOf = (path: string): string => (files.length === 1 && root.endsWith(`/${path}`) ? root : join(root, path));
  const narrowed = bf16 ? await narrow(context, left, placeOf) : [];
  const onnx = await optimiseOnnx({ context, validated, files: left, placeOf, noCache });
  const notes = [
    ...(drop.length > 0 && dropped.length === 0 ? [`drop: the model has no files of ${drop.join(' or ')}`] : []),
    ...(typeof narrowed === 'string' ? [`bf16: ${narrowed}`] : []),
    ...(typeof onnx === 'string' ? [onnx] : []),
  ];
  for (const note of notes) reporter.note('warning', `optimize: ${note}`);
  const changes = [...narrowedChanges(narrowed), ...onnxChanges(onnx)];
  const replaced = new Map(changes.map((each) => [each.original.path, each]));
  const done = isDone(onnx) ? onnx : null;
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
  };
}

type Change = Replaced & { readonly step: OptimisedFile['step']; readonly why: string };

function isDone(onnx: OptimisedOnnx | string | null): onnx is OptimisedOnnx {
  return onnx !== null && typeof onnx !== 'string';
}

function narrowedChanges(narrowed: readonly Replaced[] | string): Change[] {
  if (typeof narrowed === 'string') return [];
  return narrowed.map((each) => ({
    ...each,
    step: 'bf16',
    why: each.original.path.endsWith('.json')
      ? 'total_size follows'
      : 'float32 became bfloat16: every bit that went was zero',
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
): Promise<readonly Replaced[] | string> {
  const bytes = total(files.filter(({ format }) => format === 'safetensors'));
  const task = reporter.task('write float32 as bfloat16 where that changes nothing');
  let read = 0;
  try {
    const narrowed = await narrowAll({
      files,
      placeOf: ({ path }) => placeOf(path),
      folder: join(access.root, '.mldeploy', 'cache', 'bf16'),
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
    return narrowed;
  } catch (error) {
    task.fail();
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

function interrupted(): MlDeployError {
  return new MlDeployError({ code: 'build/interrupted', kind: 'interrupted', message: 'the build was interrupted' });
}
