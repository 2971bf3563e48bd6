/** A file or a link, and the layer that it came with. */
export interface Entry {
  readonly layer: number;
  /** Of a link; null for a file. */
  readonly target: string | null;
}

interface Node {
  readonly name: string;
  readonly parent: Node | null;
  entry: Entry | null;
  below: Map<string, Node> | null;
  /** The last layer of which a mark removed all below it: there is nothing of lower ones any more. */
  cleared: number;
}

/** What a removal takes away: an entry, or (null) a folder that has nothing in it any more; what is below comes first. */
export type Removed = readonly [path: string, entry: Entry | null];

/**
 * Paths of an image, such that a layer's marks cost what they remove and not what there is: every node that a mark visits is removed, or
 * was added by the same layer and is visited once.
 */
export class PathTree {
  readonly #root: Node = { name: '', parent: null, entry: null, below: null, cleared: -1 };
  #size = 0;
  #made = 0;

  /** Entries that are there. */
  get size(): number {
    return this.#size;
  }

  /** Names of files and folders that were ever made: each takes memory. */
  get made(): number {
    return this.#made;
  }

  /** Whether a path, or the folder that it is in, is there. */
  hasFolderOf(path: string): boolean {
    const slash = path.lastIndexOf('/');
    return this.has(path) || (slash !== -1 && this.has(path.slice(0, slash)));
  }

  /**
   * Whether something is there.
   * @param path without slashes around it
   * @returns true for an entry, and for a folder with entries below it
   */
  has(path: string): boolean {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/')) node = node?.below?.get(name);
    return node !== undefined;
  }

  /**
   * Adds an entry; what is there already makes room: an entry, a folder with all below it, and an entry where a folder is needed.
   * @param path without slashes around it
   * @param entry that stands there from now on
   * @returns what was removed
   */
  set(path: string, entry: Entry): Removed[] {
    const removed: Removed[] = [];
    let node = this.#root;
    for (const name of path.split('/')) {
      if (node.entry !== null) {
        removed.push([pathOf(node), node.entry]);
        node.entry = null;
        this.#size--;
      }
      node.below ??= new Map();
      let next = node.below.get(name);
      if (next === undefined) {
        next = { name, parent: node, entry: null, below: null, cleared: -1 };
        node.below.set(name, next);
        this.#made++;
      }
      node = next;
    }
    this.#clear(node, () => true, removed);
    node.below = null;
    node.entry = entry;
    this.#size++;
    return removed;
  }

  /**
   * Removes what lower layers have.
   * @param removes of a mark: a path, or, of an opaque folder, its path with `/` at the end (or nothing), all below it
   * @param layer of the mark
   * @returns what was removed, with the folders that are empty now
   */
  mark(removes: string, layer: number): Removed[] {
    const removed: Removed[] = [];
    const opaque = removes === '' || removes.endsWith('/');
    const parts = removes.split('/').filter((part) => part !== '');
    let node = this.#root;
    for (const name of parts) {
      if (node.cleared === layer) return removed;
      const next = node.below?.get(name);
      if (next === undefined) return removed;
      node = next;
    }
    const own = node.entry;
    if (opaque) node.entry = null;
    this.#clear(node, (entry) => entry.layer !== layer, removed, layer);
    if (opaque) node.entry = own;
    this.#prune(node, removed);
    return removed;
  }

  /** All links, with what they point to. */
  *links(): Generator<[path: string, target: string]> {
    const waiting = [this.#root];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const target = node.entry?.target ?? null;
      if (target !== null) yield [pathOf(node), target];
      if (node.below !== null) waiting.push(...node.below.values());
    }
  }

  /** Removes entries of a node and below it, from the lowest folders up. */
  #clear(top: Node, goes: (entry: Entry) => boolean, removed: Removed[], layer = -1): void {
    const found = [top];
    // Longer while it is read: those above come first.
    for (const node of found) {
      if (layer !== -1 && node.cleared === layer) continue;
      for (const next of node.below?.values() ?? []) found.push(next);
    }
    for (const node of found.reverse()) {
      if (node.entry !== null && goes(node.entry)) {
        removed.push([pathOf(node), node.entry]);
        node.entry = null;
        this.#size--;
      }
      if (layer !== -1) node.cleared = layer;
      if (node !== top) this.#drop(node, removed);
    }
    if (top.below?.size === 0 && top.parent !== null) {
      top.below = null;
      removed.push([pathOf(top), null]);
    }
  }

  /** Forgets a node that has nothing. */
  #drop(node: Node, removed: Removed[]): boolean {
    if (node.parent === null || node.entry !== null || (node.below?.size ?? 0) > 0) return false;
    if (node.below !== null) removed.push([pathOf(node), null]);
    return node.parent.below?.delete(node.name) ?? false;
  }

  #prune(from: Node, removed: Removed[]): void {
    for (let node: Node | null = from; node !== null; node = node.parent) if (!this.#drop(node, removed)) break;
  }
}

function pathOf(node: Node): string {
  const names: string[] = [];
  for (let each = node; each.parent !== null; each = each.parent) names.push(each.name);
  return names.reverse().join('/');
}
