import { posix } from 'node:path';

import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import type { WeightFile } from '../image-plan.ts';
import { layoutError } from '../layout-error.ts';

const graphFile = 'saved_model.pb';

/** The folder of the only SavedModel among the files: empty for the model's own folder, `1` for an export with a version. */
export function savedModelFolder(model: ValidateEvidence): string {
  const graphs = model.model.files.filter(({ path }) => posix.basename(path) === graphFile);
  const [graph] = graphs;
  if (graph === undefined) {
    throw layoutError(
      `${model.model.path} has no ${graphFile}, so it is no SavedModel`,
      'Export it with tf.saved_model.save(model, folder), or with model.export(folder) in Keras 3, and point model.path to that folder.',
    );
  }
  if (graphs.length > 1) {
    throw layoutError(
      `${model.model.path} holds several SavedModels: ${graphs.map(({ path }) => posix.dirname(path)).join(', ')}`,
      'Point model.path to the one that is to be served; each release is an image of its own.',
    );
  }
  const folder = posix.dirname(graph.path);
  return folder === '.' ? '' : folder;
}

/**
 * The files of the SavedModel and where the server looks for them: `<base>/<version>/saved_model.pb`. Files beside it are left out.
 * @param model evidence of the model
 * @param base `/models/<name>`
 */
export function savedModelFiles(model: ValidateEvidence, base: string): WeightFile[] {
  const folder = savedModelFolder(model);
  const last = posix.basename(folder);
  // TensorFlow Serving takes folders whose name is a number as versions.
  const version = /^[1-9]\d{0,17}$/.test(last) ? last : '1';
  return model.model.files.flatMap(({ path, bytes, sha256 }) => {
    const inside = folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
    return inside === null ? [] : [{ path, bytes, sha256, target: `${base}/${version}/${inside}` }];
  });
}
