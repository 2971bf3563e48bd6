import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import type { LayerEntry } from '../../../oci/tar-entry.ts';
import type { BasePython } from './base-python.ts';

/** Folders at the top of an installer's target that belong beside `lib/`, not into it. */
const besideLib = new Set(['share', 'etc', 'include']);
/** What installers leave for themselves, and what says nothing about the packages. */
const dropped = /(^|\/)(\.lock|__pycache__|[^/]+\.pyc|uv_build\.json|uv_cache\.json)$|\.dist-info\/REQUESTED$/;
const installerName = Buffer.from('ml-deploy\n');

/**
 * A virtual environment made of the folders that installers have filled: the same bytes whichever installer it was.
 * @param targets folders of `--target`, earlier ones win where two have the same file
 * @param folder of the environment in the image, `/venv`
 * @param python of the base
 * @returns sorted entries of a layer
 * @throws MlDeployError `build/package-name` for a name that is not UTF-8
 */
export async function environmentEntries(
  targets: readonly string[],
  folder: string,
  python: BasePython,
): Promise<LayerEntry[]> {
  const top = folder.slice(1);
  const site = `${top}/lib/python${python.version}/site-packages`;
  const files = new Map<string, LayerEntry>();
  const add = (entry: LayerEntry): void => {
    if (!files.has(entry.path)) files.set(entry.path, entry);
  };
  for (const target of targets) {
    const found = await walk(target);
    const scripts = await scriptsOf(target, found, folder);
    for (const path of found) {
      const [first = ''] = path.split('/');
      if (dropped.test(path) || first === 'bin') continue;
      const place = besideLib.has(first) ? `${top}/${path}` : `${site}/${path}`;
      const written = await rewritten(target, path, scripts);
      if (written !== null) add({ kind: 'bytes', path: place, mode: 0o644, content: written });
      else {
        const { size, mode } = await stat(join(target, path));
        add({
          kind: 'file',
          path: place,
          mode: (mode & 0o100) === 0 ? 0o644 : 0o755,
          source: join(target, path),
          size,
        });
      }
    }
    for (const [name, content] of scripts) add({ kind: 'bytes', path: `${top}/bin/${name}`, mode: 0o755, content });
  }
  add({ kind: 'bytes', path: `${top}/pyvenv.cfg`, mode: 0o644, content: configuration(python) });
  add({ kind: 'symlink', path: `${top}/bin/python3`, target: python.executable });
  for (const name of ['python', `python${python.version}`]) {
    add({ kind: 'symlink', path: `${top}/bin/${name}`, target: 'python3' });
  }
  const entries = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return [...foldersOf(entries, site), ...entries];
}

/** What makes a folder an environment for the interpreter (PEP 405). */
function configuration({ executable, version }: BasePython): Buffer {
  const home = posix.dirname(executable);
  return Buffer.from(`home = ${home}\ninclude-system-site-packages = false\nversion = ${version}\n`);
}

function foldersOf(entries: readonly LayerEntry[], site: string): LayerEntry[] {
  const folders = new Set<string>([`${site}/`]);
  for (const { path } of [...entries, { path: site }]) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(`${folder}/`);
  }
  return [...folders].sort().map((path) => ({ kind: 'folder', path, mode: 0o755 }));
}

/** Files below a folder, relative to it, sorted. */
async function walk(folder: string): Promise<string[]> {
  const files: string[] = [];
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      // Node.js reads every byte that is no UTF-8 as this one: the file cannot be opened by such a name.
      if (path.includes('\uFFFD')) throw unreadableName(path);
      if (entry.isDirectory()) waiting.push(`${path}/`);
      else if (entry.isFile()) files.push(path);
    }
  }
  return files.sort();
}

function unreadableName(path: string): MlDeployError {
  return new MlDeployError({
    code: 'build/package-name',
    kind: 'usage',
    message: `a Python package has a file whose name is not UTF-8: ${JSON.stringify(path)}`,
    hint: 'Choose another version of the package that has it (the first part of the path is its folder), or image.builder: buildkit, which installs packages inside the image.',
  });
}

/** Programs of the environment, by name: made from the entry points, or what a wheel brings, with our interpreter. */
async function scriptsOf(target: string, found: readonly string[], folder: string): Promise<Map<string, Buffer>> {
  const scripts = new Map<string, Buffer>();
  for (const path of found.filter((name) => /^[^/]+\.dist-info\/entry_points\.txt$/.test(name))) {
    for (const [name, text] of entryPoints(await readFile(join(target, path), 'utf8'))) {
      scripts.set(name, Buffer.from(`#!${folder}/bin/python\n${text}`));
    }
  }
  for (const path of found.filter((name) => /^bin\/[^/]+$/.test(name))) {
    const name = path.slice('bin/'.length);
    if (!scripts.has(name)) scripts.set(name, withInterpreter(await readFile(join(target, path)), folder));
  }
  return scripts;
}

/** Console scripts as `name = module:function` (entry points specification). */
function entryPoints(text: string): [string, string][] {
  const scripts: [string, string][] = [];
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1]?.trim() ?? section;
    const point = /^\s*([^=\s#;][^=]*?)\s*=\s*([\w.]+)\s*:\s*([\w.]+)/.exec(line);
    if (point === null || (section !== 'console_scripts' && section !== 'gui_scripts')) continue;
    const [, name = '', module = '', called = ''] = point;
    const imported = called.split('.')[0] ?? called;
    const body = `import sys\n\nfrom ${module} import ${imported}\n\nif __name__ == "__main__":\n    sys.exit(${called}())\n`;
    scripts.push([name, body]);
  }
  return scripts;
}

/** Installers put their own interpreter into the first line, or, where it is too long for one, into the first three. */
function withInterpreter(content: Buffer, folder: string): Buffer {
  const text = content.toString('latin1');
  if (!text.startsWith('#!')) return content;
  const first = /^#!\/bin\/sh\n'''exec' [^\n]*python[^\n]*\n' '''\n|^#![^\n]*python[^\n]*\n/.exec(text)?.[0];
  if (first === undefined) return content;
  return Buffer.concat([Buffer.from(`#!${folder}/bin/python\n`), content.subarray(first.length)]);
}

/** Files of an installation's own records, whose bytes depend on the installer; null: the file stays as it is. */
async function rewritten(target: string, path: string, scripts: ReadonlyMap<string, Buffer>): Promise<Buffer | null> {
  if (/^[^/]+\.dist-info\/INSTALLER$/.test(path)) return installerName;
  if (!/^[^/]+\.dist-info\/RECORD$/.test(path)) return null;
  const folder = posix.dirname(path);
  const lines = [`${path},,`, `${folder}/INSTALLER,${hashField(installerName)}`];
  for (const line of (await readFile(join(target, path), 'utf8')).split(/\r?\n/)) {
    const [listed = '', ...rest] = line.split(',');
    // pip counts from lib/python, two folders deep; uv from the target itself. Ours is three deep.
    const name = listed.replace(/^(\.\.\/)+/, '');
    const [first = ''] = name.split('/');
    const script = first === 'bin' ? scripts.get(name.slice('bin/'.length)) : undefined;
    if (script !== undefined) lines.push(`../../../${name},${hashField(script)}`);
    else if (first === 'bin' || name === '' || name === path || name === `${folder}/INSTALLER` || dropped.test(name))
      continue;
    else lines.push([besideLib.has(first) ? `../../../${name}` : name, ...rest].join(','));
  }
  return Buffer.from(`${[...new Set(lines)].sort().join('\n')}\n`);
}

function hashField(content: Buffer): string {
  return `sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}`;
}
