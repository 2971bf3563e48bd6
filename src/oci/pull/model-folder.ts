import { mkdir, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlDeployError } from '../../errors.ts';
import type { LayerItem } from '../read-layer.ts';
import { shown } from '../tar-problem.ts';
import type { Sink } from '../tar-reader.ts';
import { fileSink } from './file-sink.ts';
import { PathTree, type Removed } from './path-tree.ts';

/** Entries of all layers together, marks and folders included. */
const usualEntries = 1_000_000;

/** A folder into which the files of an image are written, and nothing outside of it. */
export class ModelFolder {
  readonly root: string;
  private readonly maxBytes: number;
  private readonly maxEntries: number;
  private bytes = 0;
  private entries = 0;
  private layer = 0;
  /** Files that were written. Links are made last, so that nothing is ever written through one. */
  private readonly tree = new PathTree();

  /**
   * @param root folder that exists and is empty
   * @param maxBytes that all files together may have
   * @param maxEntries that all layers together may have
   */
  constructor(root: string, maxBytes: number, maxEntries = usualEntries) {
    this.root = root;
    this.maxBytes = maxBytes;
    this.maxEntries = maxEntries;
  }

  /** Files and links that are there. */
  get count(): number {
    return this.tree.size;
  }

  /** Whether a path, or the folder that it is in, is there already: what stands there becomes part of the model, or takes some of it away. */
  hasFolderOf(path: string): boolean {
    return this.tree.hasFolderOf(path);
  }

  /** The next layer begins: its marks remove only what lower ones have. */
  begin(): void {
    this.layer++;
  }

  /** Where the content of an entry of a layer goes; null when it has none. */
  async open(item: LayerItem): Promise<Sink | null> {
    const path = this.checked(item.place);
    if (item.removes === null && item.kind === 'file') return this.file(path);
    this.countEntry();
    if (item.removes !== null) {
      await this.removeAll(this.tree.mark(item.removes, this.layer));
      return null;
    }
    switch (item.kind) {
      case 'folder':
        return null;
      case 'symlink':
        await this.removeAll(this.tree.set(path, { layer: this.layer, target: item.target }));
        return null;
      default:
        throw refused(`${shown(item.path)} is a ${item.kind === 'hardlink' ? 'hard link' : 'device or pipe'}`);
    }
  }

  /** A file with this path, relative to the folder. */
  async file(path: string): Promise<Sink> {
    this.countEntry();
    const clean = this.checked(path);
    const target = join(this.root, clean);
    await this.removeAll(this.tree.set(clean, { layer: this.layer, target: null }));
    await mkdir(dirname(target), { recursive: true });
    const output = fileSink(target);
    return {
      write: async (chunk) => {
        this.bytes += chunk.length;
        if (this.bytes > this.maxBytes)
          throw refused(`it unpacks to more than ${this.maxBytes} bytes, which is what there is room for`);
        await output.write(chunk);
      },
      end: () => output.end(),
    };
  }

  /** Makes the links; nothing is written afterwards. */
  async finish(): Promise<void> {
    for (const [path, target] of this.tree.links()) {
      const place = join(this.root, path);
      await mkdir(dirname(place), { recursive: true });
      await symlink(target, place);
    }
  }

  private async removeAll(removed: readonly Removed[]): Promise<void> {
    for (const [path, entry] of removed) {
      const place = join(this.root, path);
      // A folder that is empty now would look like a part of the model; one that had only links was never made.
      if (entry === null) await rmdir(place).catch(() => undefined);
      else if (entry.target === null) await rm(place, { force: true });
    }
  }

  private countEntry(): void {
    if (this.tree.made > 2 * this.maxEntries) throw refused(`its paths have more than ${2 * this.maxEntries} names`);
    if (++this.entries > this.maxEntries) throw refused(`it has more than ${this.maxEntries} files, links and marks`);
  }

  private checked(path: string): string {
    const clean = path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    const parts = clean.split('/');
    // Names that are not UTF-8 are read as the same: one file would stand for several.
    if (clean.includes('\uFFFD')) throw refused(`the name of ${shown(path)} is not UTF-8`);
    if (clean.includes('\0') || parts.some((part) => part === '..' || part === '.' || (part === '' && clean !== ''))) {
      throw refused(`it has a file at ${shown(path)}`);
    }
    const tooLong =
      Buffer.byteLength(join(this.root, clean)) > 4095 || parts.some((part) => Buffer.byteLength(part) > 255);
    if (tooLong) throw refused(`the path of ${shown(path)} is too long`);
    return clean;
  }
}

/**
 * The error for an image that has something that no model needs, or too much.
 * @param what it has, a clause
 * @param hint what to do
 */
export function refused(
  what: string,
  hint = 'Look at how the image was made; a model is plain files, and they need room in the temporary folder.',
): MlDeployError {
  return new MlDeployError({
    code: 'model/bad-image',
    kind: 'inconclusive',
    message: `the model in the image cannot be judged: ${what}`,
    hint,
  });
}
