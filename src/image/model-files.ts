import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  read as readCallback,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';

import { MlDeployError } from '../errors.ts';
import { readExactly } from '../oci/blob.ts';
import type { FileEntry, FileReader, OpenFile } from '../oci/tar-entry.ts';
import type { WeightFile } from '../server/image-plan.ts';

const read = promisify(readCallback);
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** The files of a model as validate has found them: regular files, links only to files inside of the model, nothing that changes. */
export class ModelFiles implements FileReader {
  readonly #root: string;
  readonly #isFolder: boolean;
  /** Real paths of folders. */
  readonly #folders = new Map<string, string>();
  /** What each large file was like when it was opened first. */
  readonly #seen = new Map<string, Pick<Stats, 'size' | 'mtimeMs' | 'ino'>>();

  readonly #replaced: ReadonlyMap<string, string>;

  private constructor(root: string, isFolder: boolean, replaced: ReadonlyMap<string, string>) {
    this.#root = root;
    this.#isFolder = isFolder;
    this.#replaced = replaced;
  }

  /**
   * @param modelRoot the model's folder, or its only file
   * @param replaced absolute paths of our own files that stand for files of the model, by their paths in it
   * @throws MlDeployError `build/model-changed` when it is gone
   */
  static async at(modelRoot: string, replaced: ReadonlyMap<string, string> = new Map()): Promise<ModelFiles> {
    try {
      const root = await realpath(modelRoot);
      return new ModelFiles(root, (await stat(root)).isDirectory(), replaced);
    } catch (error) {
      throw changed(modelRoot, `it cannot be read (${codeOf(error)})`);
    }
  }

  /**
   * Makes sure that a path can be one of the model's.
   * @param file of validate's evidence
   * @throws MlDeployError `build/model-changed`
   */
  checkPath(file: WeightFile): void {
    const { path } = file;
    if (!/(?:^|\/)(?:\.{0,2})(?:\/|$)/.test(path)) return;
    throw changed(path, 'it is not the path of a file inside of the model');
  }

  whole(file: FileEntry): Buffer {
    const { descriptor } = this.#open(file);
    try {
      return readExactly(descriptor, file.size, file.source);
    } catch (error) {
      throw changed(file.source, `it cannot be read (${codeOf(error)})`);
    } finally {
      closeSync(descriptor);
    }
  }

  open(file: FileEntry): Promise<OpenFile> {
    const { descriptor, facts } = this.#open(file);
    try {
      this.#remember(file, facts);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    return Promise.resolve({
      read: (into, position) => readSome(descriptor, into, position, file.source),
      close: () => {
        closeSync(descriptor);
        return Promise.resolve();
      },
    });
  }

  /**
   * The error for content that is not what was validated.
   * @param file whose digest is another one
   */
  mismatch(file: FileEntry): MlDeployError {
    const before = this.#seen.get(file.source);
    let during = before !== undefined;
    try {
      during &&= !same(before, statSync(this.#place(file)));
    } catch {
      // It is gone by now.
    }
    return changed(file.source, during ? 'it changed while it was read' : 'its content is another one');
  }

  #open(file: FileEntry): { descriptor: number; facts: Stats } {
    const descriptor = this.#openInside(file);
    try {
      const facts = fstatSync(descriptor);
      if (!facts.isFile()) throw changed(file.source, 'it is no longer a file');
      if (facts.size !== file.size) {
        throw changed(file.source, `it has ${facts.size} bytes instead of ${file.size}`);
      }
      return { descriptor, facts };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** A large file may be read again, after a broken connection: then it must be the same. */
  #remember(file: FileEntry, facts: Stats): void {
    const before = this.#seen.get(file.source);
    const { size, mtimeMs, ino } = facts;
    if (before === undefined) this.#seen.set(file.source, { size, mtimeMs, ino });
    else if (!same(before, facts)) throw changed(file.source, 'it changed while it was sent');
  }

  #place({ source }: FileEntry): string {
    return this.#replaced.get(source) ?? (this.#isFolder ? join(this.#root, source) : this.#root);
  }

  #openInside(file: FileEntry): number {
    const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK; // a pipe must not be waited for
    try {
      if (!this.#isFolder || this.#replaced.has(file.source)) return openSync(this.#place(file), flags);
      const place = this.#place(file);
      const folder = this.#folder(dirname(place));
      const path = join(folder, basename(place));
      try {
        this.#refuseOutside(folder, file);
        return openSync(path, flags);
      } catch (error) {
        if (codeOf(error) !== 'ELOOP') throw error;
        const target = realpathSync(path);
        this.#refuseOutside(dirname(target), file);
        return openSync(target, flags);
      }
    } catch (error) {
      throw error instanceof MlDeployError ? error : changed(file.source, `it cannot be read (${codeOf(error)})`);
    }
  }

  #folder(path: string): string {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const real = realpathSync(path);
    this.#folders.set(path, real);
    return real;
  }

  #refuseOutside(folder: string, file: FileEntry): void {
    if (folder === this.#root || folder.startsWith(this.#root + sep)) return;
    throw changed(file.source, 'it is a link that leads out of the model folder');
  }
}

async function readSome(descriptor: number, into: Buffer, position: number, path: string): Promise<number> {
  const { bytesRead } = await read(descriptor, into, 0, into.length, position).catch((error: unknown) => {
    throw changed(path, `it cannot be read (${codeOf(error)})`);
  });
  if (bytesRead === 0) throw changed(path, 'it became shorter while it was read');
  return bytesRead;
}

function same(
  a: Pick<Stats, 'size' | 'mtimeMs' | 'ino'> | undefined,
  b: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>,
): boolean {
  return a?.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

function changed(path: string, what: string): MlDeployError {
  // A name may have line breaks and worse.
  const shown = /^[^\p{C}]*$/u.test(path) ? path : JSON.stringify(path);
  return new MlDeployError({
    code: 'build/model-changed',
    kind: 'inconclusive',
    message: `${shown} is not the file that was validated: ${what}`,
    hint: 'Run ml-deploy validate again, then build.',
  });
}
