import { posix } from 'node:path';
import type { Contract, FileEvidence, ValidateEvidence, Verdict } from '../pipeline/evidence.ts';

/** What `validate` says about one model: a file, or a folder as a unit. */
export interface ValidatedPath {
  readonly verdict: Verdict;
  readonly model: ValidateEvidence['model'];
  readonly contract?: Contract | null;
}

/** A path that could not be judged at all. */
export interface ValidationError {
  /** As it was given. */
  readonly path: string;
  /** See docs/errors.md. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** One model: a path of the command line. */
export interface ValidatedModel {
  /** As it was given. */
  readonly path: string;
  readonly verdict: Verdict;
  /** `sha256:` over the sorted list of (path, bytes, sha256). */
  readonly digest: string;
  readonly bytes: number;
  /** Inputs and outputs; null when the model does not tell them. */
  readonly contract: Contract | null;
}

/** One file of a model. */
export interface ValidatedFile extends FileEvidence {
  /** The path of the model it belongs to, as in `models`. */
  readonly model: string;
}

/** The document that `ml-deploy validate PATH... --format json` prints. */
export interface Validation {
  readonly schema: 'https://ml-deploy.dev/schema/validation-v1.json';
  /** The worst of all models; a path that could not be judged is never clean. */
  readonly verdict: Verdict;
  readonly models: readonly ValidatedModel[];
  /** Every file of every model; `path` is as seen from where the command ran. */
  readonly files: readonly ValidatedFile[];
  readonly errors: readonly ValidationError[];
}

/** Puts the document together. */
export function validationOf(paths: readonly ValidatedPath[], errors: readonly ValidationError[] = []): Validation {
  const verdicts = new Set<Verdict>(paths.map(({ verdict }) => verdict));
  if (errors.length > 0) verdicts.add('inconclusive');
  return {
    schema: 'https://ml-deploy.dev/schema/validation-v1.json',
    verdict: (['unsafe', 'inconclusive'] as const).find((verdict) => verdicts.has(verdict)) ?? 'clean',
    models: paths.map(({ verdict, contract = null, model: { path, digest, bytes } }) => ({
      path,
      verdict,
      digest,
      bytes,
      contract,
    })),
    files: paths.flatMap(({ model }) =>
      model.files.map((file) => ({ model: model.path, ...file, path: pathFrom(model, file) })),
    ),
    errors,
  };
}

/** The path of a file of a model, as seen from where the model's path starts. */
export function pathFrom({ path, files }: ValidateEvidence['model'], file: FileEvidence): string {
  if (files.length === 1 && (path === file.path || path.endsWith(`/${file.path}`))) return path;
  return path.includes('://') ? `${path}/${file.path}` : posix.join(path, file.path);
}
