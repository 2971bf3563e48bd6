import { posix } from 'node:path';

import type { Config } from '../../config/config.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { askWithBash, serverUser } from '../health.ts';
import type { ImagePlan } from '../image-plan.ts';
import { imageLabels } from '../labels.ts';
import { layoutError } from '../layout-error.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import { vllm as vllmMetrics } from '../presets/vllm.ts';
import { asObject, parseJson } from '../protocols/json.ts';
import { readProjectFile } from '../project-file.ts';
import type { Probes, Server } from '../server.ts';

const modelFolder = '/model';

/** vLLM's OpenAI server with a language model in Hugging Face's layout (docs/server-vllm.md). */
export const vllm: Server = {
  type: 'vllm',
  protocol: 'openai',
  refusals: '4xx',
  recipe: 'base',
  imagePlan,

  /** `/health` answers 503 once the engine is dead, and nobody listens before the model is loaded. */
  probes(config: Config): Probes {
    return { port: config.server.port, livePath: '/health', readyPath: '/health' };
  },

  metrics(config: Config): MetricsPreset {
    return { ...vllmMetrics(), port: config.server.port };
  },

  environment: () => ({}),

  /** It refuses to start when less than `--gpu-memory-utilization` is free, 0.9 unless said. */
  gpuShare: ({ server }) => server.vllm.gpuMemory ?? 0.9,

  /** Processes of several GPUs talk through it; 64 MB, the usual size, are too little for NCCL. Counts against the pod's memory. */
  sharedMemory: ({ resources: { gpu } }) => (gpu !== null && gpu.count > 1 ? '2Gi' : null),
};

async function imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  await checkDirectory(config, model, root);
  const { port } = config.server;
  return {
    platform: config.image.platform,
    recipe: { kind: 'base', base: config.image.base, packages: null },
    trees: [],
    runtime: {
      environment,
      workingDirectory: '/tmp',
      user: serverUser,
      ports: [port],
      entrypoint: ['vllm', 'serve', modelFolder],
      command: flags(config),
      healthcheck: askWithBash(port, '/health', 600),
    },
    labels: imageLabels(config, model),
    weights: {
      path: modelFolder,
      files: model.model.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    },
  };
}

/** Everything that vLLM and what it stands on writes goes below /tmp: the root is read-only, and its user has no home. */
const environment: Readonly<Record<string, string>> = {
  HOME: '/tmp',
  // PyTorch asks for the name of the user, and the id 10001 has none in /etc/passwd.
  USER: 'mldeploy',
  LOGNAME: 'mldeploy',
  XDG_CACHE_HOME: '/tmp/cache',
  XDG_CONFIG_HOME: '/tmp/config',
  VLLM_CACHE_ROOT: '/tmp/cache/vllm',
  VLLM_CONFIG_ROOT: '/tmp/config/vllm',
  TORCHINDUCTOR_CACHE_DIR: '/tmp/cache/inductor',
  TRITON_CACHE_DIR: '/tmp/cache/triton',
  NUMBA_CACHE_DIR: '/tmp/cache/numba',
  HF_HOME: '/tmp/cache/huggingface',
  // Everything is in the image: a start that needs the network would be another model tomorrow.
  HF_HUB_OFFLINE: '1',
  TRANSFORMERS_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  DO_NOT_TRACK: '1',
};

function flags({ name, server: { port, vllm: settings }, resources: { gpu } }: Config): string[] {
  return [
    `--served-model-name=${name}`,
    '--host=0.0.0.0',
    `--port=${port}`,
    `--dtype=${settings.dtype}`,
    ...(settings.maxLength === null ? [] : [`--max-model-len=${settings.maxLength}`]),
    ...(settings.gpuMemory === null ? [] : [`--gpu-memory-utilization=${settings.gpuMemory}`]),
    ...(gpu !== null && gpu.count > 1 ? [`--tensor-parallel-size=${gpu.count}`] : []),
    ...settings.args,
  ];
}

/** A folder that vLLM can load without code from it. */
async function checkDirectory(config: Config, model: ValidateEvidence, root: string): Promise<void> {
  const paths = model.model.files.map(({ path }) => path);
  if (!paths.includes('config.json')) {
    throw layoutError(
      `${config.model.path} has no config.json at its top, so it is no model in Hugging Face's layout`,
      'Save it with model.save_pretrained(folder) and tokenizer.save_pretrained(folder), and point model.path to that folder.',
    );
  }
  if (!paths.some((path) => path.endsWith('.safetensors'))) {
    throw layoutError(
      `${config.model.path} has no .safetensors file`,
      'Save the weights with model.save_pretrained(folder, safe_serialization=True).',
    );
  }
  const body = parseJson(await readProjectFile(root, posix.join(config.model.path, 'config.json'), 'model.path'));
  const settings = 'value' in body ? asObject(body.value) : null;
  if (settings !== null && 'auto_map' in settings) {
    throw layoutError(
      `${config.model.path}/config.json has auto_map: the model wants code of its own to be run`,
      'vLLM is started without --trust-remote-code. Take a model whose architecture vLLM has, or the server fastapi with an entry of yours.',
    );
  }
}
