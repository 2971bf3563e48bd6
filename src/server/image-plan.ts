/** One file of the build context. */
export interface PlannedFile {
  /** Path in the build context, from its root: `/app/contract.json`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Octal permissions; 0o644 unless said. */
  readonly mode?: number;
}

/**
 * What a server needs in its image, without the weights. A builder turns it into layers; the weights are appended by our own writer
 * below `weights.path`, one uncompressed layer per large file.
 */
export interface ImagePlan {
  readonly base: string;
  readonly platform: string;
  /** Complete multi-stage Dockerfile text that a BuildKit frontend builds; it must not refer to the model's files. */
  readonly dockerfile: string;
  /** Build context: every file the Dockerfile copies. */
  readonly context: readonly PlannedFile[];
  readonly user: string;
  readonly exposedPort: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What the Dockerfile's copies are, by their destination in the image; layers before the first of them are the base's. */
  readonly layers: readonly { readonly path: string; readonly kind: 'dependencies' | 'code' }[];
  readonly weights: {
    /** Folder in the image, `/model`. */
    readonly path: string;
    /** Files relative to the model root, as in validate's evidence. */
    readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  };
}
