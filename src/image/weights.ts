import { posix } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { HashCrew } from '../hashing/crew.ts';
import { memoryBlob, type Blob } from '../oci/blob.ts';
import { HashedTar, type Watch } from '../oci/hashed-tar.ts';
import { contentKey } from '../oci/layer-content.ts';
import type { RegistryClient } from '../oci/registry.ts';
import { TarStream } from '../oci/tar-blob.ts';
import type { FileEntry, LayerEntry } from '../oci/tar-entry.ts';
import type { ImagePlan, WeightFile } from '../server/image-plan.ts';
import type { KnownLayers } from './known-layers.ts';
import { inLanes } from '../lanes.ts';
import { ModelFiles } from './model-files.ts';

/** A layer of model files, as the registry has it. */
export interface WeightLayer {
  readonly blob: Blob;
  /** For people: the file, or how many files. */
  readonly title: string;
  /** Names the content, before it is read. */
  readonly key: string;
}

/** Where layers go. */
export type LayerStore = Pick<RegistryClient, 'hasBlob' | 'pushBlob' | 'pushStream'>;

/** What is to be made of the model's files. */
export interface WeightsRequest {
  readonly weights: ImagePlan['weights'];
  /** The model's folder, or its only file. */
  readonly modelRoot: string;
  /** Absolute paths of our own files that stand for files of the model, by their paths in it. */
  readonly replaced?: ReadonlyMap<string, string>;
  /** Null: the layers are only made, nothing is sent. */
  readonly store: LayerStore | null;
  /** Digests of layers that this machine has made before, from the same content. */
  readonly made: ReadonlyMap<string, string>;
  /** Asked for the digests of large layers that are not among them; only when there is a store. */
  readonly known?: (keys: readonly string[]) => Promise<KnownLayers>;
  /** Called with the bytes of each piece of a file; may throw MlDeployError to end everything. */
  readonly onRead: (bytes: number) => void;
  /** Called with the bytes of each piece that is sent. */
  readonly onSent?: (bytes: number) => void;
  readonly sizes?: LayerSizes;
  /** Threads that hash; as many as suit the size and the machine unless said. */
  readonly threads?: number;
}

/** What counts as large, in bytes. */
export interface LayerSizes {
  /** From this size on a file has a layer of its own, so that another file's change does not send it again. */
  readonly ownLayer: number;
  /** A layer up to this size is kept in memory between its reading and its sending. */
  readonly held: number;
  /** Smaller files are in one layer together up to this size. */
  readonly bundle: number;
  /** Layers of model files that an image has at most: Docker starts none with more than 125 of all kinds. */
  readonly most: number;
}

/** Of a build. */
export const usualSizes: LayerSizes = {
  ownLayer: 64 * 1024 * 1024,
  held: 8 * 1024 * 1024,
  bundle: 4 * 1024 * 1024 * 1024,
  // The bases of GPU servers have up to 50.
  most: 64,
};
/** Layers at a time. */
const parallel = 3;

/**
 * Makes the layers of the model's files, one per large file and one for all small ones as long as they are not too many, checks every file against validate's evidence,
 * and sends what the registry lacks. Each file is read once: a layer whose digest is known from an earlier build is only read when the
 * registry has it, any other one is sent while it is read. Nothing is written to disk.
 * @param request files, places and hints
 * @returns large files' layers by path, then the common one
 * @throws MlDeployError `build/model-changed` when a file is not the one that was validated; nothing is published of its layer then;
 *   `build/model-layout` when two files have one place
 */
export async function weightLayers(request: WeightsRequest): Promise<WeightLayer[]> {
  const files = await ModelFiles.at(request.modelRoot, request.replaced);
  const { store, made, weights, sizes = usualSizes } = request;
  refuseSamePlace(weights);
  const planned = groups(weights.files, sizes).map((group) => plan(group, weights.path, files));
  const unknown = planned.filter(({ key, tar }) => !made.has(key) && tar.size > sizes.held).map(({ key }) => key);
  const known =
    store === null || unknown.length === 0 || request.known === undefined
      ? { digests: new Map<string, string>(), complete: true }
      : await request.known(unknown);
  const layers = new Map<PlannedLayer, WeightLayer>();
  const largestFirst = planned.toSorted((a, b) => b.tar.size - a.tar.size);
  // Every byte is hashed twice: for its file and for its layer.
  const bytes = planned.reduce((sum, { tar }) => sum + 2 * tar.size, 0);
  const crew = new HashCrew(bytes, Math.min(parallel, planned.length), request.threads);
  try {
    await inLanes(largestFirst, parallel, async (layer, check) => {
      const work = new Work(layer, files, request, crew, check);
      const blob = store === null ? await work.read() : await work.publish(store, known);
      layers.set(layer, { blob, title: layer.title, key: layer.key });
    });
  } finally {
    await crew.close();
  }
  return planned.flatMap((layer) => layers.get(layer) ?? []);
}

interface PlannedLayer {
  readonly title: string;
  readonly key: string;
  readonly tar: TarStream;
}

