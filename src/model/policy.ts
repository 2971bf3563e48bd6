import type { AllowedGlobal } from '../config/config.ts';
import type { ProfileName } from './pickle/profiles/index.ts';
import type { Waiver } from './waivers.ts';

/** What a project asks for and allows beyond the formats' own rules. */
export interface Policy {
  readonly profile: ProfileName;
  readonly allow: readonly AllowedGlobal[];
  readonly waivers: readonly Waiver[];
  /** The only formats that files may have; null: any. */
  readonly formats: readonly string[] | null;
  /** Largest size of all files together, bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Today, ISO date, UTC: allow entries and waivers end with their date. */
  readonly today: string;
}

/** The policy of somebody who configured nothing. */
export const defaultPolicy: Policy = {
  profile: 'sklearn',
  allow: [],
  waivers: [],
  formats: null,
  maxBytes: null,
  today: new Date().toISOString().slice(0, 10),
};
