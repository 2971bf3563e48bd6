import type { Json } from './strict-json.ts';

/**
 * What Git, the downloads of `hf` and macOS keep in a folder for themselves: no part of the model, so neither checked nor packed. Of the
 * cache of Hugging Face only the notes of a download into this folder: below `hub` are models.
 */
const ownFolders = /(^|\/)(\.git|\.cache\/huggingface\/(download|upload|trash))$/;
const ownFiles = /(^|\/)(\.git|\.cache\/huggingface\/(\.gitignore|CACHEDIR\.TAG)|\.DS_Store)$/;

/** Whether a file or folder (no link) at this path of the model is a tool's own. */
export function isLeftOut(path: string, isFolder: boolean): boolean {
  return (isFolder ? ownFolders : ownFiles).test(path);
}

/** The same for people: the folder, where all in it are left out. */
export function leftOutName(path: string): string {
  return path.replace(/(\.cache\/huggingface)\/.*$/, '$1');
}

/** What was left out, in one sentence. */
export function leftOutNote(names: readonly string[]): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return `left out, neither checked nor packed: ${names.slice(0, shown).join(', ')}${more}`;
}

const shown = 5;
const named =
  /(^|[/\\])(\.git|\.DS_Store|\.cache[/\\]+huggingface[/\\]+(download|upload|trash|\.gitignore|CACHEDIR\.TAG))([/\\]|$)/;

/** The first text of a configuration that is a path to what is left out, which a library would read all the same; null without. */
export function leftOutPath(value: Json): string | null {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') {
      if (next.length < 4096 && named.test(next)) return next;
    } else if (next instanceof Map) {
      for (const item of (next as ReadonlyMap<string, Json>).values()) waiting.push(item);
    } else if (Array.isArray(next)) {
      for (const item of next as readonly Json[]) waiting.push(item);
    }
  }
  return null;
}
