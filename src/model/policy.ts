import type { AllowedGlobal } from '../config/config.ts';
import type { ProfileName } from './pickle/profiles/index.ts';

/** What a project allows beyond the formats' own rules. */
export interface Policy {
  readonly profile: ProfileName;
  readonly allow: readonly AllowedGlobal[];
  /** Largest size of all files together, bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Today, ISO date, UTC: allow entries end with their date. */
  readonly today: string;
}

/** The policy of somebody who configured nothing. */
export const defaultPolicy: Policy = {
  profile: 'sklearn',
  allow: [],
  maxBytes: null,
  today: new Date().toISOString().slice(0, 10),
};
