/** A file whose content the server decides. */
export interface PlannedFile {
  /** Relative to its tree, with `/` between folders: `mldeploy_server/app.py`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Octal permissions; 0o644 unless said. */
  readonly mode?: number;
}

/** A folder of the image that our own writer makes: code or configuration, one layer per tree, the same bytes whichever builder ran. */
export interface FileTree {
  /** Absolute folder in the image, `/app`. */
  readonly path: string;
  readonly files: readonly PlannedFile[];
}

/** A requirements file in the format of pip. */
export interface RequirementsFile {
  /** File name of its own among all of them: `server.txt`. */
  readonly name: string;
  readonly text: string;
  /** Every requirement names the digests of its files: they are asked for. */
  readonly hashed: boolean;
  /** Versions that must not change, as a constraints file; null for none. */
  readonly constraints: string | null;
}

/** Python packages in a virtual environment of their own, made for the Python of the base image. */
export interface PythonPackages {
  /** Absolute folder of the virtual environment in the image. */
  readonly folder: string;
  /** Installed one after the other, so that later ones cannot change what earlier ones chose. */
  readonly requirements: readonly RequirementsFile[];
  /** Modules that the server imports at its start, where they are installed: compiled ahead, so that a new pod is ready sooner. */
  readonly precompile: readonly string[];
}

/** What an image says about starting it (OCI image specification 1.1, "Image Configuration"). */
export interface RuntimeConfig {
  /** Added to the base's own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** `uid:gid`; never root. */
  readonly user: string;
  readonly ports: readonly number[];
  readonly entrypoint: readonly string[];
  /** Arguments behind the entry point; replaces the base's, which belong to another program. */
  readonly command: readonly string[];
  readonly healthcheck: {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly startPeriodSeconds: number;
  };
}

/** The part of an image that a builder makes: a base with Python packages, or whatever the user's own Dockerfile says. */
export type Recipe =
  | { readonly kind: 'base'; readonly base: string; readonly packages: PythonPackages | null }
  | {
      readonly kind: 'dockerfile';
      /** Absolute paths on this machine. */
      readonly file: string;
      readonly context: string;
      /** Stage to build; null for the last one. */
      readonly target: string | null;
      readonly args: Readonly<Record<string, string>>;
      /** Paths that are left out of the context whatever its ignore file says, relative to it. */
      readonly excluded: readonly string[];
    };

/** A model file and its place in the image. */
export interface WeightFile {
  /** Relative to the model's folder, as in validate's evidence. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Absolute path in the image; `path` below the folder of the weights unless said. */
  readonly target?: string;
}

/**
 * What a server needs in its image. A builder makes the recipe; our own writer puts trees, weights, runtime configuration and labels
 * on top, so that they are the same whichever builder ran.
 */
export interface ImagePlan {
  readonly platform: string;
  readonly recipe: Recipe;
  readonly trees: readonly FileTree[];
  /** Null: as the recipe leaves it. */
  readonly runtime: RuntimeConfig | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly weights: {
    /** Absolute folder in the image, `/model`. */
    readonly path: string;
    readonly files: readonly WeightFile[];
  };
}

/** Secrets that installing Python packages uses: pip's configuration, and certificate authorities. */
export const packageSecrets = ['pipconf', 'ca'] as const;
