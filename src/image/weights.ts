import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import type { Blob } from '../oci/blob.ts';
import { TarStream, type LayerEntry } from '../oci/tar-blob.ts';
import type { ImagePlan, WeightFile } from '../server/image-plan.ts';

/** A layer of model files, hashed and ready to be sent. */
export interface WeightLayer {
  readonly blob: Blob;
  /** For people: the file, or how many files. */
  readonly title: string;
}

/** From this size on a file has a layer of its own, so that another file's change does not send it again. */
const ownLayerBytes = 64 * 1024 * 1024;

/**
 * Reads every model file once, checks it against validate's evidence, and makes the layers: one per large file, and one for all small
 * ones. Nothing is written to disk; a layer that the registry lacks is read a second time while it is sent.
 * @param weights from the image plan
 * @param modelRoot the model's folder, or its only file
 * @param onRead called with the bytes of each piece
 * @returns large files' layers by path, then the common one
 * @throws MlDeployError `build/model-changed` when a file is not the one that was validated
 */
export async function weightLayers(
  weights: ImagePlan['weights'],
  modelRoot: string,
  onRead: (bytes: number) => void,
): Promise<WeightLayer[]> {
  const files = weights.files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const isFolder = (await statOf(modelRoot, '')).isDirectory();
  const sourceOf = (file: WeightFile): string => (isFolder ? join(modelRoot, file.path) : modelRoot);
  const small = files.filter(({ bytes }) => bytes < ownLayerBytes);
  const groups = [
    ...files.filter(({ bytes }) => bytes >= ownLayerBytes).map((file) => [file]),
    ...(small.length === 0 ? [] : [small]),
  ];
  const layers: WeightLayer[] = [];
  for (const group of groups) {
    await Promise.all(group.map((file) => checkSize(sourceOf(file), file)));
    const expected = new Map(group.map((file) => [sourceOf(file), file]));
    const tar = new TarStream(entriesOf(group, weights.path, sourceOf));
    const blob = await tar.hash((entry, sha256) => {
      const file = expected.get(entry.source);
      if (file?.sha256 !== sha256) throw changed(file?.path ?? entry.path, 'its content is another one');
    }, onRead);
    const [first] = group;
    layers.push({ blob, title: group.length === 1 && first ? first.path : `${group.length} files` });
  }
  return layers;
}

/** Folders first, then files, each sorted by path; readable by everybody and writable by nobody. */
function entriesOf(files: readonly WeightFile[], top: string, sourceOf: (file: WeightFile) => string): LayerEntry[] {
  const inImage = ({ path, target }: WeightFile): string => (target ?? join(top, path)).slice(1);
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = dirname(inImage(file)); folder !== '.'; folder = dirname(folder)) folders.add(`${folder}/`);
  }
  return [
    ...[...folders].sort().map((path): LayerEntry => ({ kind: 'folder', path, mode: 0o555 })),
    ...files.map((file): LayerEntry => {
      const path = inImage(file);
      return { kind: 'file', path, mode: 0o444, source: sourceOf(file), size: file.bytes };
    }),
  ];
}

async function checkSize(source: string, file: WeightFile): Promise<void> {
  const found = await statOf(source, file.path);
  if (found.size !== file.bytes) throw changed(file.path, `it has ${found.size} bytes instead of ${file.bytes}`);
}

async function statOf(path: string, shown: string): Promise<{ size: number; isDirectory(): boolean }> {
  try {
    return await stat(path);
  } catch {
    throw changed(shown === '' ? path : shown, 'it cannot be read');
  }
}

function changed(path: string, what: string): MlDeployError {
  return new MlDeployError({
    code: 'build/model-changed',
    kind: 'inconclusive',
    message: `${path} is not the file that was validated: ${what}`,
    hint: 'Run ml-deploy validate again, then build.',
  });
}
