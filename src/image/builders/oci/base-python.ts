import { posix } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import type { ImageConfigFile } from '../../../oci/manifest.ts';
import { LayeredMap } from '../../../oci/layered-map.ts';
import type { LayerFacts } from './layer-facts.ts';

/** The Python that a base image brings, and what wheels for it must fit. */
export interface BasePython {
  /** Absolute path in the image. */
  readonly executable: string;
  /** `3.11` */
  readonly version: string;
  /** `glibc 2.36`, `musl 1.2`: the oldest that is certain. */
  readonly libc: { readonly kind: 'glibc' | 'musl'; readonly version: string };
}

/** C libraries of the releases that the official Python images are built on (the distribution's package `libc6`). */
const debianGlibc: Readonly<Record<string, string>> = { bullseye: '2.31', bookworm: '2.36', trixie: '2.41' };

/**
 * The Python of the official images (`python:3.12-slim` and what is built on them), told by their own config.
 * @param config of the base
 * @returns null when the config does not tell, and the layers must be looked into
 */
export function officialPython(config: ImageConfigFile): BasePython | null {
  const version = variable(config, 'PYTHON_VERSION')?.match(/^3\.\d+/)?.[0];
  const steps = (config.history ?? []).map((entry) => entry.created_by ?? '').join('\n');
  const release = /debian\.sh --arch '[^']*' out\/ '([a-z]+)'/.exec(steps)?.[1];
  const glibc = release === undefined ? undefined : debianGlibc[release];
  // Both or nothing: Alpine has the same variables and another C library, and an image of others may set the variable for itself.
  if (version === undefined || glibc === undefined || !/python3?\.?\d* --version|PYTHON_SHA256/.test(steps))
    return null;
  return { executable: `/usr/local/bin/python${version}`, version, libc: { kind: 'glibc', version: glibc } };
}

/**
 * The Python of any image, told by the names in its layers.
 * @param config of the base, for PATH
 * @param layers facts of each layer, the lowest first
 * @param name of the base, for messages
 * @returns the `python3` that comes first on PATH
 * @throws MlDeployError `build/no-python`
 */
export function foundPython(config: ImageConfigFile, layers: readonly LayerFacts[], name: string): BasePython {
  const { files, links } = onTopOfEachOther(layers);
  const path = variable(config, 'PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  for (const folder of path.split(':')) {
    const executable = follow(posix.join(folder, 'python3').slice(1), links);
    if (executable === null || !files.has(executable)) continue;
    const version = versionOf(executable, files);
    if (version === null) continue;
    return { executable: `/${executable}`, version, libc: libcOf(layers, name) };
  }
  throw new MlDeployError({
    code: 'build/no-python',
    kind: 'usage',
    message: `the base image ${name} has no python3 on its PATH (${path}), and this server needs Python packages`,
    hint: 'Choose an image.base with Python, such as docker.io/library/python:3.12-slim.',
  });
}

/** What lower layers have and higher ones do not remove; a file takes the place of a link, and a link that of a file. */
function onTopOfEachOther(layers: readonly LayerFacts[]): {
  files: ReadonlySet<string>;
  links: Record<string, string>;
} {
  /** What a link leads to; null: a file. */
  const found = new LayeredMap<string | null>();
  for (const layer of layers) {
    for (const removes of layer.removed) found.remove(removes);
    for (const path of layer.files) found.set(path, null);
    for (const [path, target] of Object.entries(layer.links)) found.set(path, target);
  }
  const all = [...found.values];
  return {
    files: new Set(all.flatMap(([path, target]) => (target === null ? [path] : []))),
    links: Object.fromEntries(all.flatMap(([path, target]) => (target === null ? [] : [[path, target]]))),
  };
}

function libcOf(layers: readonly LayerFacts[], name: string): BasePython['libc'] {
  const glibc = layers.findLast((layer) => layer.glibc !== null)?.glibc ?? null;
  if (glibc !== null) return { kind: 'glibc', version: glibc };
  // The tag of today's wheels for it; every musl since 2019 fits.
  if (layers.some((layer) => layer.musl)) return { kind: 'musl', version: '1.2' };
  throw new MlDeployError({
    code: 'build/no-python',
    kind: 'usage',
    message: `the base image ${name} has neither glibc nor musl where they usually are: which wheels fit is unknown`,
    hint: 'Set image.builder: buildkit, which installs packages inside the image, or choose another image.base.',
  });
}

const mostLinks = 20;

/** Where a path leads, links of its folders included; null: in a circle. */
function follow(path: string, links: Readonly<Record<string, string>>): string | null {
  let current = path;
  for (let step = 0; step < mostLinks; step++) {
    const link = prefixes(current).find((prefix) => links[prefix] !== undefined);
    if (link === undefined) return current;
    const rest = current.slice(link.length);
    current = posix.resolve('/', posix.dirname(link), links[link] ?? '').slice(1) + rest;
  }
  return null;
}

/** `a`, `a/b`, `a/b/c`. */
function prefixes(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** By the name of the program, else by its standard library. */
function versionOf(executable: string, files: ReadonlySet<string>): string | null {
  const named = /python(3\.\d+)$/.exec(executable)?.[1];
  if (named !== undefined) return named;
  const library = `${posix.dirname(posix.dirname(executable))}/lib/python`;
  const found = [...files].find((file) => file.startsWith(library) && file.endsWith('/os.py'));
  return found === undefined ? null : (/python(3\.\d+)\//.exec(found)?.[1] ?? null);
}

function variable({ config }: ImageConfigFile, name: string): string | null {
  const line = (config?.Env ?? []).find((entry) => entry.startsWith(`${name}=`));
  return line === undefined ? null : line.slice(name.length + 1);
}
