import { appendLayers, type NewLayer, type WrittenImage } from '../../oci/append.ts';
import type { Blob } from '../../oci/blob.ts';
import type { ReadableImage } from '../../oci/image.ts';
import type { HistoryEntry, ImageConfigFile } from '../../oci/manifest.ts';
import { hashTar } from '../../oci/hashed-tar.ts';
import { TarStream } from '../../oci/tar-blob.ts';
import type { ModelLayer } from './modelpack.ts';

/** Where KServe looks for the model in a modelcar. */
const expected = 'models';
/** What KServe runs in a modelcar: it links the model for the server, and waits. */
export const neededPrograms = ['ln', 'ls', 'sh', 'sleep'] as const;

/** A modelcar, and the blob that it has beyond base and model files. */
export interface Modelcar {
  readonly image: WrittenImage;
  /** Null when the model is where KServe looks anyway. */
  readonly link: Blob | null;
}

/**
 * An image with the model for KServe's `oci://` storage: the base of the serving image, whose shell KServe starts, and the very layers
 * of model files. `/models` is a relative link, which also leads to the right place when KServe follows it through /proc/PID/root of the
 * modelcar; an absolute one would lead into the server's own files.
 * @param image as the builder left it
 * @param base how many of its layers, from the lowest one, are the modelcar's base
 * @param folder of the model in the serving image
 * @param layers of model files
 * @param created RFC 3339
 * @returns the image
 */
export async function modelcar(
  image: ReadableImage,
  base: number,
  folder: string,
  layers: readonly ModelLayer[],
  created: string,
): Promise<Modelcar> {
  const path = folder.replace(/^\/+/, '').replace(/\/+$/, '');
  const link = path === expected ? null : await linkLayer(path);
  const { os, architecture, variant, rootfs, config } = image.config;
  const bare = {
    manifest: { ...image.manifest, layers: image.manifest.layers.slice(0, base) },
    config: {
      os,
      architecture,
      ...(variant === undefined ? {} : { variant }),
      ...(config?.Env === undefined ? {} : { config: { Env: config.Env } }),
      rootfs: { ...rootfs, diff_ids: rootfs.diff_ids.slice(0, base) },
      history: historyOf(image.config.history, base),
    },
  };
  const own: NewLayer[] = [
    ...(link === null ? [] : [{ ...link, title: `/${expected}`, createdBy: `ml-deploy: link (/${expected})` }]),
    ...layers.map((layer) => ({ ...layer, createdBy: `ml-deploy: model files (${layer.title})` })),
  ];
  // No entry point: it would stand before the command that KServe gives.
  const settings = { Cmd: ['sh', '-c', 'sleep infinity'] };
  return { image: appendLayers(bare, { layers: own, created, settings }), link };
}

/** The steps that made the lowest layers: as many as there are layers, without those that made none. */
function historyOf(history: ImageConfigFile['history'], layers: number): HistoryEntry[] {
  const steps = (history ?? []).filter((entry) => entry.empty_layer !== true).slice(0, layers);
  return steps.length === layers ? steps : Array.from({ length: layers }, () => ({ created_by: 'base' }));
}

async function linkLayer(target: string): Promise<Blob> {
  return hashTar(new TarStream([{ kind: 'symlink', path: expected, target }]));
}