/** One layer on its way. */
class Work {
  readonly #layer: PlannedLayer;
  readonly #files: ModelFiles;
  readonly #request: WeightsRequest;
  readonly #crew: HashCrew;
  readonly #check: () => void;

  constructor(layer: PlannedLayer, files: ModelFiles, request: WeightsRequest, crew: HashCrew, check: () => void) {
    this.#layer = layer;
    this.#files = files;
    this.#request = request;
    this.#crew = crew;
    this.#check = check;
  }

  async publish(store: LayerStore, known: KnownLayers): Promise<Blob> {
    const { tar, key } = this.#layer;
    if (tar.size <= (this.#request.sizes ?? usualSizes).held) {
      const blob = await this.#hold();
      await store.pushBlob(blob, this.#sent);
      return blob;
    }
    const expected = this.#request.made.get(key) ?? known.digests.get(key);
    const there = expected !== undefined && (await store.hasBlob(expected));
    // What may be there under a digest that nobody remembers is rather read twice than sent twice.
    if (there || (expected === undefined && !known.complete)) {
      const blob = await this.read();
      if (blob.digest !== expected) await store.pushBlob(blob, this.#sent);
      return blob;
    }
    return tar.blob(await store.pushStream(this.#source(), this.#sent));
  }

  /** Makes the layer without sending it. */
  async read(): Promise<Blob> {
    // Each file is compared with the evidence, even when a layer of these names is remembered: a memory is no proof.
    return this.#source().readAll();
  }

  async #hold(): Promise<Blob> {
    const source = this.#source();
    const content = Buffer.allocUnsafe(source.size);
    let filled = 0;
    for await (const piece of source.read(0)) {
      content.set(piece, filled);
      filled += piece.length;
    }
    return memoryBlob(content, await source.digest());
  }

  #source(): HashedTar {
    return new HashedTar(this.#layer.tar, this.#watch(), this.#crew);
  }

  #watch(): Required<Watch> {
    return {
      onRead: (bytes) => {
        this.#check();
        this.#request.onRead(bytes);
      },
      onFile: (file, sha256) => {
        if (file.sha256 !== sha256) throw this.#files.mismatch(file);
      },
    };
  }

  readonly #sent = (bytes: number): void => {
    this.#check();
    this.#request.onSent?.(bytes);
  };
}

/**
 * Which files share a layer: large ones have their own, small ones go together up to the size of a bundle. What is more than an image may
 * have is put together with its neighbours, so that a changed file changes one layer whatever their number is.
 */
function groups(files: readonly WeightFile[], { ownLayer, bundle, most }: LayerSizes): WeightFile[][] {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const large = sorted.filter(({ bytes }) => bytes >= ownLayer).map((file) => [file]);
  const all = [
    ...large,
    ...bundles(
      sorted.filter(({ bytes }) => bytes < ownLayer),
      bundle,
    ),
  ];
  if (all.length <= most) return all;
  const fewer = Array.from({ length: most }, (): WeightFile[] => []);
  for (const [index, group] of all.entries()) fewer[Math.floor((index * most) / all.length)]?.push(...group);
  return fewer;
}

function bundles(files: readonly WeightFile[], most: number): WeightFile[][] {
  const made: WeightFile[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.bytes > most) {
      made.push([]);
      bytes = 0;
    }
    bytes += file.bytes;
    made.at(-1)?.push(file);
  }
  return made;
}

const placeOf = ({ path, target }: WeightFile, top: string): string => target ?? posix.join(top, path);

/** Of two files in one place the one would be served that the order of a layer happens to put last. */
function refuseSamePlace({ path: top, files }: WeightsRequest['weights']): void {
  const taken = new Map<string, string>();
  for (const file of files) {
    const place = placeOf(file, top);
    const other = taken.get(place);
    if (other !== undefined) {
      throw new MlDeployError({
        code: 'build/model-layout',
        kind: 'usage',
        message: `${other} and ${file.path} of the model would both be ${place} in the image`,
        hint: 'Leave one of them out of model.path, or give it another name.',
      });
    }
    taken.set(place, file.path);
  }
}

function plan(group: readonly WeightFile[], top: string, reader: ModelFiles): PlannedLayer {
  const files = group.map((file): FileEntry => {
    reader.checkPath(file);
    const { path, bytes: size, sha256 } = file;
    return { kind: 'file', path: placeOf(file, top).slice(1), mode: 0o444, source: path, size, sha256 };
  });
  const [first] = group;
  return {
    title: group.length === 1 && first !== undefined ? first.path : `${group.length} files`,
    key: contentKey(files),
    tar: new TarStream([...foldersOf(files), ...files], reader),
  };
}

/** The folders above files, sorted; they and the files are readable by everybody and writable by nobody. */
function foldersOf(files: readonly FileEntry[]): LayerEntry[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    let folder = posix.dirname(path);
    for (; folder !== '.' && !folders.has(folder); folder = posix.dirname(folder)) folders.add(folder);
  }
  return [...folders].sort().map((path): LayerEntry => ({ kind: 'folder', path: `${path}/`, mode: 0o555 }));
}
