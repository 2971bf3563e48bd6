/**
 * What a problem means for the caller. Only `model` blames the revision; `infrastructure` never does (docs/errors.md).
 */
export type ErrorKind = 'model' | 'usage' | 'inconclusive' | 'infrastructure' | 'interrupted';

/** Process exit codes, one per kind of ending (documented in docs/errors.md). */
export const exitCodes = {
  ok: 0,
  model: 1,
  usage: 2,
  inconclusive: 3,
  infrastructure: 4,
  /** SIGINT; a SIGTERM ends with 143. */
  interrupted: 130,
} as const satisfies Record<ErrorKind | 'ok', number>;

/** Facts of an error; `code` is `area/what`, stable, and listed in docs/errors.md. */
export interface ErrorFacts {
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened, where, what was expected. */
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error that ml-deploy shows to people. Everything else that is thrown is a defect of ours.
 */
export class MlDeployError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'MlDeployError';
    this.code = facts.code;
    this.kind = facts.kind;
    this.hint = facts.hint;
  }
}

/**
 * The exit code for whatever was thrown: by kind for our own errors, infrastructure for the rest.
 */
export function exitCodeOf(error: unknown): number {
  return error instanceof MlDeployError ? exitCodes[error.kind] : exitCodes.infrastructure;
}
