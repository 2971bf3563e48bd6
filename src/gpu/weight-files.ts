import { posix } from 'node:path';

/** A file of the model. */
export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
}

/** A file that holds weights, and what its name says: libraries and exporters name them after rules. */
export interface WeightFile extends ModelFile {
  readonly folder: string;
  /** Which library reads it. */
  readonly family: string;
  /** Name without what tells shards and variants apart. */
  readonly base: string;
  /** Type or quantisation; files of one base and variant are shards of one. */
  readonly variant: string;
  /** Of how many shards it is one, and which, as its name says; null: it does not. A folder may hold those of several times. */
  readonly shard: { readonly index: number; readonly of: number } | null;
  /** Not the model itself, but something that may be added to it. */
  readonly extra: boolean;
}

/** Which library reads a file, by its extension; `.bin` is many things. */
const families: Readonly<Record<string, string>> = {
  safetensors: 'safetensors',
  pt: 'torch',
  pth: 'torch',
  ckpt: 'torch',
  h5: 'keras',
  keras: 'keras',
  msgpack: 'flax',
  ot: 'rust',
  gguf: 'gguf',
  onnx: 'onnx',
  onnx_data: 'onnx',
  tflite: 'tflite',
  plan: 'tensorrt',
  engine: 'tensorrt',
  trt: 'tensorrt',
};
/** `.bin` that PyTorch, CTranslate2 and whisper.cpp write; others are indexes of vectors, vocabularies, weights of OpenVINO. */
const bins: readonly (readonly [RegExp, string])[] = [
  [/^ggml-/i, 'gguf'],
  [/^((diffusion_|open_clip_)?pytorch_model|model|adapter_model|consolidated|pytorch_lora_weights)([._-]|$)/i, 'torch'],
];
/** What training leaves behind and no server loads. */
const training = /^(optimizer|scheduler|rng_state|training_args|random_states|imatrix)|optim_states|optim_rng/i;
/** Adapters, projectors of pictures, and the filter of Stable Diffusion, which may be switched off. */
const extras = /^(adapter_model|pytorch_lora_weights|mmproj)|[._-]lora[._-]|(^|\/)safety_checker\//i;
/** The same weights in other types, as exporters name them: `model.fp16.safetensors`, `model_quantized.onnx`, `model_qint8_avx2.onnx`. */
const variants =
  /[._-]((fp|float|f)(8|16|32)|bf16|qu?int\d(_(avx\w*|arm\w*|vnni))*|u?int[48]|q\d\w*|quantized|non_ema|ema|bnb4|fast|o[1-4])(?=$|[._-])/gi;
/** `-00001-of-00002`, and what counts parts without telling of how many: `consolidated.00`, `rank0`, `mp_rank_00`. */
const shards = /-\d+-of-\d+|(?<=^consolidated)[.-]\d+|(?<=^(mp_)?rank_?)\d+/gi;
/** Large graphs keep their weights beside them, under any of these names. */
const external = /\.onnx[._]data(_\d+)?$/i;

/** What a file is to a server, by its name alone; null when it holds no weights, or none of a known format. */
export function weightFile(file: ModelFile): WeightFile | null {
  const name = posix.basename(file.path);
  const family = familyOf(name);
  if (family === null || training.test(name)) return null;
  const stem = name.replace(/\.(onnx[._]data(_\d+)?|[^.]+)$/i, '').replace(shards, '');
  const extra = extras.test(name) || extras.test(file.path);
  const [, index, of] = /-(\d+)-of-(\d+)/i.exec(name) ?? [];
  const shard = of === undefined ? null : { index: Number(index), of: Number(of) };
  const shared = { ...file, folder: posix.dirname(file.path), family, shard, extra };
  // Every file is one quantisation: `-Q4_K_M`, `-UD-IQ2_XXS`, `.i1-Q6_K`, `-MXFP4_MOE`.
  if (family === 'gguf') return { ...shared, base: '', variant: stem.toLowerCase() };
  return {
    ...shared,
    base: stem.replace(variants, '').toLowerCase(),
    variant: (stem.match(variants) ?? []).join('').toLowerCase(),
  };
}

function familyOf(name: string): string | null {
  if (external.test(name)) return 'onnx';
  const extension = posix.extname(name).slice(1).toLowerCase();
  if (extension !== 'bin') return families[extension] ?? null;
  return bins.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
