import { type ModelFile, type WeightFile, weightFile } from './weight-files.ts';

/** What a server has to load at least. */
export interface WeightsEstimate {
  readonly bytes: number;
  /** Files with weights that are not counted, in words; empty: there are none. */
  readonly leftOut: string;
  /** Paths of the files that are counted. */
  readonly kept: readonly string[];
}

/** Folders that hold the same model for other programs, or earlier states of its training. */
const besides =
  /(^|\/)(original|onnx|openvino|flax\w*|tf|tensorflow|coreml|mlx|metal|ncnn|tflite|torchscript|checkpoints?([-_]\d+)?|(global_?step|iter|epoch|step)[-_]?\d+|runs|\.\w+)(\/|$)/i;
/** Parts of one model, each in a file of its own; files of other names may be different models. */
const parts = /encoder|decoder|embed|vision|audio|text|lm_head|projector|unet|vae|vocoder/;
/** A smaller one is not the same again, but something beside: quantised to one and a half bits, weights keep an eighth. */
const leastShare = 0.1;

/**
 * The least that a server loads of these files into the memory of its GPUs, as they are: what they say by their names. Several formats, types,
 * quantisations and versions of the same weights are one of them: the smallest. Files that are no weights, or whose format is not known, do not
 * count. Null when nothing is known.
 * @param files of the model, also those without weights: `model_index.json`, `modules.json` and `config.pbtxt` tell its layout
 */
export function leastWeights(files: readonly ModelFile[]): WeightsEstimate | null {
  const all = files.flatMap((file) => weightFile(file) ?? []);
  if (all.length === 0) return null;
  const needed = all.filter(({ extra }) => !extra);
  const kept = ofLayout(
    files.map(({ path }) => path),
    needed.length > 0 ? needed : all,
  );
  return estimate(kept, all);
}

/**
 * What vLLM certainly loads of a folder in Hugging Face's layout: the safetensors at its top that are the model by their name. Null when there
 * are none.
 */
export function certainWeights(files: readonly ModelFile[]): WeightsEstimate | null {
  const all = files.flatMap((file) => weightFile(file) ?? []);
  const top = all.filter(({ folder, family }) => folder === '.' && family === 'safetensors');
  const kept = ['model', 'consolidated'].map((name) => top.filter(({ base }) => base === name));
  const [first] = kept.filter((some) => some.length > 0);
  return first === undefined ? null : estimate(smallest(byVariant(first)), all);
}

function estimate(kept: readonly WeightFile[], all: readonly WeightFile[]): WeightsEstimate {
  const left = all.filter((file) => !kept.includes(file)).toSorted((a, b) => b.bytes - a.bytes);
  const [first] = left;
  const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
  return {
    bytes: sizeOf(kept),
    leftOut: first === undefined ? '' : `without ${first.path}${more}, which a server need not load`,
    kept: kept.map(({ path }) => path),
  };
}

function ofLayout(paths: readonly string[], all: readonly WeightFile[]): readonly WeightFile[] {
  const repository = paths.some((path) => /(^|\/)config\.pbtxt$/.test(path));
  if (repository || all.every(({ folder }) => versionOf(folder) !== '')) return ofRepository(all);
  const main = all.filter(({ folder }) => !besides.test(folder));
  const folders = grouped(main.length > 0 ? main : all, ({ folder }) => folder);
  const top = folders.get('.') ?? [];
  // Diffusers: a pipeline of parts in folders; files at the top are all of it in one.
  if (paths.includes('model_index.json')) {
    const inFolders = [...folders].flatMap(([folder, some]) => (folder === '.' ? [] : ofFolder(some)));
    if (inFolders.length > 0) return inFolders;
  }
  // Sentence Transformers: modules in numbered folders, the first of which may be at the top.
  if (paths.includes('modules.json')) {
    return [...folders].flatMap(([folder, some]) => (/^(\.|\d+_\w+)$/.test(folder) ? ofFolder(some) : []));
  }
  return top.length > 0 ? ofFolder(top) : smallestOfWeight([...folders.values()].map(ofFolder));
}

/** Models with versions in numbered folders, of which one each is loaded. */
function ofRepository(all: readonly WeightFile[]): readonly WeightFile[] {
  const slots = grouped(all, ({ folder }) => folder.replace(/(^|\/)[1-9]\d*(?=\/|$)/, '$1*'));
  return [...slots.values()].flatMap((slot) =>
    smallest([...grouped(slot, ({ folder }) => versionOf(folder)).values()].map(ofFolder)),
  );
}

function versionOf(folder: string): string {
  return /(?:^|\/)([1-9]\d*)(?:\/|$)/.exec(folder)?.[1] ?? '';
}

/** Within one folder: one of the formats, of each name one of its types, and of names that may be different models one. */
function ofFolder(files: readonly WeightFile[]): readonly WeightFile[] {
  const formats = [...grouped(files, ({ family }) => family).values()].map((family) => {
    const bases = [...grouped(family, ({ base }) => roleOf(base)).entries()].map(
      ([base, same]) => [base, smallest(byVariant(same))] as const,
    );
    const some = bases.filter(([base]) => parts.test(base)).flatMap(([, kept]) => kept);
    const others = bases.filter(([base]) => !parts.test(base)).map(([, kept]) => kept);
    return smallestOfWeight([some, ...others].filter((kept) => kept.length > 0));
  });
  return smallestOfWeight(formats);
}

/** A decoder is exported with its cache, without it, and both in one. */
function roleOf(base: string): string {
  return base.startsWith('decoder') ? 'decoder' : base;
}

/** Sets of which a server loads one. Shards of another division are of another time: those that are whole, if any are. */
function byVariant(files: readonly WeightFile[]): WeightFile[][] {
  const sets = [...grouped(files, ({ base, variant, shard }) => `${base}/${variant}/${shard?.of ?? ''}`).values()];
  const whole = sets.filter(isWhole);
  return whole.length > 0 ? whole : sets;
}

function isWhole(set: readonly WeightFile[]): boolean {
  return new Set(set.map(({ shard }) => shard?.index)).size >= (set[0]?.shard?.of ?? 1);
}

/** The smallest that is not tiny beside the largest. */
function smallestOfWeight(all: readonly (readonly WeightFile[])[]): readonly WeightFile[] {
  const largest = Math.max(...all.map(sizeOf));
  return smallest(all.filter((some) => sizeOf(some) >= largest * leastShare));
}

function smallest(all: readonly (readonly WeightFile[])[]): readonly WeightFile[] {
  return all.toSorted((a, b) => sizeOf(a) - sizeOf(b))[0] ?? [];
}

function sizeOf(files: readonly WeightFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function grouped(files: readonly WeightFile[], by: (file: WeightFile) => string): Map<string, WeightFile[]> {
  return Map.groupBy(files, by);
}
