import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { FileEvidence, OptimisedEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { droppedFiles } from './drop.ts';
import { narrowAll, type Replaced } from './narrow.ts';

/** The model as it goes into the image. */
export interface Optimised {
  /** Evidence of the original with the files that are served; its digest stays the original's. */
  readonly served: ValidateEvidence;
  /** Absolute paths of files that stand for those of the model, by the model's path. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Null: nothing was asked for. */
  readonly evidence: OptimisedEvidence | null;
}

/**
 * Does what `optimize` asks for, before the model's files are put into layers. Values that the model computes with do not change.
 * @param context of the stage
 * @param validated evidence of a clean model
 * @returns the files that are served
 * @throws MlDeployError `build/model-changed`, `build/interrupted`
 */
export async function optimiseModel(context: StageContext, validated: ValidateEvidence): Promise<Optimised> {
  const { config, reporter } = context;
  const { bf16, drop } = config.optimize;
  if (!bf16 && drop.length === 0) return { served: validated, replaced: new Map(), evidence: null };
  const { files } = validated.model;
  const dropped = droppedFiles(files, drop, config.server);
  const gone = new Set(dropped.map(({ file }) => file));
  const left = files.filter((file) => !gone.has(file));
  const narrowed = bf16 ? await narrow(context, left) : [];
  const notes = typeof narrowed === 'string' ? [`bf16: ${narrowed}`] : [];
  if (drop.length > 0 && dropped.length === 0) notes.push(`drop: the model has no files of ${drop.join(' or ')}`);
  for (const note of notes) reporter.note('warning', `optimize.${note}`);
  const replaced = new Map((typeof narrowed === 'string' ? [] : narrowed).map((each) => [each.original.path, each]));
  const served = left.map((file) => servedFile(file, replaced.get(file.path)));
  return {
    served: { ...validated, model: { ...validated.model, bytes: total(served), files: served } },
    replaced: new Map([...replaced].map(([path, { place }]) => [path, place])),
    evidence: {
      modelDigest: modelDigest(served),
      bytesBefore: total(files),
      bytesAfter: total(served),
      steps: [
        ...dropped.map(({ file: { path, bytes }, why }) => ({
          step: 'drop' as const,
          path,
          bytesBefore: bytes,
          bytesAfter: 0,
          message: why,
        })),
        ...[...replaced.values()].map(({ original: { path, bytes }, bytes: after }) => ({
          step: 'bf16' as const,
          path,
          bytesBefore: bytes,
          bytesAfter: after,
          message: path.endsWith('.json')
            ? 'total_size follows'
            : 'float32 became bfloat16: every bit that went was zero',
        })),
      ],
      notes,
    },
  };
}

async function narrow(
  { access, config, reporter, signal }: StageContext,
  files: readonly FileEvidence[],
): Promise<readonly Replaced[] | string> {
  const root = resolve(access.root, config.model.path);
  const bytes = total(files.filter(({ format }) => format === 'safetensors'));
  const task = reporter.task('write float32 as bfloat16 where that changes nothing');
  let read = 0;
  try {
    const narrowed = await narrowAll({
      files,
      placeOf: ({ path }) => (files.length === 1 && root.endsWith(`/${path}`) ? root : join(root, path)),
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
