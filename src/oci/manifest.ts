import { createHash } from 'node:crypto';

/** Media types of the OCI image specification 1.1, and the two Docker ones that registries still give. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  /** Content `{}`: the config of an artifact that needs none. */
  empty: 'application/vnd.oci.empty.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

/** Names a blob or manifest by its content. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the manifest that is named, in a list of referrers. */
  readonly artifactType?: string;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** An image manifest. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  /** What it is, when it is no image. */
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** The manifest to which this one is attached. */
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image index: one manifest per platform. */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
}

/** One step of an image's history; those without `empty_layer` belong to one layer each, in order. */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string | null;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The parts of an image config that we read or write; everything else is kept as it is, with the nulls that Go's programs write. */
export interface ImageConfigFile {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null;
  readonly created?: string | null;
  readonly config?:
    | (Readonly<Record<string, unknown>> & {
        readonly User?: string | null;
        readonly Env?: readonly string[] | null;
        readonly Labels?: Readonly<Record<string, string>> | null;
      })
    | null;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly HistoryEntry[] | null;
}

/**
 * The name of some content.
 * @param content bytes, or text as UTF-8
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
