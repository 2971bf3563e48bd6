import { posix } from 'node:path';

import type { LayerItem } from '../read-layer.ts';
import { shown } from '../tar-problem.ts';
import { refused } from './model-folder.ts';

/** Characters of all links of an image together. */
const maxCharacters = 64 * 1024 * 1024;
/** Links that one path may lead through, as containerd has it, and ways in which it may do so. */
const maxLinks = 255;
const maxWays = 4096;

/** A path on its way through links. */
interface Way {
  readonly at: readonly string[];
  readonly rest: readonly string[];
  /** Links that were followed, with what of the path came after each. */
  readonly passed: readonly { readonly place: readonly string[]; readonly left: readonly string[] }[];
}

/**
 * The symbolic links of all layers of an image. Whoever unpacks a layer follows those that stand in the folders of an entry, so that it comes
 * to stand elsewhere: containerd those of all layers below, Docker and Podman those of the layer itself. Links stay known when a layer
 * replaces or removes them, and every link may be followed or not: all places that come of it are possible ones, whatever unpacks.
 */
export class ImageLinks {
  readonly #targets = new Map<string, Set<string>>();
  #characters = 0;
  #last: { readonly folder: string; readonly places: readonly string[] } | null = null;

  /**
   * Where an entry may come to stand.
   * @param place of the entry, as `LayerItem` has it
   * @returns it, and other places when links are among its folders
   * @throws MlDeployError `model/bad-image` when there are too many
   */
  placesOf(place: string): readonly string[] {
    const slash = place.lastIndexOf('/');
    if (slash === -1) return [place];
    const folder = place.slice(0, slash);
    // Entries of one folder mostly come one after the other.
    if (this.#last?.folder !== folder) this.#last = { folder, places: this.#explore(folder) };
    const name = place.slice(slash + 1);
    return this.#last.places.map((above) => (above === '' ? name : `${above}/${name}`));
  }

  /**
   * Takes an entry down, if it is a link.
   * @param item of a layer
   * @param places where it may come to stand
   * @throws MlDeployError `model/bad-image` when there are too many
   */
  take(item: LayerItem, places: readonly string[]): void {
    const { kind, target, removes } = item;
    if (removes !== null) return;
    if (kind === 'symlink') this.#add(places, target);
    if (kind !== 'hardlink') return;
    // One to a symbolic link is another symbolic link.
    for (const from of this.placesOf(posix.resolve('/', target).slice(1)))
      for (const known of this.#targets.get(from) ?? []) this.#add(places, known);
  }

  #add(places: readonly string[], target: string): void {
    for (const place of places) {
      const targets = this.#targets.get(place) ?? new Set();
      if (targets.has(target)) continue;
      this.#characters += place.length + target.length;
      if (this.#characters > maxCharacters) throw refused(`its links have more than ${maxCharacters} characters`);
      this.#targets.set(place, targets.add(target));
      this.#last = null;
    }
  }

  #explore(folder: string): readonly string[] {
    if (this.#targets.size === 0) return [folder];
    const found = new Set<string>();
    const waiting: Way[] = [{ at: [], rest: folder.split('/'), passed: [] }];
    // Longer while it is read.
    for (const way of waiting) {
      if (waiting.length > maxWays) throw refused(`links lead from ${shown(folder)} in too many ways`);
      const at = [...way.at];
      for (const [index, name] of way.rest.entries()) {
        if (name === '..') at.pop();
        if (name === '' || name === '.' || name === '..') continue;
        at.push(name);
        if (way.passed.length >= maxLinks) continue;
        for (const target of this.#targets.get(at.join('/')) ?? [])
          waiting.push(...followed(at, target, { ...way, rest: way.rest.slice(index + 1) }));
      }
      found.add(at.join('/'));
    }
    return [...found];
  }
}

/** What becomes of a path after a link. */
function followed(place: readonly string[], target: string, { rest, passed }: Way): Way[] {
  const names = target.split('/');
  const after = { rest: [...names, ...rest], passed: [...passed, { place: [...place], left: rest }] };
  if (target.startsWith('/')) return [{ at: [], ...after }];
  const folders = [place.slice(0, -1)];
  if (names.includes('..')) {
    // The system goes up from the folder that it is in; containerd from the path by which it came there.
    for (const { place: link, left } of passed) {
      const between = left.length - rest.length - 1;
      if (between >= 0) folders.push([...link, ...left.slice(0, between)]);
    }
  }
  return folders.map((at) => ({ at, ...after }));
}
