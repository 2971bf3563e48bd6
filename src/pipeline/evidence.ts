import type { ErrorKind } from '../errors.ts';
import type { StageName } from './evidence/base.ts';
import type { ValidateEvidence } from './evidence/validate.ts';
import type { BuildEvidence } from './evidence/build.ts';
import type { SmokeEvidence } from './evidence/smoke.ts';
import type { RolloutEvidence } from './evidence/rollout.ts';

export type * from './evidence/base.ts';
export type * from './evidence/validate.ts';
export type * from './evidence/build.ts';
export type * from './evidence/smoke.ts';
export type * from './evidence/rollout.ts';

export type Evidence = ValidateEvidence | BuildEvidence | SmokeEvidence | RolloutEvidence;

/** A run that an error or a signal ended in the middle of a stage: `stopped.json` beside the evidence, for the reports. */
export interface StoppedRun {
  readonly stage: StageName;
  /** RFC 3339, UTC: when the stage began and when it was stopped. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly error: {
    readonly code: string;
    readonly kind: ErrorKind;
    readonly message: string;
    readonly hint: string | null;
  };
}

/** What earlier stages of this run (or of `.mldeploy/`) proved. */
export interface EvidenceSoFar {
  readonly validate?: ValidateEvidence;
  readonly build?: BuildEvidence;
  readonly smoke?: SmokeEvidence;
  readonly rollout?: RolloutEvidence;
  /** Only in what reports are made from. */
  readonly stopped?: StoppedRun;
}
