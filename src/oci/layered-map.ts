interface Node {
  readonly below: Map<string, Node>;
  /** As it was set; null: only something below it was. */
  path: string | null;
}

/**
 * What the layers of an image have, by path, each put on top of the ones below it. A mark costs what it removes, not what there is:
 * layers may have 10^5 entries and as many marks.
 */
export class LayeredMap<T> {
  readonly #values = new Map<string, T>();
  readonly #root: Node = { below: new Map(), path: null };

  /** What is left, in the order in which it came. */
  get values(): ReadonlyMap<string, T> {
    return this.#values;
  }

  /**
   * Puts something at a path; what stands above or below it stays.
   * @param path without a slash before it
   * @param value that takes the place of an earlier one
   */
  set(path: string, value: T): void {
    let node = this.#root;
    for (const name of path.split('/')) {
      let next = node.below.get(name);
      if (next === undefined) {
        next = { below: new Map(), path: null };
        node.below.set(name, next);
      }
      node = next;
    }
    node.path = path;
    this.#values.set(path, value);
  }

  /**
   * Removes what lower layers have (OCI image specification 1.1, "Whiteouts").
   * @param removes of a mark: a path with all below it, or, of an opaque folder, its path with `/` at the end (or nothing), all below it
   */
  remove(removes: string): void {
    const opaque = removes === '' || removes.endsWith('/');
    const names = removes === '' ? [] : (opaque ? removes.slice(0, -1) : removes).split('/');
    const last = opaque ? null : (names.pop() ?? null);
    let node: Node | undefined = this.#root;
    for (const name of names) node = node?.below.get(name);
    if (node === undefined) return;
    const gone = last === null ? [...node.below.values()] : [node.below.get(last) ?? []].flat();
    if (last === null) node.below.clear();
    else node.below.delete(last);
    for (let each = gone.pop(); each !== undefined; each = gone.pop()) {
      if (each.path !== null) this.#values.delete(each.path);
      for (const next of each.below.values()) gone.push(next);
    }
  }
}
