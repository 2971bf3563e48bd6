import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Inspected } from '../formats/format.ts';
import type { InspectedFile } from '../inspect.ts';
import type { RuleId } from '../rules/index.ts';

/** A model as one unit: all its files after each was inspected alone. */
export class Unit {
  /** The folder, or the file when it is one. */
  readonly root: string;
  readonly isFolder: boolean;
  readonly files: readonly InspectedFile[];
  private readonly byPath: ReadonlyMap<string, InspectedFile>;
  private readonly accounted = new Map<string, string>();

  constructor(root: string, isFolder: boolean, files: readonly InspectedFile[]) {
    this.root = root;
    this.isFolder = isFolder;
    this.files = files;
    this.byPath = new Map(files.map((file) => [file.entry.path, file]));
  }

  /** The file at a path of the unit, `/`-separated, without `.` or `..`. */
  file(path: string): InspectedFile | undefined {
    return this.byPath.get(path);
  }

  /** Files with this name, in whatever folder. */
  named(name: string): readonly InspectedFile[] {
    return this.files.filter(({ entry }) => posix.basename(entry.path) === name);
  }

  /** Files below a folder of the unit; `.` is the whole unit. */
  below(folder: string): readonly InspectedFile[] {
    return folder === '.' ? this.files : this.files.filter(({ entry }) => entry.path.startsWith(`${folder}/`));
  }

  /** A small file as text, null when it cannot be read or is larger than `maxBytes`. */
  async text(file: InspectedFile, maxBytes = 64 * 1024 * 1024): Promise<string | null> {
    if (file.entry.file === null || file.bytes > maxBytes) return null;
    try {
      return await readFile(file.entry.file, 'utf8');
    } catch {
      return null;
    }
  }

  /** Says what a file is that no format recognises: it is no finding any more. */
  account(file: InspectedFile, format: string): void {
    this.accounted.set(file.entry.path, format);
  }

  add(file: InspectedFile, rule: RuleId, offset: number | null, message: string): void {
    file.findings.add(rule, offset, message);
  }

  /** What the file is, after all layouts. */
  inspected(file: InspectedFile): Inspected {
    const { unaccounted, ...inspected } = file.inspected;
    if (unaccounted !== true) return inspected;
    const format = this.accounted.get(file.entry.path);
    if (format !== undefined) return { ...inspected, format };
    return { ...inspected, unaccounted };
  }
}
