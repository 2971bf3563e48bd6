import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import { MlDeployError } from '../errors.ts';
import { escaped } from '../printable.ts';
import { isLeftOut, leftOutName } from './left-out.ts';
import type { RuleId } from './rules/index.ts';

declare module 'fs/promises' {
  /** Missing in the types of Node: names as bytes. */
  function opendir(
    path: string,
    options: { readonly encoding: 'buffer'; readonly bufferSize: number },
  ): Promise<AsyncIterable<Dirent<Buffer>>>;
}

/** Files, and folders, beyond this are not walked: what is known of each file stays in memory, and empty folders cost time. */
const maxEntries = 50_000;
/** Folders deeper than this are not walked. */
const maxDepth = 64;

/** One thing in a model. */
export interface Entry {
  /** Relative to the model root, `/`-separated. */
  readonly path: string;
  /** The real path of the file to read; null when it must not be read. */
  readonly file: string | null;
  readonly problems: readonly { readonly rule: RuleId; readonly message: string }[];
}

/**
 * Lists a model: a single file, or every file of a folder and its subfolders, sorted by the bytes of the path. Links are followed to
 * files inside the root only; links elsewhere, links to folders, pipes, sockets and devices are entries with a problem and
 * without a file. What tools keep for themselves (left-out.ts) is only named, unless `everything` is asked for. Throws `model/missing`, `model/unreadable` or `model/empty`.
 */
export async function walkModel(
  root: string,
  signal?: AbortSignal,
  maxFiles = maxEntries,
  everything = false,
): Promise<{ entries: readonly Entry[]; isFolder: boolean; leftOut: readonly string[] }> {
  const real = await resolveRoot(root);
  const facts = await stat(real);
  if (facts.isDirectory()) {
    const walk = new Walk(real, signal, maxFiles, everything);
    await walk.folder(real, '', 0);
    if (walk.entries.length === 0) {
      throw new MlDeployError({
        code: 'model/empty',
        kind: 'usage',
        message: `the model folder ${root} has no files in it`,
        hint: 'Set model.path to the folder that holds the model, or put the model there.',
      });
    }
    return { entries: walk.sorted(), isFolder: true, leftOut: [...walk.leftOut].toSorted() };
  }
  const path = basename(root);
  const entry = facts.isFile() ? plain(path, real) : special(path, kindOf(facts));
  return { entries: [entry], isFolder: false, leftOut: [] };
}

async function resolveRoot(root: string): Promise<string> {
  let real: Buffer;
  try {
    real = await realpath(root, { encoding: 'buffer' });
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new MlDeployError({
      code: missing ? 'model/missing' : 'model/unreadable',
      kind: 'usage',
      message: missing
        ? `there is no model at ${root}`
        : `the model at ${root} cannot be opened: ${(cause as Error).message}`,
      hint: 'Check model.path in mldeploy.yaml (it starts from the folder of that file), or the path on the command line.',
      cause,
    });
  }
  // Whoever decoded the path may have put this character where other bytes were; it may lead to another file now.
  if (isUtf8(real) && !root.includes('\ufffd')) return real.toString();
  throw new MlDeployError({
    code: 'model/unreadable',
    kind: 'usage',
    message: `the model at ${escaped(root)} cannot be opened: its path is not UTF-8 text, or has the character U+FFFD, which stands for bytes that are none`,
    hint: 'Rename the file or the folder.',
  });
}

class Walk {
  readonly entries: Entry[] = [];
  readonly leftOut = new Set<string>();
  private readonly everything: boolean;
  private readonly root: string;
  private readonly signal: AbortSignal | undefined;
  private readonly maxFiles: number;
  private full = false;
  private folders = 0;

  constructor(root: string, signal: AbortSignal | undefined, maxFiles: number, everything: boolean) {
    this.everything = everything;
    this.maxFiles = maxFiles;
    this.root = root;
    this.signal = signal;
  }

  async folder(folder: string, prefix: string, depth: number): Promise<void> {
    if (depth > 0 && ++this.folders > this.maxFiles) {
      this.stop(prefix, 'folders');
      return;
    }
    let listing: AsyncIterable<Dirent<Buffer>>;
    try {
      listing = await opendir(folder, { encoding: 'buffer', bufferSize: 256 });
    } catch (error) {
      this.add(prefix, 'file/unreadable', `The folder cannot be listed: ${problemOf(error)}.`);
      return;
    }
    try {
      // Piece by piece: a folder may have more files than fit in memory.
      for await (const child of listing) {
        this.signal?.throwIfAborted();
        if (this.full) return;
        if (this.entries.length >= this.maxFiles) {
          this.stop(prefix, 'files');
          return;
        }
        const name = child.name.toString();
        const path = prefix === '' ? name : `${prefix}/${name}`;
        // What the decoded name leads to, if anything, is another file.
        if (isUtf8(child.name)) await this.child(`${folder}/${name}`, path, child, depth);
        else this.add(inBytes(prefix, child.name), 'file/name', 'The name is not UTF-8 text.');
      }
    } catch (error) {
      if (this.signal?.aborted === true) throw error;
      this.add(prefix, 'file/unreadable', `The folder cannot be listed to its end: ${problemOf(error)}.`);
    }
  }

