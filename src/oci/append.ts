import {
  digestOf,
  mediaTypes,
  type Descriptor,
  type HistoryEntry,
  type ImageConfigFile,
  type Manifest,
} from './manifest.ts';

/** An uncompressed layer to put on top of an image. */
export interface NewLayer {
  readonly digest: string;
  readonly size: number;
  /** For the image's history. */
  readonly createdBy: string;
  /** File names for people, as `org.opencontainers.image.title`. */
  readonly title: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image as a builder left it. */
export interface BareImage {
  readonly manifest: Manifest;
  readonly config: ImageConfigFile;
}

/** A manifest and its config, as the exact bytes to publish. */
export interface WrittenImage {
  readonly manifest: Manifest;
  readonly config: ImageConfigFile;
  readonly manifestBytes: Buffer;
  readonly configBytes: Buffer;
  /** Of the manifest: the image's digest. */
  readonly digest: string;
}

/** What is put on top of an image. */
export interface Additions {
  /** In order, the topmost last. */
  readonly layers: readonly NewLayer[];
  /** RFC 3339 time for config and history. */
  readonly created: string;
  /** Keys of the config's `config` object, which replace the image's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Puts layers on top of an image: the same input gives the same bytes.
 * @param image manifest and config of the image without them
 * @param additions what is put on top
 * @returns the new image
 */
export function appendLayers(image: BareImage, additions: Additions): WrittenImage {
  const { layers, created, settings } = additions;
  const history: HistoryEntry[] = layers.map(({ createdBy }) => ({ created, created_by: createdBy }));
  const config: ImageConfigFile = {
    ...image.config,
    created,
    ...(settings === undefined ? {} : { config: { ...image.config.config, ...settings } }),
    // An uncompressed layer's digest is its diff id.
    rootfs: { type: 'layers', diff_ids: [...image.config.rootfs.diff_ids, ...layers.map(({ digest }) => digest)] },
    history: [...(image.config.history ?? []), ...history],
  };
  const configBytes = Buffer.from(JSON.stringify(config), 'utf8');
  const descriptors = layers.map(({ digest, size, title, annotations: more }): Descriptor => {
    const annotations = { 'org.opencontainers.image.title': title, ...more };
    return { mediaType: mediaTypes.layer, digest, size, annotations };
  });
  const manifest: Manifest = {
    ...image.manifest,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(configBytes), size: configBytes.length },
    layers: [...image.manifest.layers, ...descriptors],
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest), 'utf8');
  return { manifest, config, manifestBytes, configBytes, digest: digestOf(manifestBytes) };
}
