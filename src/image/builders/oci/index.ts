import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { asOci, type ReadableImage, type StoredImage } from '../../../oci/image.ts';
import { mediaTypes, type Descriptor, type HistoryEntry } from '../../../oci/manifest.ts';
import type { PythonPackages, RequirementsFile } from '../../../server/image-plan.ts';
import { movingReferences } from '../../../server/requirements-text.ts';
import type { Builder, BuilderPlaces, BuildRequest, ExpectedBuild } from '../builder.ts';
import { openBase, pythonOf } from './base.ts';
import { officialPython, type BasePython } from './base-python.ts';
import {
  findInstaller,
  installerFailed,
  noInstaller,
  runInstaller,
  quietArguments,
  targetArguments,
  type Installer,
} from './installer.ts';
import { installerSettings } from './installer-settings.ts';
import { keptLayer, packLayer, type PackedLayer } from './packed-layer.ts';
import { environmentEntries } from './site.ts';
import { wheelTarget, type WheelTarget } from './wheel-platforms.ts';

/** Without a daemon: the layers of the base as its registry has them, and one of ours with the packages. Nothing is run. */
export const oci: Builder = { name: 'oci', dockerfiles: false, layoutBases: true, available, check, build };

async function available(
  { environment }: BuilderPlaces,
  signal: AbortSignal,
  packages: boolean,
): Promise<string | null> {
  if (!packages || (await findInstaller(environment, signal, null)) !== null) return null;
  return 'neither uv nor pip is on PATH, and one of them fetches the Python packages';
}

/** Whether the base is there for the platform, and an installer for its Python where the base's own config tells which that is. */
async function check(expected: ExpectedBuild): Promise<void> {
  const { base, platform, packages, places, signal } = expected;
  const image = await openBase(base, platform, expected);
  const python = packages ? officialPython(image.config) : null;
  if (python === null) return;
  const target = { version: python.version, wheels: wheelTarget(platform, python.libc) };
  if ((await findInstaller(places.environment, signal, target)) === null) throw noInstaller(target);
}

async function build(request: BuildRequest): Promise<ReadableImage> {
  const { recipe, platform } = request;
  if (recipe.kind === 'dockerfile') throw new TypeError('chosen for a Dockerfile, which only a daemon can build');
  request.onStep(`look up ${recipe.base}`);
  const base = await openBase(recipe.base, platform, request);
  if (recipe.packages === null) return imageOf(base, null, request.sourceDateEpoch, null);
  const python = await pythonOf(base, recipe.base, request.cache, (bytes) =>
    request.onStep(`look for Python in a layer of the base (${(bytes / 1e6).toFixed(1)} MB, once)`),
  );
  const layer = await packagesLayer(request, recipe.packages, python, wheelTarget(platform, python.libc));
  return imageOf(base, layer, request.sourceDateEpoch, recipe.packages.folder);
}

/** The base with one layer more; config and history begin with the base's own. */
function imageOf(
  base: StoredImage,
  layer: PackedLayer | null,
  sourceDateEpoch: number,
  folder: string | null,
): ReadableImage {
  const { os, architecture, variant, config, rootfs } = base.config;
  const layers = base.manifest.layers.map(asOci);
  const created = new Date(sourceDateEpoch * 1000).toISOString();
  const added: HistoryEntry[] =
    layer === null ? [] : [{ created, created_by: `COPY --from=packages ${folder ?? ''} ${folder ?? ''} # ml-deploy` }];
  return {
    manifest: {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { ...base.manifest.config, mediaType: mediaTypes.config },
      layers: [...layers, ...(layer === null ? [] : [layer.descriptor])],
    },
    config: {
      ...{ architecture, os },
      ...(variant === undefined ? {} : { variant }),
      ...(config === undefined ? {} : { config }),
      rootfs: { type: 'layers', diff_ids: [...rootfs.diff_ids, ...(layer === null ? [] : [layer.diffId])] },
      history: [...historyOf(base, layers), ...added],
    },
    blob: (descriptor) => (descriptor.digest === layer?.descriptor.digest ? layer.blob : base.blob(descriptor)),
  };
}

