import type { ImagePlan } from '../../server/image-plan.ts';

/** Where a builder finds its program, its daemon and its credentials. */
export interface BuilderPlaces {
  /** Address of a BuildKit daemon, or null to find one. */
  readonly buildkit: string | null;
  readonly dockerConfig: string | null;
  /** Environment of programs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One build of everything but the weights. */
export interface BuildRequest {
  readonly plan: ImagePlan;
  /** An existing folder for the context and the result, which the caller removes. */
  readonly folder: string;
  readonly places: BuilderPlaces;
  /** id -> absolute path of a file. */
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  /** Seconds since 1970: the latest time that any file of the image may have. */
  readonly sourceDateEpoch: number;
  /** Builds every step anew. */
  readonly noCache?: boolean;
  readonly signal: AbortSignal;
  /** What is being built now, in words. */
  readonly onStep: (step: string) => void;
  /** A line of the builder's log, not interpreted. */
  readonly onLine: (line: string) => void;
}

/** Turns an image plan into an image, without the weights. */
export interface Builder {
  readonly name: string;
  /**
   * Whether it can be used here.
   * @returns null when it answers, else what was looked for and what is missing
   */
  available(places: BuilderPlaces, signal: AbortSignal): Promise<string | null>;
  /**
   * Builds.
   * @returns an OCI layout folder with one image
   * @throws MlDeployError `build/*`, `process/*`
   */
  build(request: BuildRequest): Promise<string>;
}
