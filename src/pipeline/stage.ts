import type { Config } from '../config/config.ts';
import type { Evidence, EvidenceSoFar, ForcedBy, StageName } from './evidence.ts';
import type { Reporter } from './reporter.ts';

/**
 * What the host gives a stage that is not configuration: places and credentials. Filled by the adapters, which are the only ones
 * that read the environment.
 */
export interface Access {
  /** Folder of mldeploy.yaml; every relative path of the configuration starts here. */
  readonly root: string;
  /** Path of a kubeconfig file, or null: in-cluster credentials, else the default file. */
  readonly kubeconfig: string | null;
  readonly kubeContext: string | null;
  /** Address of a BuildKit daemon (`unix://`, `tcp://`), or null to find one. */
  readonly buildkit: string | null;
  /** Docker configuration folder with registry credentials. */
  readonly dockerConfig: string | null;
  /** Environment of programs we start (PATH, HOME, ...); stages never read process.env. */
  readonly environment: Readonly<Record<string, string>>;
  /** Name of this machine, for leases and evidence. */
  readonly host: string;
  /** `reference@digest` of the engine image that the watchdog runs; null when unknown. */
  readonly engineImage: string | null;
  /** Values that must not get into files that are kept; absent: none is known. */
  readonly secrets?: () => readonly string[];
  /** `ml-deploy/X.Y.Z` */
  readonly engine: string;
}

/** What a person asked of a rollout beyond the configuration; it is in the state, so that another machine goes on in the same way. */
export interface RolloutRequest {
  /** Skip the statistics, not the readiness. */
  readonly force: ForcedBy | null;
  /** Try again what evidence rolled back. */
  readonly retry: boolean;
  /** Go back to this older revision (`r3`), at once or judged as a new one would be. */
  readonly undo: { readonly to: string; readonly judged: boolean } | null;
}

export interface StageContext {
  readonly config: Config;
  readonly access: Access;
  readonly evidence: EvidenceSoFar;
  readonly reporter: Reporter;
  /** Aborted on SIGINT and SIGTERM; a stage then stops, leaves the world safe and throws an `interrupted` error. */
  readonly signal: AbortSignal;
  /** An image that was built elsewhere (`repository@sha256:...`), named by the user instead of the evidence of build; null: none. */
  readonly image?: string | null;
  /** Told what is known so far by a stage that ends by throwing, so that a report can say what happened until then. */
  readonly onUnfinished?: (evidence: Evidence) => void;
  /** What a person asked of the rollout beyond the configuration. */
  readonly request?: RolloutRequest;
}

/** One of the four stages. `preflight` finds foreseeable failures (throws MlDeployError) before anything expensive happens. */
export interface Stage<E extends Evidence = Evidence> {
  readonly name: StageName;
  preflight(context: StageContext): Promise<void>;
  run(context: StageContext): Promise<E>;
}
