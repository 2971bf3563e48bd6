/** How one component is built from public Go modules. To add a component: one file in recipes/ and one line in recipes/index.ts. */
export interface Recipe {
  /** Name of the component: lower case, used in folder names and messages. */
  readonly name: string;
  /** Version of the module below, with the leading `v`. Always exact: the proxy does not list versions of every module. */
  readonly version: string;
  /** The Go module that holds the program. Its `replace` and `exclude` lines and its go.sum are copied, since they do not carry over by themselves. */
  readonly module: string;
  /** Version for `replace` lines that point into the module's own folder (Kubernetes' staging modules). */
  readonly localReplaceVersion?: string;
  /** Program name -> package. The package '.' means the program below. */
  readonly packages: Readonly<Record<string, string>>;
  /** Source of our own main.go, when a program of ours puts several of the module's commands together. */
  readonly main?: string;
  /** Symbolic links to make beside the programs: link name -> program name. */
  readonly links?: Readonly<Record<string, string>>;
  /** Modules to require beside the main one, module -> version. */
  readonly require?: Readonly<Record<string, string>>;
  /** Flags for the linker; `-s -w` is always there. */
  readonly ldflags?: string;
  /** Go build tags. */
  readonly tags?: readonly string[];
  /** Files and folders of the module to copy to `files/` beside the programs' folder, e.g. manifests. */
  readonly files?: readonly string[];
  /** Cold build on two cores, in seconds, as measured once: the estimate until this machine has its own. */
  readonly seconds: number;
}

/** Where a built component lies. */
export interface Built {
  /** Folder with the programs. */
  readonly bin: string;
  /** Folder with the copied files of the module. */
  readonly files: string;
}
