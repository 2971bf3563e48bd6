import { lstat, mkdir, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlDeployError } from '../../errors.ts';
import { isRemoved, type LayerItem } from '../read-layer.ts';
import type { Sink } from '../tar-reader.ts';
import { fileSink } from './file-sink.ts';

/** A folder into which the files of an image are written, and nothing outside of it. */
export class ModelFolder {
  readonly root: string;
  private readonly maxBytes: number;
  private bytes = 0;
  /** Paths that were written. */
  private readonly files = new Set<string>();
  // Made last, so that nothing is ever written through one.
  private readonly links = new Map<string, string>();
  /** Of the layer that is being written: its marks remove only what lower ones have. */
  private readonly own = new Set<string>();

  /**
   * @param root folder that exists and is empty
   * @param maxBytes that all files together may have
   */
  constructor(root: string, maxBytes: number) {
    this.root = root;
    this.maxBytes = maxBytes;
  }

  /** Files and links that are there. */
  get count(): number {
    return this.files.size + this.links.size;
  }

  /** The next layer begins. */
  begin(): void {
    this.own.clear();
  }

  /** Where the content of an entry of a layer goes; null when it has none. */
  async open(item: LayerItem): Promise<Sink | null> {
    const path = this.checked(item.path);
    if (item.removes !== null) {
      await this.removeMarked(item.removes);
      return null;
    }
    switch (item.kind) {
      case 'file':
        return this.file(path);
      case 'folder':
        return null;
      case 'symlink':
        await this.remove(path);
        this.links.set(path, item.target);
        this.own.add(path);
        return null;
      default:
        throw refused(`${JSON.stringify(item.path)} is a ${item.kind === 'hardlink' ? 'hard link' : 'device or pipe'}`);
    }
  }

  /** A file with this path, relative to the folder. */
  async file(path: string): Promise<Sink> {
    const clean = this.checked(path);
    const target = join(this.root, clean);
    await this.remove(clean);
    // A folder of a later layer takes the place of a link or a file.
    for (let parent = dirname(clean); parent !== '.'; parent = dirname(parent)) {
      this.links.delete(parent);
      if (this.files.has(parent)) await this.remove(parent);
    }
    await mkdir(dirname(target), { recursive: true });
    const output = fileSink(target);
    this.files.add(clean);
    this.own.add(clean);
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
    for (const [path, target] of this.links) {
      const place = join(this.root, path);
      await mkdir(dirname(place), { recursive: true });
      await symlink(target, place);
    }
  }

  private async removeMarked(removes: string): Promise<void> {
    for (const path of [...this.files, ...this.links.keys()]) {
      if (!isRemoved(removes, path) || this.own.has(path)) continue;
      await this.remove(path);
      // A folder that is empty now would look like a part of the model.
      for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
        const left = await rmdir(join(this.root, parent)).catch(() => 'not empty');
        if (left === 'not empty') break;
      }
    }
  }

  /** What is there already makes room: a file, or a folder with all below it. */
  private async remove(path: string): Promise<void> {
    this.files.delete(path);
    this.links.delete(path);
    const there = await lstat(join(this.root, path)).catch(() => null);
    if (there === null) return;
    if (there.isDirectory()) {
      for (const known of [this.files, this.links]) {
        for (const other of [...known.keys()]) if (isRemoved(path, other)) known.delete(other);
      }
    }
    await rm(join(this.root, path), { recursive: true });
  }

  private checked(path: string): string {
    const clean = path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    const parts = clean.split('/');
    // Names that are not UTF-8 are read as the same: one file would stand for several.
    if (clean.includes('\uFFFD')) throw refused(`the name of ${JSON.stringify(path)} is not UTF-8`);
    if (clean.includes('\0') || parts.some((part) => part === '..' || part === '.' || (part === '' && clean !== ''))) {
      throw refused(`it has a file at ${JSON.stringify(path)}`);
    }
    return clean;
  }
}

/** The image has something that no model needs, or too much. */
export function refused(what: string): MlDeployError {
  return new MlDeployError({
    code: 'model/bad-image',
    kind: 'inconclusive',
    message: `the model in the image cannot be judged: ${what}`,
    hint: 'Look at how the image was made; a model is plain files, and they need room in the temporary folder.',
  });
}
