/**
 * Evidence: one JSON document per stage. Reports are made from evidence alone. Everything that may differ between two runs of
 * the same thing (times, hosts, measurements) lives under `volatile`; the rest is equal whichever adapter ran the stage.
 */
export type StageName = 'validate' | 'build' | 'smoke' | 'rollout';
export type Verdict = 'clean' | 'unsafe' | 'inconclusive';
/** `failed` is evidence against the model; `error` is infrastructure and blames nobody; `held` waits for a person. */
export type Outcome = 'passed' | 'failed' | 'inconclusive' | 'held' | 'error';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** What the evidence of every stage has. */
export interface EvidenceBase<S extends StageName, V extends VolatileFacts> {
  readonly schema: `https://ml-deploy.dev/schema/${S}-evidence-v1.json`;
  readonly stage: S;
  readonly project: string;
  readonly environment: string | null;
  readonly outcome: Outcome;
  /** One sentence for people: what was decided and why. */
  readonly summary: string;
  readonly volatile: V;
}

export interface VolatileFacts {
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly engine: string;
  readonly host: string;
}
