import { createHash } from 'node:crypto';

import { MlDeployError } from '../../../errors.ts';
import type { Blob } from '../../../oci/blob.ts';
import type { Descriptor } from '../../../oci/manifest.ts';
import { readTar, TarProblem, type Sink, type TarItem } from '../../../oci/pull/tar-reader.ts';
import { unpackLayer } from '../../../oci/unpack.ts';

/** What one layer of a base tells about its Python and its C library. Paths have no leading slash. */
export interface LayerFacts {
  /** Files named `python3` or `python3.N`, and `os.py` of a standard library, which shows the version where no name does. */
  readonly files: readonly string[];
  /** Links that lead to them: of programs, and of folders such as `bin` -> `usr/bin`. */
  readonly links: Readonly<Record<string, string>>;
  /** `2.36` of glibc's own banner; null: it is not in this layer. */
  readonly glibc: string | null;
  /** It has the loader of musl. */
  readonly musl: boolean;
}

const pythonFile = /(^|\/)(bin\/python3?(\.\d+)?|lib\/python3\.\d+\/os\.py)$/;
const folderLink = /^(usr\/)?(local\/)?(bin|sbin|lib|lib64)$/;
const glibcFile = /(^|\/)libc(-2\.\d+)?\.so(\.6)?$/;
const muslLoader = /(^|\/)ld-musl-[^/]+\.so\.1$/;
const glibcBanner = /GNU C Library [^\n]{0,200}? version (2\.\d+)/;
/** The library has 2 MB; a file of that name with more is something else. */
const mostLibraryBytes = 16 * 1024 * 1024;

/**
 * Reads a layer once from its beginning to its end; nothing of it is written or run.
 * @param blob of the layer
 * @param descriptor its media type
 * @returns what is kept of it
 * @throws MlDeployError `build/bad-layout` for a layer that is no tar stream, or not what its digest says; and what reading throws
 */
export async function layerFacts(blob: Blob, descriptor: Descriptor): Promise<LayerFacts> {
  const files: string[] = [];
  const links: Record<string, string> = {};
  let glibc: string | null = null;
  let musl = false;
  const open = (item: TarItem): Promise<Sink | null> => {
    const path = item.path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    if (muslLoader.test(path)) musl = true;
    if (item.kind === 'symlink' || item.kind === 'hardlink') {
      if (pythonFile.test(path) || folderLink.test(path)) {
        links[path] = item.kind === 'hardlink' ? `/${item.target.replace(/^\.?\/+/, '')}` : item.target;
      }
      return Promise.resolve(null);
    }
    if (item.kind !== 'file') return Promise.resolve(null);
    if (pythonFile.test(path)) files.push(path);
    if (!glibcFile.test(path) || item.size > mostLibraryBytes) return Promise.resolve(null);
    return Promise.resolve(
      collect((content) => {
        glibc = glibcBanner.exec(content)?.[1] ?? glibc;
      }),
    );
  };
  const stream = unpackLayer(checked(blob, descriptor), descriptor.mediaType);
  try {
    await readTar(stream, open);
  } catch (error) {
    throw isDamage(error) ? damaged(descriptor, error.message, error) : error;
  } finally {
    stream.destroy();
  }
  return { files, links, glibc, musl };
}

function collect(onEnd: (content: string) => void): Sink {
  const pieces: Buffer[] = [];
  return {
    write(chunk) {
      pieces.push(chunk);
      return Promise.resolve();
    },
    end() {
      onEnd(Buffer.concat(pieces).toString('latin1'));
      return Promise.resolve();
    },
  };
}

/** The bytes of a layer; after the last one an error unless they are what the digest says. */
async function* checked(blob: Blob, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const piece of blob.read(0)) {
    hash.update(piece);
    yield piece;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== descriptor.digest) throw damaged(descriptor, `its bytes have the digest ${found}`);
}

/** What the decompressors of Node.js and the reader of tar streams throw; everything else is about reaching the bytes. */
function isDamage(error: unknown): error is Error {
  if (error instanceof TarProblem) return true;
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code));
}

function damaged({ digest }: Descriptor, why: string, cause?: Error): MlDeployError {
  return new MlDeployError({
    code: 'build/bad-layout',
    kind: 'infrastructure',
    message: `the layer ${digest} of the base image cannot be read: ${why}`,
    hint: 'Pull the base image by hand; if that fails as well, choose another image.base, or copy it anew to its registry.',
    ...(cause === undefined ? {} : { cause }),
  });
}
