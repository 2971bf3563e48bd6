import type { ReadableImage } from '../../oci/image.ts';
import type { Recipe } from '../../server/image-plan.ts';

/** Where a builder finds its program, its daemon and its credentials. */
export interface BuilderPlaces {
  /** Address of a BuildKit daemon, or null to find one. */
  readonly buildkit: string | null;
  readonly dockerConfig: string | null;
  /** Environment of programs. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One build of what runs: base, packages, or the user's own Dockerfile. */
export interface BuildRequest {
  readonly recipe: Recipe;
  readonly platform: string;
  /** An existing folder for the context, which the caller removes. */
  readonly folder: string;
  /** OCI layout folder for the result; may have blobs of earlier builds, which then need not be copied. */
  readonly layout: string;
  /** Folder that stays between builds. */
  readonly cache: string;
  /** `host[:port]` of registries that may be reached by plain HTTP. */
  readonly insecureHosts: readonly string[];
  /** Registry of base images -> `host[:port][/path]` that is asked first. */
  readonly mirrors?: Readonly<Record<string, string>>;
  readonly places: BuilderPlaces;
  /** id -> absolute path of a file. */
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  /** Seconds since 1970: the time that the image says it was made. */
  readonly sourceDateEpoch: number;
  /** Builds every step anew. */
  readonly noCache?: boolean;
  readonly signal: AbortSignal;
  /** What is being built now, in words. */
  readonly onStep: (step: string) => void;
  /** A line of the builder's log, not interpreted. */
  readonly onLine: (line: string) => void;
}

/** What is known of a build before there is a plan. */
export interface ExpectedBuild {
  /** As mldeploy.lock pins it, if it does. */
  readonly base: string;
  readonly platform: string;
  readonly packages: boolean;
  readonly places: BuilderPlaces;
  readonly cache: string;
  readonly insecureHosts: readonly string[];
  /** Registry of base images -> `host[:port][/path]` that is asked first. */
  readonly mirrors?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Turns a recipe into an image; code, configuration and weights are put on top of it by our own writer. */
export interface Builder {
  readonly name: 'buildkit' | 'buildx' | 'buildah' | 'oci';
  /** It can build on an OCI layout folder. */
  readonly layoutBases?: true;
  /** It can build a Dockerfile, the user's own among them. */
  readonly dockerfiles: boolean;
  /**
   * Whether it can be used here.
   * @param places where programs and daemons are
   * @param signal aborts the search
   * @param packages whether Python packages have to be installed
   * @returns null when it answers, else what was looked for and what is missing
   */
  available(places: BuilderPlaces, signal: AbortSignal, packages: boolean): Promise<string | null>;
  /**
   * For which platforms it runs programs, its own and those it emulates; a builder that runs nothing does not say.
   * @returns null when that cannot be known
   */
  platforms?(places: BuilderPlaces, signal: AbortSignal): Promise<readonly string[] | null>;
  /**
   * Finds, before anything is built, what would fail; only builders that reach the registry of the base themselves can.
   * @throws MlDeployError `build/*`, `registry/*`
   */
  check?(expected: ExpectedBuild): Promise<void>;
  /**
   * Builds. The times of files are the Dockerfile's matter.
   * @returns the image; its blobs can be read as long as the folders of the request are there
   * @throws MlDeployError `build/*`, `process/*`
   */
  build(request: BuildRequest): Promise<ReadableImage>;
}
