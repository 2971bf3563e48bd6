/** When somebody is told. */
export type NotificationEvent = 'started' | 'held' | 'promoted' | 'rolled-back' | 'failed';

/** A revision as a notification names it. */
export interface NotifiedRevision {
  /** `r7` */
  readonly revision: string;
  /** `repository@sha256:...` */
  readonly image: string;
  /** Digest of the model's files; null when it is not known. */
  readonly modelDigest: string | null;
}

/** Requests that were counted while the candidate was judged. */
export interface NotifiedCounts {
  readonly requests: number;
  readonly errors: number;
}

/**
 * What a webhook gets as JSON. New fields may be added; none is removed or changes its meaning under this schema's name.
 */
export interface Notification {
  readonly schema: 'https://ml-deploy.dev/schema/notification-v1.json';
  /** The same for every attempt to deliver it, and for every receiver. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  readonly event: NotificationEvent;
  /** `name` of mldeploy.yaml. */
  readonly model: string;
  /** The environment that was chosen; null: none. */
  readonly environment: string | null;
  readonly namespace: string;
  /** What is rolled out. */
  readonly candidate: NotifiedRevision;
  /** What served before; null at a first deploy. */
  readonly stable: NotifiedRevision | null;
  /** One sentence for people. */
  readonly summary: string;
  readonly reasons: readonly string[];
  /** null before the candidate got any request. */
  readonly totals: { readonly stable: NotifiedCounts; readonly candidate: NotifiedCounts } | null;
  /** `ml-deploy/X.Y.Z` */
  readonly engine: string;
  /** Machine or run that does it. */
  readonly host: string;
  /** Page of the CI run; null when it is not known. */
  readonly run: string | null;
}
