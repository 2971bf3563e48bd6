import type { AllowedGlobal, WaiverConfig } from '../config/config.ts';
import type { Contract } from '../pipeline/evidence.ts';
import type { ProfileName } from './pickle/profiles/index.ts';
import type { Trust } from '../signing/verify.ts';
import type { Previous } from './previous.ts';

/** What a project asks for and allows beyond the formats' own rules. */
export interface Policy {
  readonly profile: ProfileName;
  readonly allow: readonly AllowedGlobal[];
  readonly waivers: readonly WaiverConfig[];
  /** The only formats that files may have; null: any. */
  readonly formats: readonly string[] | null;
  /** Largest size of all files together, bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Largest growth since the previous release, as a share of its size; null: no limit. */
  readonly maxGrowth: number | null;
  /** The release before; null: none known. */
  readonly previous: Previous | null;
  /** Inputs and outputs as the configuration declares them; null: it does not. */
  readonly declared: Contract | null;
  /** Code of the project stands between clients and model. */
  readonly ownEntry: boolean;
  /** A person answers for a breaking change since the release with this model digest. */
  readonly acknowledged: { readonly previous: string; readonly reason: string } | null;
  /** Who must have signed the model; null: nobody. */
  readonly signature: SignaturePolicy | null;
  /** What the model will run on; null: no GPU. */
  readonly gpu: GpuPolicy | null;
  /** Today, ISO date, UTC: allow entries and waivers end with their date. */
  readonly today: string;
}

/** The signature that a model must have. */
export interface SignaturePolicy {
  readonly trust: Trust;
  /** Path of the bundle; null: model.sig in the folder, or the file's own name with .sig behind it. */
  readonly bundle: string | null;
}

/** The GPUs of one pod. */
export interface GpuPolicy {
  readonly count: number;
  /** Memory of one GPU, bytes; null: not said. */
  readonly memoryBytes: number | null;
  /** Compute capability, such as 8.9; null: not said. */
  readonly capability: number | null;
}

/** The policy of somebody who configured nothing. */
export const defaultPolicy: Policy = {
  profile: 'standard',
  allow: [],
  waivers: [],
  formats: null,
  maxBytes: null,
  maxGrowth: null,
  previous: null,
  declared: null,
  ownEntry: false,
  acknowledged: null,
  signature: null,
  gpu: null,
  today: new Date().toISOString().slice(0, 10),
};