/** One entry with a layer for each layer: some tools write none. */
function historyOf({ config }: StoredImage, layers: readonly Descriptor[]): readonly HistoryEntry[] {
  const history = config.history ?? [];
  const told = history.filter((entry) => entry.empty_layer !== true).length;
  return told === layers.length ? history : layers.map(() => ({ created_by: 'base' }));
}

async function packagesLayer(
  request: BuildRequest,
  packages: PythonPackages,
  python: BasePython,
  target: WheelTarget,
): Promise<PackedLayer> {
  const { cache, places, signal } = request;
  const key = await keyOf(request, packages, python, target);
  // What is behind the same line may be another file now.
  const moves = packages.requirements.some(({ text }) => movingReferences(text).length > 0);
  const kept = request.noCache === true || moves ? null : await keptLayer(cache, key);
  if (kept !== null) {
    request.onLine(`packages: as before (${kept.descriptor.digest})`);
    return kept;
  }
  const installer = await findInstaller(places.environment, signal, { version: python.version, wheels: target });
  if (installer === null) throw noInstaller({ version: python.version, wheels: target });
  request.onLine(`packages: ${installer.name} ${installer.version}, for Python ${python.version}, ${target.label}`);
  const targets = await install(request, packages, python, target, installer);
  request.onStep('pack the packages');
  const entries = await environmentEntries(targets, packages.folder, python);
  // What is built anew to be compared takes nobody's place.
  return packLayer(entries, request.noCache === true ? request.folder : cache, key);
}

/** Everything that decides what is in the layer, and nothing else. */
async function keyOf(
  { secrets, places }: BuildRequest,
  { folder, requirements }: PythonPackages,
  python: BasePython,
  target: WheelTarget,
): Promise<string> {
  const pipconf = secrets.find(({ id }) => id === 'pipconf');
  const text = pipconf === undefined ? null : await readFile(pipconf.file, 'utf8');
  const { sources } = await installerSettings(places.environment, text);
  const facts = JSON.stringify([2, folder, requirements, python, target.label, sources]);
  return createHash('sha256').update(facts).digest('hex');
}

/** One folder per requirements file for pip, which does not look at what a folder has; one for all for uv, which does. */
async function install(
  request: BuildRequest,
  packages: PythonPackages,
  python: BasePython,
  target: WheelTarget,
  installer: Installer,
): Promise<string[]> {
  const targets: string[] = [];
  for (const [index, file] of packages.requirements.entries()) {
    request.onStep(`install ${file.name} with ${installer.name}`);
    const folder = join(request.folder, 'packages', installer.name === 'uv' ? '0' : String(index));
    await mkdir(folder, { recursive: true });
    if (!targets.includes(folder)) targets.push(folder);
    const args = [
      'install',
      ...targetArguments(installer, { version: python.version, wheels: target }),
      ...quietArguments(installer),
      ...['--only-binary', ':all:', '--target', folder],
      ...(file.hashed ? ['--require-hashes'] : []),
      ...(await written(request.folder, file)),
    ];
    const ended = await runInstaller({
      installer,
      arguments: args,
      secrets: request.secrets,
      environment: request.places.environment,
      signal: request.signal,
      onLine: request.onLine,
      onUnknownSetting: request.onLine,
    });
    if (ended.exitCode !== 0) {
      const where = `${file.name} (Python ${python.version}, ${target.label})`;
      throw installerFailed(installer, `${ended.stdout}\n${ended.stderr}`, where);
    }
  }
  return targets;
}

/** Writes a requirements file and its constraints; returns the arguments that name them. */
async function written(folder: string, { name, text, constraints }: RequirementsFile): Promise<string[]> {
  const place = join(folder, 'requirements');
  await mkdir(place, { recursive: true });
  await chmod(place, 0o700); // an index in it may have a password
  await writeFile(join(place, name), text);
  if (constraints === null) return ['-r', join(place, name)];
  await writeFile(join(place, `constraints-${name}`), constraints);
  return ['-r', join(place, name), '-c', join(place, `constraints-${name}`)];
}
