import type { EvidenceSoFar } from '../pipeline/evidence.ts';

/** What the clients of one revision saw in one second. */
export interface ClientSecond {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Revision that answered, such as `r3`; empty when nobody did. */
  readonly revision: string;
  readonly ok: number;
  readonly failed: number;
}

/** The clients' own view of a rollout, from a load generator. */
export interface ClientView {
  readonly perSecond: readonly ClientSecond[];
  readonly totals: { readonly requests: number; readonly failed: number };
}

/** One run of ml-deploy, as a report shows it. */
export interface ReportRun {
  readonly title: string;
  readonly evidence: EvidenceSoFar;
  readonly clients?: ClientView;
}
