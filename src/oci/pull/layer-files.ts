import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { LayerFile } from '../layer-content.ts';
import { altered } from './fetch-problem.ts';
import { fileSink, type FileSink } from './file-sink.ts';
import type { Sink, TarItem } from '../tar-reader.ts';

/** The files of one layer on their way into a folder, each hashed while it is written. */
export class LayerFiles {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #list: LayerFile[] = [];
  #file: FileSink | null = null;

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
    this.#file?.abandon();
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
    const file = fileSink(target, 0o444);
    this.#file = file;
    const hash = createHash('sha256');
    return {
      write: async (chunk) => {
        hash.update(chunk);
        await file.write(chunk);
      },
      end: async () => {
        await file.end();
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