  private stop(path: string, what: string): void {
    this.full = true;
    this.add(path, 'file/limit', `The model has more than ${this.maxFiles} ${what}; the rest was not looked at.`);
  }

  sorted(): readonly Entry[] {
    const sorted = this.entries
      .map((entry) => ({ entry, key: Buffer.from(entry.path) }))
      .sort((a, b) => Buffer.compare(a.key, b.key))
      .map(({ entry }) => entry);
    return withSameNames(sorted);
  }

  private async child(file: string, path: string, child: Dirent<Buffer>, depth: number): Promise<void> {
    const mine = child.isDirectory() || child.isFile();
    if (mine && !this.everything && isLeftOut(path, child.isDirectory())) {
      this.leftOut.add(leftOutName(path));
    } else if (child.isDirectory()) {
      if (depth >= maxDepth) this.add(path, 'file/limit', `Folders are nested more than ${maxDepth} deep.`);
      else await this.folder(file, path, depth + 1);
    } else if (child.isFile()) {
      this.entries.push(plain(path, file));
    } else if (child.isSymbolicLink()) {
      await this.link(file, path);
    } else {
      const facts = await lstat(file).catch(() => null);
      if (facts === null) this.add(path, 'file/changed', 'It went away while the folder was listed.');
      else this.entries.push(facts.isFile() ? plain(path, file) : special(path, kindOf(facts)));
    }
  }

  private async link(file: string, path: string): Promise<void> {
    let bytes: Buffer;
    try {
      bytes = await realpath(file, { encoding: 'buffer' });
    } catch {
      this.add(path, 'file/link', 'The link leads nowhere, or in a circle.');
      return;
    }
    if (!isUtf8(bytes)) {
      this.add(path, 'file/link', 'The link leads to a name that is not UTF-8 text.');
      return;
    }
    const target = bytes.toString();
    if (!target.startsWith(this.root + sep)) {
      this.add(path, 'file/link', `The link leads out of the model folder.`);
      return;
    }
    const facts = await stat(target).catch(() => null);
    if (facts === null) this.add(path, 'file/changed', 'What it leads to went away while the folder was listed.');
    else if (facts.isFile()) this.entries.push(plain(path, target));
    else this.add(path, 'file/link', `The link leads to ${kindOf(facts)}.`);
  }

  private add(path: string, rule: RuleId, message: string): void {
    this.entries.push({ path: path === '' ? '.' : path, file: null, problems: [{ rule, message }] });
  }
}

/** Entries with a problem where another has the same path but for case or Unicode normalisation. */
function withSameNames(entries: readonly Entry[]): readonly Entry[] {
  // Digests, so that long paths are not in memory twice.
  const seen = new Map<string, Entry>();
  return entries.map((entry) => {
    const folded = entry.path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
    const key = createHash('sha256').update(folded).digest('base64');
    const other = seen.get(key);
    if (other === undefined) seen.set(key, entry);
    if (other === undefined || other.path === entry.path) return entry;
    const message = `The name differs from "${escaped(other.path)}" only in case or in its Unicode form.`;
    return { ...entry, problems: [...entry.problems, { rule: 'file/same-name', message } as const] };
  });
}

/** A path whose last name is no text: other bytes than printable ASCII are shown by their numbers. */
function inBytes(prefix: string, name: Buffer): string {
  const shown = name.toString('latin1').replace(/[^ -~]/g, (byte) => {
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return prefix === '' ? shown : `${prefix}/${shown}`;
}

function plain(path: string, file: string): Entry {
  // Names that another system reads differently, or that a terminal shows differently.
  const odd = /[\p{C}\\]/u.test(path);
  const problem = {
    rule: 'file/name',
    message: 'The name has a backslash, a line break or an invisible character.',
  } as const;
  return { path, file, problems: odd ? [problem] : [] };
}

function special(path: string, kind: string): Entry {
  return { path, file: null, problems: [{ rule: 'file/special', message: `This is ${kind}.` }] };
}

/** What the system says, without the path: it stands beside the finding, and it may be long or odd. */
function problemOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}

interface Kind {
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

function kindOf(facts: Kind): string {
  if (facts.isDirectory()) return 'a folder';
  if (facts.isFIFO()) return 'a pipe (FIFO)';
  return facts.isSocket() ? 'a socket' : 'a device';
}
