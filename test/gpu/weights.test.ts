import { describe, expect, test } from 'vitest';
import { certainWeights, leastWeights } from '../../src/gpu/weights.ts';

const filesOf = (files: Record<string, number>) =>
  Object.entries(files).map(([path, size]) => ({ path, bytes: size * 1000 }));
/** Files by their path, in GB. */
const least = (files: Record<string, number>) => leastWeights(filesOf(files));

const llama = {
  'config.json': 0,
  'model.safetensors.index.json': 0,
  'model-00001-of-00004.safetensors': 5,
  'model-00002-of-00004.safetensors': 5,
  'model-00003-of-00004.safetensors': 5,
  'model-00004-of-00004.safetensors': 1,
};
const halves = { 'model-00001-of-00002.safetensors': 8, 'model-00002-of-00002.safetensors': 8 };
const mistral = {
  'consolidated.safetensors': 14,
  'model-00001-of-00002.safetensors': 7,
  'model-00002-of-00002.safetensors': 7,
  'tokenizer.json': 1,
};
const pipeline = {
  'model_index.json': 0,
  'unet/diffusion_pytorch_model.safetensors': 10,
  'unet/diffusion_pytorch_model.fp16.safetensors': 5,
  'unet/diffusion_pytorch_model.bin': 10,
  'vae/diffusion_pytorch_model.safetensors': 2,
  'vae/diffusion_pytorch_model.fp16.safetensors': 1,
  'text_encoder/model.safetensors': 2,
  'text_encoder/model.fp16.safetensors': 1,
  'text_encoder/flax_model.msgpack': 2,
  'safety_checker/model.safetensors': 2,
  'sd-v1-4.ckpt': 14,
  'sd-v1-4-lora.safetensors': 0.1,
};
const minilm = { 'modules.json': 0, 'config.json': 0, '1_Pooling/config.json': 0 };

