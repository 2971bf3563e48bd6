import { posix } from 'node:path';

/** The path of the unit that a path written in a file of `folder` means; null when it leads out of the folder. */
export function inside(folder: string, path: string): string | null {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || /^[A-Za-z][\w+.-]*:/.test(path))
    return null;
  const target = posix.join(folder, path).replace(/\/$/, '');
  const root = folder === '.' ? '' : `${folder}/`;
  const leaves = target === '..' || target.startsWith('../');
  return !leaves && (target === folder || target.startsWith(root)) ? target : null;
}
