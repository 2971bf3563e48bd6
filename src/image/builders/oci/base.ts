import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import { findCredentials } from '../../../oci/credentials.ts';
import { findImage, type ImageRefusals, type StoredImage } from '../../../oci/image.ts';
import { layoutSource } from '../../../oci/layout-source.ts';
import { keptSource } from '../../../oci/kept-source.ts';
import { RegistryClient } from '../../../oci/registry.ts';
import { parseLayoutReference, parseReference } from '../../../oci/reference.ts';
import { parseRepository, type Repository } from '../../../oci/repository.ts';
import { replaceFile } from '../../../replace-file.ts';
import type { BuilderPlaces } from '../builder.ts';
import { foundPython, officialPython, type BasePython } from './base-python.ts';
import { layerFacts, type LayerFacts } from './layer-facts.ts';

/** How to reach the base's registry. */
export interface BaseAccess {
  readonly places: BuilderPlaces;
  /** `host[:port]` of registries that may be reached by plain HTTP. */
  readonly insecureHosts: readonly string[];
  /** Registry -> `host[:port][/path]` that is asked first. */
  readonly mirrors?: Readonly<Record<string, string>>;
  /** Folder that stays between builds. */
  readonly cache: string;
  readonly signal: AbortSignal;
}

/**
 * The base image in its registry. What a digest stands for never changes: it is kept, so that a base that is named by digest needs no
 * registry the next time.
 * @param name `image.base`
 * @param platform `linux/amd64`
 * @param access how to get there
 * @returns manifest and config; layers are read only when somebody asks for them
 * @throws MlDeployError `build/no-base`, `build/no-platform`, `registry/*`
 */
export async function openBase(name: string, platform: string, access: BaseAccess): Promise<StoredImage> {
  const { places, insecureHosts, signal, cache } = access;
  const layout = parseLayoutReference(name);
  if (layout !== null) {
    const { folder } = layout;
    return findImage(layoutSource(folder), layout.digest ?? layout.tag, platform, noBase(name)).catch(
      (error: unknown) => {
        throw unreadable(error, folder);
      },
    );
  }
  const { repository, tag, digest } = parseReference(name);
  const open = (from: Repository): Promise<StoredImage> => {
    const client = new RegistryClient({
      repository: from,
      insecure: insecureHosts.includes(from.host),
      credentials: () => findCredentials(from.host, places),
      signal,
    });
    return digest === null
      ? findImage(client, tag ?? 'latest', platform, noBase(name))
      : findImage(keptSource(client, join(cache, 'bases')), digest, platform, noBase(name));
  };
  const mirror = mirrorOf(repository, access.mirrors ?? {});
  return mirror === null ? open(repository) : openMirrored(mirror, repository, open);
}

/** Where a mirror has a repository; null without one for its registry. */
function mirrorOf({ host, path }: Repository, mirrors: Readonly<Record<string, string>>): Repository | null {
  const found = Object.entries(mirrors).find(([registry]) => parseRepository(`${registry}/x/y`).host === host);
  return found === undefined ? null : parseRepository(`${found[1]}/${path}`);
}

/** What the mirror does not have, or does not say, is asked of the registry itself. */
async function openMirrored(
  mirror: Repository,
  repository: Repository,
  open: (from: Repository) => Promise<StoredImage>,
): Promise<StoredImage> {
  let why: MlDeployError;
  try {
    return await open(mirror);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    why = error;
  }
  try {
    return await open(repository);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    const { code, kind, message, hint = '' } = error;
    const asked = `Its mirror in image.mirrors was asked first: ${why.message}.`;
    throw new MlDeployError({ code, kind, message, hint: `${hint} ${asked}`.trim(), cause: error });
  }
}

/** What is said of a base that is not there. */
export function noBase(name: string): ImageRefusals {
  return {
    name,
    missing: () =>
      new MlDeployError({
        code: 'build/no-base',
        kind: 'usage',
        message: `the base image ${name} does not exist in its registry`,
        hint: 'Correct image.base, or, when mldeploy.lock names a digest that was deleted, run ml-deploy lock --update.',
      }),
    noPlatform: (wanted, found) =>
      new MlDeployError({
        code: 'build/no-platform',
        kind: 'usage',
        message: `the base image ${name} is not there for ${wanted}, only for ${found}`,
        hint: 'Set image.platform to one of these, or choose another image.base.',
      }),
  };
}

function unreadable(error: unknown, folder: string): unknown {
  // A folder has no registry: what is damaged there is its own.
  if (!(error instanceof Error) || (error instanceof MlDeployError && error.code !== 'registry/failed')) return error;
  return new MlDeployError({
    code: 'build/no-base',
    kind: 'usage',
    message: `the base image cannot be read in ${folder}: ${error.message}`,
    hint: 'image.base: oci-layout:FOLDER names a folder with index.json and blobs/ (skopeo copy docker://... oci:FOLDER:TAG).',
    cause: error,
  });
}

/**
 * The Python of a base. Where its config does not tell, its layers are read once; the answer is kept by their digests.
 * @param base opened before
 * @param name of the base, for messages
 * @param cache folder that stays between builds
 * @param onRead called before a layer is read, with its bytes
 * @returns version, path and C library
 * @throws MlDeployError `build/no-python`, `registry/*`
 */
export async function pythonOf(
  base: StoredImage,
  name: string,
  cache: string,
  onRead: (bytes: number) => void,
): Promise<BasePython> {
  const official = officialPython(base.config);
  if (official !== null) return official;
  const facts: LayerFacts[] = [];
  for (const layer of base.manifest.layers) {
    const kept = join(cache, 'python-facts', `${layer.digest.slice(7)}.v2.json`);
    let known = await readKept<LayerFacts>(kept);
    if (known === null) {
      onRead(layer.size);
      known = await layerFacts(base.blob(layer), layer);
      await replaceFile(kept, JSON.stringify(known));
    }
    facts.push(known);
  }
  return foundPython(base.config, facts, name);
}

async function readKept<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return null; // not there, or of a build that was killed: it is made again
  }
}
