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
  /** Name of the run, and after `: ` what it is about: `v2: a better model`. */
  readonly title: string;
  readonly evidence: EvidenceSoFar;
  readonly clients?: ClientView;
}

/** A run's title in its two parts; the second may be empty. */
export function titleOf({ title }: ReportRun): { readonly name: string; readonly about: string } {
  const [name = '', ...rest] = title.split(': ');
  return { name, about: rest.join(': ') };
}
