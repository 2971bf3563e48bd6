import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import { readObject } from './json-file.ts';
import type { Layout } from './layout.ts';

/** Libraries whose classes pipelines are made of, and modules of diffusers' own pipelines; other names are imported from anywhere. */
const libraries: ReadonlySet<string> = new Set([
  'diffusers',
  'transformers',
  'peft',
  'onnxruntime.training',
  'alt_diffusion',
  'audioldm2',
  'blip_diffusion',
  'deepfloyd_if',
  'kandinsky',
  'kandinsky2_2',
  'kolors',
  'latent_diffusion',
  'ltx',
  'musicldm',
  'paint_by_example',
  'shap_e',
  'spectrogram_diffusion',
  'stable_audio',
  'stable_cascade',
  'stable_diffusion',
  'stable_diffusion_gligen',
  'stable_diffusion_safe',
  'stable_diffusion_xl',
  'unidiffuser',
  'versatile_diffusion',
  'vq_diffusion',
  'wuerstchen',
]);

/** Pipelines of diffusers: `model_index.json` names the library and the class of each part. */
export const diffusers: Layout = {
  id: 'diffusers',
  check: async (unit) => {
    for (const file of unit.named('model_index.json')) {
      for (const [name, part] of (await readObject(unit, file)) ?? []) {
        if (!Array.isArray(part) || isUsual(name, part as readonly Json[])) continue;
        const shown = printable(JSON.stringify(part).slice(0, 200));
        unit.add(file, 'hugging-face/module', null, `The part ${printable(name)} is of ${shown}.`);
      }
    }
    return {};
  },
};

function isUsual(name: string, part: readonly Json[]): boolean {
  // The class of the pipeline is a text; a pair names a program of the folder.
  if (name === '_class_name') return false;
  // Other lists are settings, as are names with an underscore before them.
  if (name.startsWith('_') || part.length !== 2 || !part.some((one) => typeof one === 'string')) return true;
  const [library, type] = part;
  return typeof library === 'string' && libraries.has(library) && typeof type === 'string' && /^\w+$/.test(type);
}
