import { posix } from 'node:path';

import type { LayerItem } from '../read-layer.ts';
import { shown } from '../tar-problem.ts';
import { ImageLinks } from './image-links.ts';
import { refused } from './model-folder.ts';

/** Where images of others have their models: KServe's modelcar, SageMaker, many servers. */
export const modelFolders = ['models/', 'model/', 'mnt/models/', 'opt/ml/model/'];

/** Tells which entries of an image's layers are of its model; all entries of all layers come by, in order. */
export class ModelEntries {
  readonly #links = new ImageLinks();
  /** Those in which layers with names have something: what is below them later, at any depth, is served with it. */
  readonly #folders = new Set<string>();
  readonly #isBesideModel: (place: string) => boolean;

  /** @param isBesideModel whether a place, or the folder that it is in, is of the model already */
  constructor(isBesideModel: (place: string) => boolean) {
    this.#isBesideModel = isBesideModel;
  }

  /**
   * Whether the next entry is of the model.
   * @param item of a layer
   * @param isNamed the layer names its files: all of it is of the model
   * @throws MlDeployError `model/bad-image` for one that is, or comes to be, at another place than it says
   */
  has(item: LayerItem, isNamed: boolean): boolean {
    const { place } = item;
    const places = this.#links.placesOf(place);
    this.#links.take(item, places);
    const isOf = isNamed || this.#isThere(item, place);
    if (isNamed && item.kind !== 'folder') this.#folders.add(posix.dirname(place));
    for (const other of places) {
      if (other !== place && (isOf || this.#isThere(item, other)))
        throw refused(
          `it has ${shown(item.path)}, which links in its layers lead to /${other}`,
          'Write the files of the model to the folder in which they stand, not by way of a link to it, and push the image again.',
        );
    }
    return isOf;
  }

  #isThere(item: LayerItem, place: string): boolean {
    return isInModelFolder(item, place) || this.#isBesideModel(place) || this.#isBelowNamed(place);
  }

  #isBelowNamed(place: string): boolean {
    if (this.#folders.size === 0) return false;
    for (let end = place.lastIndexOf('/'); end !== -1; end = place.lastIndexOf('/', end - 1))
      if (this.#folders.has(place.slice(0, end))) return true;
    return false;
  }
}

function isInModelFolder({ kind }: LayerItem, place: string): boolean {
  const above = place !== '' && modelFolders.some((folder) => folder.startsWith(`${place}/`));
  if (above && kind !== 'folder') throw refused(`/${place}, where models stand, is no folder`);
  return modelFolders.some((folder) => place.startsWith(folder));
}