describe('what a server loads at least', () => {
  test.each<[string, Record<string, number>, number]>([
    ['shards together', { 'model-00001-of-00002.safetensors': 5, 'model-00002-of-00002.safetensors': 4 }, 9],
    [
      'shards that are counted with other numbers of digits',
      { 'model-00001-of-000163.safetensors': 5, 'model-00002-of-000163.safetensors': 4 },
      9,
    ],
    [
      'shards of one division, where those of an earlier one were left',
      {
        'model-00001-of-00002.safetensors': 8,
        'model-00002-of-00002.safetensors': 8,
        'model-00001-of-00004.safetensors': 4,
        'model-00003-of-00004.safetensors': 4,
      },
      16,
    ],
    ['not the consolidated file beside them', mistral, 14],
    [
      'not the consolidated shards',
      { 'consolidated.00.pth': 7, 'consolidated.01.pth': 7, 'model.safetensors': 14 },
      14,
    ],
    ['consolidated shards alone', { 'consolidated.00.pth': 7, 'consolidated.01.pth': 7, 'params.json': 0 }, 14],
    ['not the original beside the model', { ...llama, 'original/consolidated.00.pth': 16 }, 16],
    [
      'not the forms of it for other programs',
      { ...llama, 'original/model.safetensors': 13, 'metal/model.bin': 13, 'coreml/model/weights.bin': 3 },
      16,
    ],
    [
      'one of several formats',
      {
        'model.safetensors': 10,
        'pytorch_model.bin': 10,
        'tf_model.h5': 10,
        'flax_model.msgpack': 10,
        'rust_model.ot': 11,
        'onnx/model.onnx': 10,
        'onnx/model_qint8_avx512_vnni.onnx': 3,
        'openvino/openvino_model.bin': 10,
        'openvino/openvino_model.xml': 1,
      },
      10,
    ],
    [
      'OpenVINO at the top is none for this GPU',
      { 'openvino_model.bin': 1, 'openvino_model.xml': 1, 'model.safetensors': 4 },
      4,
    ],
    ['one of several types', { 'model.safetensors': 10, 'model.fp16.safetensors': 5 }, 5],
    [
      'one of several quantisations',
      { 'llama-Q4_K_M.gguf': 4, 'llama-Q8_0.gguf': 8, 'llama-f16.gguf': 16, 'llama.IQ2_XS.gguf': 2 },
      2,
    ],
    [
      'quantisations as others name them',
      {
        'Qwen3-8B-UD-Q4_K_XL.gguf': 5,
        'Qwen3-8B-UD-IQ2_XXS.gguf': 3,
        'Qwen3-8B.i1-Q6_K.gguf': 7,
        'Qwen3-8B-MXFP4_MOE.gguf': 6,
        'mmproj-F16.gguf': 1,
        'imatrix.gguf': 0.5,
        'BF16/Qwen3-8B-BF16-00001-of-00002.gguf': 8,
        'BF16/Qwen3-8B-BF16-00002-of-00002.gguf': 8,
      },
      3,
    ],
    [
      'quantisations in folders of their own',
      { 'Q8_0/m-Q8_0-00001-of-00002.gguf': 8, 'Q8_0/m-Q8_0-00002-of-00002.gguf': 8, 'Q4_K_M/m-Q4_K_M.gguf': 9 },
      9,
    ],
    [
      'split files of one quantisation',
      { 'l-Q4_K_M-00001-of-00002.gguf': 4, 'l-Q4_K_M-00002-of-00002.gguf': 3, 'l-Q8_0.gguf': 16 },
      7,
    ],
    ['models of whisper.cpp', { 'ggml-base.bin': 1, 'ggml-large-v3.bin': 3 }, 1],
    ['a graph with its weights beside it', { 'model.onnx': 1, 'model.onnx_data': 9, 'model_int8.onnx': 20 }, 10],
    [
      'a repository of graphs alone',
      { 'config.json': 0, 'onnx/model.onnx': 8, 'onnx/model_fp16.onnx': 4, 'onnx/model_q4f16.onnx': 1 },
      1,
    ],
    [
      'graphs for several kinds of processors',
      { 'cpu/cpu-int4/m.onnx': 0.1, 'cpu/cpu-int4/m.onnx.data': 2, 'cuda/cuda-fp16/m.onnx.data': 7 },
      2.1,
    ],
    ['two graphs that are both needed', { 'encoder_model.onnx': 3, 'decoder_model.onnx': 4 }, 7],
    [
      'a decoder with its cache, without, and both in one',
      {
        'encoder_model.onnx': 3,
        'decoder_model.onnx': 4,
        'decoder_with_past_model.onnx': 4,
        'decoder_model_merged.onnx': 5,
      },
      7,
    ],
    ['the parts of a pipeline, in the smallest type, without the filter', pipeline, 7],
    [
      'the modules of Sentence Transformers',
      { ...minilm, 'model.safetensors': 9, 'pytorch_model.bin': 9, '2_Dense/model.safetensors': 1 },
      10,
    ],
    [
      'modules that are all in folders',
      { ...minilm, '0_CLIPModel/model.safetensors': 6, 'onnx/model.onnx': 6, 'openvino/openvino_model.bin': 6 },
      6,
    ],
    ['one of several folders', { 'small/model.safetensors': 5, 'large/model.safetensors': 20 }, 5],
    ['models of other names are not known to be needed together', { 'yolo11n.pt': 1, 'yolo11m.pt': 4 }, 1],
    ['one version', { 'm/1/model.onnx': 5, 'm/2/model.onnx': 6, 'n/1/model.plan': 3 }, 8],
    [
      'all models of a repository',
      { 'm/config.pbtxt': 0, 'm/1/model.onnx': 5, 'onnx/config.pbtxt': 0, 'onnx/1/model.onnx': 4 },
      9,
    ],
    ['engines of several GPUs', { 'rank0.engine': 8, 'rank1.engine': 8, 'config.json': 0 }, 16],
    ['nothing of training', { 'model.safetensors': 10, 'optimizer.pt': 20, 'training_args.bin': 1 }, 10],
    [
      'not earlier states of the training',
      { 'model.safetensors': 14, 'checkpoint-500/model.safetensors': 14, 'checkpoint-500/optimizer.pt': 28 },
      14,
    ],
    [
      'not what DeepSpeed keeps',
      {
        'model.safetensors': 14,
        'global_step500/mp_rank_00_model_states.pt': 14,
        'global_step500/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt': 84,
      },
      14,
    ],
    ['not an adapter beside it', { 'model.safetensors': 10, 'adapter_model.safetensors': 2 }, 10],
    ['an adapter alone', { 'adapter_config.json': 0, 'adapter_model.safetensors': 0.2 }, 0.2],
    ['not an index of vectors', { 'model.safetensors': 1, 'index.bin': 30, 'index.faiss': 30 }, 1],
    ['not a small file of another kind alone', { 'model.safetensors': 10, 'scaler.pt': 0.001 }, 10],
  ])('%s', (_, files, size) => {
    expect(least(files)?.bytes).toBeCloseTo(size * 1000);
  });

  test('what is left out is named; of unknown formats nothing is known', () => {
    expect(least({ 'a.safetensors': 10, 'a.onnx': 11, 'a.h5': 12 })?.leftOut).toBe(
      'without a.h5 and 1 more, which a server need not load',
    );
    expect(least({ 'a.safetensors': 10 })?.leftOut).toBe('');
    expect(least({ 'model.json': 10, 'model.cbm': 3 })).toBeNull();
    expect(least({ 'cc.en.300.bin': 7 })).toBeNull();
  });
});

describe('what vLLM certainly loads', () => {
  test.each<[string, Record<string, number>, number | null]>([
    ['the shards at the top', { ...llama, 'original/consolidated.00.pth': 16, 'llm/model.safetensors': 1 }, 16],
    ['not both forms', mistral, 14],
    ['shards of one of two divisions', { ...llama, ...halves }, 16],
    ['shards, or the single file of before', { ...halves, 'model.safetensors': 16.5 }, 16],
    ['shards of which some are missing', { 'model-00002-of-00002.safetensors': 8 }, 8],
    ['the consolidated file alone', { 'consolidated.safetensors': 14, 'params.json': 0 }, 14],
    ['the smallest type', { 'model.safetensors': 10, 'model.fp16.safetensors': 5 }, 5],
    ['nothing that is known', { 'weights.safetensors': 10, 'pytorch_model.bin': 9 }, null],
  ])('%s', (_, files, size) => {
    expect(certainWeights(filesOf(files))?.bytes ?? null).toBe(size === null ? null : size * 1000);
  });
});
