import { createHash } from 'node:crypto';
import { posix } from 'node:path';

import { appendLayers, type WrittenImage } from '../oci/append.ts';
import { diskNeed } from '../oci/disk-need.ts';
import { imageIndex, type WrittenIndex } from '../oci/image-index.ts';
import { contentAnnotation, contentKey, modelAnnotations } from '../oci/layer-content.ts';
import { digestOf, mediaTypes } from '../oci/manifest.ts';
import type { FileTree, ImagePlan } from '../server/image-plan.ts';
import type { Layer } from './make.ts';
import { treeLayers } from './trees.ts';

/** A model that is not in its image: an image of its own with nothing but the layers of its files. */
export interface BesideModel {
  /** Its layers, from the lowest one. */
  readonly layers: readonly Layer[];
  /** One for each platform, which differ in nothing but its name: who mounts an image takes the one for the platform of the node. */
  readonly images: readonly WrittenImage[];
  /** Of all images; null: there is one. */
  readonly index: WrittenIndex | null;
  /** Of the index, or of the only image. */
  readonly digest: string;
  /** That its files take where they are unpacked. */
  readonly diskBytes: number;
}

/**
 * Whether a folder of the plan is where the model is: what is mounted there later would hide it, so it goes with the model.
 * @param tree of the plan
 * @param plan with the model's folder
 * @returns true for the model's folder and all below it
 */
export function isBeside(tree: FileTree, plan: ImagePlan): boolean {
  return tree.path === plan.weights.path || tree.path.startsWith(`${plan.weights.path}/`);
}

/**
 * Makes the image of the model alone, from the very layers that a serving image would have: it can be mounted as an image volume, and
 * fetched by an init container.
 * @param plan with the model's folder and what the server has in it besides
 * @param weights layers of the model's files
 * @param modelDigest of the model as it was validated
 * @param created RFC 3339
 * @param platforms of the serving images
 * @returns the same bytes for the same input
 */
export async function modelImage(
  plan: ImagePlan,
  weights: readonly Layer[],
  modelDigest: string,
  created: string,
  platforms: readonly string[] = [plan.platform],
): Promise<BesideModel> {
  const { path, files } = plan.weights;
  const astray = files.find(({ target }) => target !== undefined && !target.startsWith(`${path}/`));
  if (astray !== undefined) throw new Error(`${astray.path} is not below ${path} in the image`);
  const trees = plan.trees.filter((tree) => isBeside(tree, plan));
  const made = await treeLayers(trees);
  const diskBytes = diskNeed([
    ...files.map((file) => ({ path: (file.target ?? posix.join(path, file.path)).slice(1), size: file.bytes })),
    ...trees.flatMap(filesOf),
  ]);
  const layers = [
    ...weights,
    ...made.map(({ blob, title }, index): Layer => {
      const key = contentKey(trees.slice(index, index + 1).flatMap(filesOf));
      return { kind: 'code', blob, title, annotations: { [contentAnnotation]: key } };
    }),
  ];
  const annotations = {
    [modelAnnotations.digest]: modelDigest,
    [modelAnnotations.path]: path,
    [modelAnnotations.disk]: `${diskBytes}`,
  };
  const images = platforms.map((platform) => imageFor(platform, layers, annotations, created));
  const [only, ...others] = images;
  const index = others.length === 0 ? null : imageIndex(images);
  return { layers, images, index, digest: index?.digest ?? only?.digest ?? '', diskBytes };
}

function imageFor(
  platform: string,
  layers: readonly Layer[],
  annotations: Readonly<Record<string, string>>,
  created: string,
): WrittenImage {
  const [os = '', architecture = '', variant] = platform.split('/');
  const empty = Buffer.from('{}');
  const bare = {
    manifest: {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: digestOf(empty), size: empty.length },
      layers: [],
      annotations,
    },
    config: {
      os,
      architecture,
      ...(variant === undefined ? {} : { variant }),
      rootfs: { type: 'layers', diff_ids: [] },
    },
  } as const;
  return appendLayers(bare, {
    layers: layers.map(({ blob: { digest, size }, title, annotations: more = {} }) => ({
      digest,
      size,
      title,
      annotations: more,
      createdBy: `ml-deploy: model files (${title})`,
    })),
    created,
  });
}

/** As they stand in the layer of the tree. */
function filesOf({ path: top, files }: FileTree): { path: string; size: number; sha256: string }[] {
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(({ path, content }) => {
      const bytes = Buffer.from(content);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { path: posix.join(top, path).slice(1), size: bytes.length, sha256 };
    });
}
