import { MlDeployError } from '../../../errors.ts';
import type { Blob } from '../../../oci/blob.ts';
import type { Descriptor } from '../../../oci/manifest.ts';
import { LayerProblem, readLayer, type LayerItem } from '../../../oci/read-layer.ts';
import type { Sink } from '../../../oci/tar-reader.ts';

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
  /** What it removes of lower layers. */
  readonly removed: readonly string[];
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
  const removed: string[] = [];
  let glibc: string | null = null;
  let musl = false;
  const open = (item: LayerItem): Sink | null => {
    const { place: path, removes } = item;
    if (removes !== null) removed.push(removes);
    if (muslLoader.test(path)) musl = true;
    if (item.kind === 'symlink' || item.kind === 'hardlink') {
      if (pythonFile.test(path) || folderLink.test(path)) {
        links[path] = item.kind === 'hardlink' ? `/${item.target.replace(/^\.?\/+/, '')}` : item.target;
      }
      return null;
    }
    if (item.kind !== 'file') return null;
    if (pythonFile.test(path)) files.push(path);
    if (!glibcFile.test(path) || item.size > mostLibraryBytes) return null;
    return collect((content) => {
      glibc = glibcBanner.exec(content)?.[1] ?? glibc;
    });
  };
  try {
    await readLayer(descriptor, blob.read(0), open);
  } catch (error) {
    throw error instanceof LayerProblem ? damaged(descriptor, error) : error;
  }
  return { files, links, glibc, musl, removed };
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

function damaged({ digest }: Descriptor, problem: LayerProblem): MlDeployError {
  return new MlDeployError({
    code: 'build/bad-layout',
    kind: 'infrastructure',
    message: `the layer ${digest} of the base image cannot be read: ${problem.message}`,
    hint: 'Pull the base image by hand; if that fails as well, choose another image.base, or copy it anew to its registry.',
    cause: problem,
  });
}
