import { closeSync, constants, fstatSync, openSync, read as readCallback, realpathSync, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';

import { MlDeployError } from '../errors.ts';
import { readExactly } from '../oci/blob.ts';
import type { FileEntry, FileReader } from '../oci/tar-blob.ts';
import type { WeightFile } from '../server/image-plan.ts';

const read = promisify(readCallback);
const pieceBytes = 1024 * 1024;
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** The files of a model as validate has found them: regular files, links only to files inside of the model, nothing that changes. */
export class ModelFiles implements FileReader {
  readonly #root: string;
  readonly #isFolder: boolean;
  /** Real paths of folders. */
  readonly #folders = new Map<string, string>();
  /** What each file was like when it was opened first. */
  readonly #seen = new Map<string, Pick<Stats, 'size' | 'mtimeMs' | 'ino'>>();

  private constructor(root: string, isFolder: boolean) {
    this.#root = root;
    this.#isFolder = isFolder;
  }

  /**
   * @param modelRoot the model's folder, or its only file
   * @throws MlDeployError `build/model-changed` when it is gone
   */
  static async at(modelRoot: string): Promise<ModelFiles> {
    try {
      const root = await realpath(modelRoot);
      return new ModelFiles(root, (await stat(root)).isDirectory());
    } catch (error) {
      throw changed(modelRoot, `it cannot be read (${codeOf(error)})`);
    }
  }

  /**
   * Where a file lies.
   * @param file of validate's evidence
   * @returns a path on this machine
   */
  sourceOf(file: WeightFile): string {
    if (!this.#isFolder) return this.#root;
    const { path } = file;
    const parts = path.split('/');
    if (parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw changed(path, 'it is not the path of a file inside of the model');
    }
    return join(this.#root, path);
  }

  whole(file: FileEntry): Buffer {
    const descriptor = this.#open(file);
    try {
      return readExactly(descriptor, file.size, file.source);
    } catch (error) {
      throw changed(this.shown(file), `it cannot be read (${codeOf(error)})`);
    } finally {
      closeSync(descriptor);
    }
  }

  async *part(file: FileEntry, from: number, to: number): AsyncGenerator<Uint8Array> {
    const descriptor = this.#open(file);
    // A piece is read while the one before it is hashed and sent.
    let next: Promise<Buffer> | null = null;
    try {
      for (let position = from; position < to;) {
        const piece = await (next ?? readPiece(descriptor, position, to));
        position += piece.length;
        next = position < to ? readPiece(descriptor, position, to) : null;
        if (piece.length === 0) throw changed(this.shown(file), 'it became shorter while it was read');
        yield piece;
      }
    } catch (error) {
      throw error instanceof MlDeployError ? error : changed(this.shown(file), `it cannot be read (${codeOf(error)})`);
    } finally {
      await next?.catch(() => undefined);
      closeSync(descriptor);
    }
  }

  /**
   * The error for content that is not what was validated.
   * @param file whose digest is another one
   */
  mismatch(file: FileEntry): MlDeployError {
    const before = this.#seen.get(file.source);
    let during = true;
    try {
      during = before === undefined || !same(before, fstatOf(file.source));
    } catch {
      // It is gone by now.
    }
    return changed(this.shown(file), during ? 'it changed while it was read' : 'its content is another one');
  }

  /** The path of a file for people. */
  private shown({ source }: FileEntry): string {
    return this.#isFolder ? source.slice(this.#root.length + 1) : basename(source);
  }

  #open(file: FileEntry): number {
    const descriptor = this.#openInside(file);
    try {
      const facts = fstatSync(descriptor);
      if (!facts.isFile()) throw changed(this.shown(file), 'it is no longer a file');
      if (facts.size !== file.size) {
        throw changed(this.shown(file), `it has ${facts.size} bytes instead of ${file.size}`);
      }
      const before = this.#seen.get(file.source);
      if (before === undefined) {
        const { size, mtimeMs, ino } = facts;
        this.#seen.set(file.source, { size, mtimeMs, ino });
      } else if (!same(before, facts)) {
        throw changed(this.shown(file), 'it changed while it was sent');
      }
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  #openInside(file: FileEntry): number {
    const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK; // a pipe must not be waited for
    try {
      if (!this.#isFolder) return openSync(this.#root, flags);
      const folder = this.#folder(dirname(file.source));
      const path = join(folder, basename(file.source));
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
      throw error instanceof MlDeployError ? error : changed(this.shown(file), `it cannot be read (${codeOf(error)})`);
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
    throw changed(this.shown(file), 'it is a link that leads out of the model folder');
  }
}

async function readPiece(descriptor: number, position: number, to: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - position));
  const { bytesRead } = await read(descriptor, piece, 0, piece.length, position);
  return piece.subarray(0, bytesRead);
}

function fstatOf(path: string): Stats {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    return fstatSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function same(a: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>, b: Pick<Stats, 'size' | 'mtimeMs' | 'ino'>): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino;
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
