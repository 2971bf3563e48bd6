import type { MetricsPreset } from '../metrics-preset.ts';
import { kserve } from './kserve.ts';
import { mlserver } from './mlserver.ts';
import { tensorflowServing } from './tensorflow-serving.ts';
import { torchserve } from './torchserve.ts';
import { triton } from './triton.ts';
import { vllm } from './vllm.ts';

/** What well-known servers count, by name; `model` is the name under which the model is served. */
export const presets = {
  kserve,
  mlserver,
  'tensorflow-serving': tensorflowServing,
  torchserve,
  triton,
  vllm,
} as const satisfies Readonly<Record<string, (model: string) => MetricsPreset>>;

export type PresetName = keyof typeof presets;
