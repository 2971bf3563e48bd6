import type { Descriptor } from '../../oci/manifest.ts';
import { LayeredMap } from '../../oci/layered-map.ts';
import { normalName } from '../../server/requirements-text.ts';
import type { InstalledPackage } from '../documents/packages/package.ts';
import { contentAnnotation } from '../../oci/layer-content.ts';
import { inLanes } from '../../lanes.ts';
import { bytesToRead, listLayer, type ListedFile, type Listing } from './listing.ts';
import type { NamedImage } from './open.ts';
import { compareSettings, type SettingChange } from './settings.ts';

/** One of the two images. */
export interface ComparedImage {
  readonly reference: string;
  readonly platform: string;
  /** Of config and layers, as the registry has them. */
  readonly bytes: number;
  readonly created: string | null;
  /** `dev.ml-deploy.model.digest`; null when the image has no such label. */
  readonly modelDigest: string | null;
}

/** A layer of one of the images, or of both. */
export interface LayerChange {
  readonly change: 'same' | 'added' | 'removed';
  readonly digest: string;
  readonly bytes: number;
  readonly kind: 'weights' | 'code' | 'dependencies' | 'other';
  readonly title: string;
}

/** A file of the layers that are not the same. */
export interface FileChange {
  readonly change: 'added' | 'removed' | 'changed';
  readonly path: string;
  /** Bytes; null where there is no file. */
  readonly before: number | null;
  readonly after: number | null;
}

