import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';

import type { LayerFile } from '../layer-content.ts';
import { altered } from './fetch-problem.ts';
import type { Sink, TarItem } from '../tar-reader.ts';

/** The files of one layer on their way into a folder, each hashed while it is written. */
export class LayerFiles {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #list: LayerFile[] = [];
  #output: WriteStream | null = null;

  /**
   * @param folder exists and is empty
   * @param prefix of all paths in the layer, which is left out: `model/`
   */
  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /** What was written, in the order of the layer, with the paths of the layer. */
  get list(): readonly LayerFile[] {
    return this.#list;
  }

  /** Closes the file that is being written, when there is no more for it. */
  abandon(): void {
    this.#output?.destroy();
  }

  /**
   * Where the content of an entry of the tar goes.
   * @param item of the tar
   * @returns null when it has none
   * @throws MlDeployError `fetch/altered` for what no build puts into a layer of a model: links, devices, other folders
   */
  async open(item: TarItem): Promise<Sink | null> {
    const { path, kind, size } = item;
    if (kind === 'folder') return null;
    const parts = path.split('/');
    const strange = parts.some((part) => part === '' || part === '.' || part === '..' || part.startsWith('.wh.'));
    if (kind !== 'file' || strange || path.includes('\0') || !path.startsWith(this.#prefix))
      throw altered(`a layer has ${JSON.stringify(path)} in it, a ${kind}`);
    const target = join(this.#folder, path.slice(this.#prefix.length));
    await mkdir(dirname(target), { recursive: true });
    // Readable by everybody and writable by nobody, as in an image.
    const output = createWriteStream(target, { flags: 'wx', mode: 0o444, highWaterMark: 1024 * 1024 });
    this.#output = output;
    const failed = once(output, 'error').then(([error]) => {
      throw error as Error;
    });
    failed.catch(() => undefined);
    const hash = createHash('sha256');
    return {
      write: async (chunk) => {
        hash.update(chunk);
        if (!output.write(chunk)) await Promise.race([once(output, 'drain'), failed]);
      },
      end: async () => {
        output.end();
        await finished(output);
        this.#list.push({ path, size, sha256: hash.digest('hex') });
      },
    };
  }
}

/**
 * The digest of a file.
 * @param path of the file
 * @param size bytes that it should have
 * @returns 64 hexadecimal digits; null when it is not there, or has another size
 */
export async function hashOfFile(path: string, size: number): Promise<string | null> {
  try {
    if ((await stat(path)).size !== size) return null;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    return hash.digest('hex');
  } catch {
    return null;
  }
}
