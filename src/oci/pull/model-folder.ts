import { createWriteStream } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { MlDeployError } from '../../errors.ts';
import type { Sink, TarItem } from './tar-reader.ts';

/** A folder into which the files of an image are written, and nothing outside of it. */
export class ModelFolder {
  readonly root: string;
  private readonly maxBytes: number;
  private bytes = 0;
  private files = 0;
  // Made last, so that nothing is ever written through one.
  private readonly links = new Map<string, string>();

  /**
   * @param root folder that exists and is empty
   * @param maxBytes that all files together may have
   */
  constructor(root: string, maxBytes: number) {
    this.root = root;
    this.maxBytes = maxBytes;
  }

  /** Files that were written. */
  get count(): number {
    return this.files;
  }

  /** Where the content of an entry of a tar goes; null when it has none. */
  async open(item: TarItem): Promise<Sink | null> {
    const path = this.checked(item.path);
    const parts = path.split('/');
    const name = parts.at(-1) ?? '';
    if (name.startsWith('.wh.')) {
      await this.remove([...parts.slice(0, -1), name.slice(4)].join('/'));
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
        this.files++;
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
    // A folder of a later layer takes the place of a link.
    for (let parent = dirname(clean); parent !== '.'; parent = dirname(parent)) this.links.delete(parent);
    await mkdir(dirname(target), { recursive: true });
    const output = createWriteStream(target, { flags: 'wx' });
    this.files++;
    return {
      write: async (chunk) => {
        this.bytes += chunk.length;
        if (this.bytes > this.maxBytes)
          throw refused(`it unpacks to more than ${this.maxBytes} bytes, which is what there is room for`);
        if (!output.write(chunk)) await once(output, 'drain');
      },
      end: async () => {
        output.end();
        await finished(output);
      },
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

  private async remove(path: string): Promise<void> {
    this.links.delete(path);
    await rm(join(this.root, path), { recursive: true, force: true });
  }

  private checked(path: string): string {
    const clean = path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    const parts = clean.split('/');
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