/** A package of the layers that are not the same. */
export interface PackageChange {
  readonly kind: InstalledPackage['kind'];
  readonly name: string;
  /** Version; null: not installed. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What is different between two images. */
export interface ImageDiff {
  readonly before: ComparedImage;
  readonly after: ComparedImage;
  /** The manifests are the same. */
  readonly same: boolean;
  /** Bytes that a machine with the first image must pull for the second one. */
  readonly pullBytes: number;
  readonly layers: readonly LayerChange[];
  readonly settings: readonly SettingChange[];
  readonly packages: readonly PackageChange[];
  readonly files: readonly FileChange[];
}

/** Layers read at a time. */
const parallel = 2;

/**
 * Compares two images. Layers that both have are not read; of the others every file is compared by its content while the layers come.
 * @param before the one image
 * @param after the other one
 * @param onBytes called with the bytes of each piece that is read, and with all bytes that there are to read
 * @returns what is different
 * @throws MlDeployError `diff/bad-layer`, `registry/*`
 */
export async function compareImages(
  before: NamedImage,
  after: NamedImage,
  onBytes: (bytes: number, total: number) => void,
): Promise<ImageDiff> {
  const ofBefore = new Set(before.manifest.layers.map(({ digest }) => digest));
  const ofAfter = new Set(after.manifest.layers.map(({ digest }) => digest));
  const removed = before.manifest.layers.filter(({ digest }) => !ofAfter.has(digest));
  const added = after.manifest.layers.filter(({ digest }) => !ofBefore.has(digest));
  const total = [...removed, ...added].reduce((sum, layer) => sum + bytesToRead(layer), 0);
  const listings = new Map<Descriptor, Listing>();
  const wanted = [
    ...removed.map((layer) => ({ layer, image: before })),
    ...added.map((layer) => ({ layer, image: after })),
  ];
  await inLanes(wanted, parallel, async ({ layer, image }, check) => {
    const watched = (bytes: number): void => {
      check();
      if (bytesToRead(layer) > 0) onBytes(bytes, total);
    };
    listings.set(layer, await listLayer(layer, image.blob(layer), watched));
  });
  const of = (layers: readonly Descriptor[]): Listing => merged(layers.flatMap((layer) => listings.get(layer) ?? []));
  const [old, young] = [of(removed), of(added)];
  const sameConfig = before.manifest.config.digest === after.manifest.config.digest;
  return {
    before: factsOf(before),
    after: factsOf(after),
    same: before.digest === after.digest,
    pullBytes: sizeOf(sameConfig ? added : [...added, after.manifest.config]),
    layers: [
      ...layerChanges(before, ({ digest }) => (ofAfter.has(digest) ? null : 'removed')),
      ...layerChanges(after, ({ digest }) => (ofBefore.has(digest) ? 'same' : 'added')),
    ],
    settings: compareSettings(before.config, after.config),
    packages: comparePackages(old, young),
    files: compareFiles(old, young),
  };
}

function sizeOf(descriptors: readonly Descriptor[]): number {
  return descriptors.reduce((sum, { size }) => sum + size, 0);
}

function factsOf({ reference, platform, manifest, config }: NamedImage): ComparedImage {
  return {
    reference,
    platform,
    bytes: sizeOf([manifest.config, ...manifest.layers]),
    created: config.created ?? null,
    modelDigest: config.config?.Labels?.['dev.ml-deploy.model.digest'] ?? null,
  };
}

/** The layers of an image, each with what made it in the words of the image's history; null: it is left out. */
function layerChanges(
  { manifest, config: { history } }: NamedImage,
  changeOf: (layer: Descriptor) => LayerChange['change'] | null,
): LayerChange[] {
  const steps = (history ?? []).filter((entry) => entry.empty_layer !== true);
  return manifest.layers.flatMap((layer, index) => {
    const change = changeOf(layer);
    return change === null ? [] : [layerChange(change, layer, index, steps[index]?.created_by ?? '')];
  });
}

function layerChange(change: LayerChange['change'], layer: Descriptor, index: number, step: string): LayerChange {
  const title = layer.annotations?.['org.opencontainers.image.title'] ?? (step === '' ? `layer ${index + 1}` : step);
  const kind =
    layer.annotations?.[contentAnnotation] !== undefined
      ? 'weights'
      : step.startsWith('ml-deploy: code')
        ? 'code'
        : /^COPY .*--from=(packages|dependencies) /.test(step)
          ? 'dependencies'
          : 'other';
  return { change, digest: layer.digest, bytes: layer.size, kind, title: title.slice(0, 120) };
}

/** Layers on top of each other: the upper one counts. */
function merged(layers: readonly Listing[]): Listing {
  const files = new LayeredMap<ListedFile>();
  const packages = new LayeredMap<readonly InstalledPackage[]>();
  for (const layer of layers) {
    // A layer removes what is below it, never what it brings itself.
    for (const [path, { kind }] of layer.files) {
      if (kind !== 'gone') continue;
      files.remove(path);
      packages.remove(path);
    }
    for (const [path, file] of layer.files) files.set(path, file);
    for (const [path, found] of layer.packages) packages.set(path, found);
  }
  return { files: files.values, packages: packages.values };
}

/** Null: there is no such file, or it is removed. */
function there(listing: Listing, path: string): ListedFile | null {
  const file = listing.files.get(path);
  return file === undefined || file.kind === 'gone' ? null : file;
}

function compareFiles(before: Listing, after: Listing): FileChange[] {
  const changes: FileChange[] = [];
  for (const path of [...new Set([...before.files.keys(), ...after.files.keys()])].sort()) {
    const [old, young] = [there(before, path), there(after, path)];
    // What only one of them removes is in a layer that both have.
    const removes = old === null && young === null && before.files.has(path) !== after.files.has(path);
    if (!removes && old?.kind === young?.kind && old?.content === young?.content) continue;
    const change = removes
      ? after.files.has(path)
        ? 'removed'
        : 'added'
      : old === null
        ? 'added'
        : young === null
          ? 'removed'
          : 'changed';
    changes.push({ change, path: `/${path}`, before: old?.bytes ?? null, after: young?.bytes ?? null });
  }
  return changes;
}

function comparePackages(before: Listing, after: Listing): PackageChange[] {
  const [old, young] = [versionsOf(before), versionsOf(after)];
  return [...new Set([...old.keys(), ...young.keys()])].sort().flatMap((key): PackageChange[] => {
    const [was, is] = [old.get(key), young.get(key)];
    const versions = (found: Found | undefined): string | null =>
      found === undefined ? null : [...found.versions].sort().join(', ');
    const [first, second] = [versions(was), versions(is)];
    const known = is ?? was;
    if (first === second || known === undefined) return [];
    return [{ kind: known.kind, name: known.name, before: first, after: second }];
  });
}

interface Found {
  readonly kind: InstalledPackage['kind'];
  readonly name: string;
  readonly versions: Set<string>;
}

function versionsOf({ packages }: Listing): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const { kind, name, version } of [...packages.values()].flat()) {
    const key = `${kind} ${kind === 'pypi' ? normalName(name) : name}`;
    const known = found.get(key) ?? { kind, name, versions: new Set<string>() };
    known.versions.add(version);
    found.set(key, known);
  }
  return found;
}
