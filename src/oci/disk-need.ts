/** Of the usual file systems: a file takes whole blocks, and a folder at least one. */
const block = 4096;
/** Of a file, beside its path: its entry in the folder, and its place in the list that a fetch keeps. */
const perFile = 160;
const slack = 1024 * 1024;

/**
 * What files take on a disk, with their folders and with the lists that `ml-deploy fetch` keeps beside them: for many small files that is
 * a multiple of their bytes.
 * @param files with their paths
 * @returns bytes, a little more than `du` says
 */
export function diskNeed(files: Iterable<{ readonly path: string; readonly size: number }>): number {
  const folders = new Set<string>();
  let bytes = slack;
  for (const { path, size } of files) {
    // The path stands in a folder, and once more in the list.
    bytes += Math.ceil(size / block) * block + perFile + 2 * Buffer.byteLength(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return bytes + folders.size * block;
}
