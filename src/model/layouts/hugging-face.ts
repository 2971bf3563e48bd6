import { posix } from 'node:path';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import { readJson, readObject } from './json-file.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

/** Words of `torch_dtype` for the dtypes of safetensors. */
const torchDtypes: Readonly<Record<string, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

/** Classes of sentence-transformers itself. */
const ownModule = /^sentence_transformers\.[\w.]+$/;

/** Folders as the libraries of Hugging Face write and cache them. */
export const huggingFace: Layout = {
  id: 'hugging-face',
  check: async (unit) => {
    for (const file of unit.named('config.json')) await checkConfig(unit, file);
    for (const file of unit.named('modules.json')) await checkModules(unit, file);
    for (const file of unit.named('router_config.json')) await checkTypes(unit, file);
    accountForCache(unit);
    return {};
  },
};

/** The type of the weights that the configuration promises, against the one that most of them have. */
async function checkConfig(unit: Unit, file: InspectedFile): Promise<void> {
  const config = await readObject(unit, file);
  if (config === null || !config.has('model_type') || config.has('quantization_config')) return;
  const promised = config.get('torch_dtype') ?? config.get('dtype');
  if (typeof promised !== 'string' || !Object.values(torchDtypes).includes(promised)) return;
  const folder = posix.dirname(file.entry.path);
  const bytes = new Map<string, number>();
  for (const { entry, inspected } of unit.files) {
    if (posix.dirname(entry.path) !== folder || inspected.format !== 'safetensors') continue;
    for (const tensor of inspected.tensors ?? []) {
      bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.bytes);
    }
  }
  const [most] = [...bytes].toSorted((a, b) => b[1] - a[1])[0] ?? [];
  const found = most === undefined ? undefined : torchDtypes[most];
  if (found === undefined || found === promised) return;
  unit.add(file, 'hugging-face/dtype', null, `torch_dtype is ${promised}, but most of the weights are ${found}.`);
}

/** The modules of sentence-transformers: folders inside, classes of the library. */
async function checkModules(unit: Unit, file: InspectedFile): Promise<void> {
  const modules = await readJson(unit, file);
  if (!Array.isArray(modules)) return;
  const folder = posix.dirname(file.entry.path);
  for (const module of modules as readonly Json[]) {
    if (!(module instanceof Map)) return;
    const fields: ReadonlyMap<string, Json> = module;
    const [type, path] = [fields.get('type'), fields.get('path')];
    if (typeof type !== 'string' || typeof path !== 'string') return;
    if (!ownModule.test(type)) unit.add(file, 'hugging-face/module', null, `A module has the type ${printable(type)}.`);
    const target = posix.join(folder, path === '' ? '.' : path);
    if (path.startsWith('/') || path.includes('\\') || target === '..' || target.startsWith('../')) {
      unit.add(file, 'hugging-face/path', null, `A module has the path "${printable(path)}".`);
    } else if (/\.(Asym|Router)$/.test(type)) {
      const config = unit.file(posix.join(target, 'config.json'));
      if (config !== undefined) await checkTypes(unit, config);
    } else if (unit.below(target.replace(/\/$/, '')).length === 0 && !isOptional(type)) {
      unit.add(file, 'hugging-face/missing', null, `The folder "${printable(path)}" of a module is not there.`);
    }
  }
}

/** Modules that lead to others name their classes themselves. */
async function checkTypes(unit: Unit, file: InspectedFile): Promise<void> {
  const types = (await readObject(unit, file))?.get('types');
  if (!(types instanceof Map)) return;
  for (const type of (types as ReadonlyMap<string, Json>).values()) {
    if (typeof type === 'string' && ownModule.test(type)) continue;
    unit.add(file, 'hugging-face/module', null, `A module has the type ${printable(JSON.stringify(type))}.`);
  }
}

/** Modules without settings, whose empty folders Git and downloads leave out. */
function isOptional(type: string): boolean {
  return /\.(Normalize|Transformer)$/.test(type);
}

/** The cache keeps contents in `blobs`, named by their hashes, with links to them, and revisions in `refs`. */
function accountForCache(unit: Unit): void {
  const links = new Map<string, InspectedFile>();
  for (const file of unit.files) {
    if (file.entry.file !== null && /(^|\/)snapshots\//.test(file.entry.path)) links.set(file.entry.file, file);
  }
  if (links.size === 0) return;
  for (const file of unit.files) {
    const { path } = file.entry;
    const link = file.entry.file === null ? undefined : links.get(file.entry.file);
    if (/(^|\/)blobs\/[0-9a-f]{40,64}$/.test(path) && link !== undefined && link !== file) {
      unit.account(file, unit.inspected(link).format);
    } else if (/(^|\/)refs\//.test(path) && file.bytes === 40) {
      unit.account(file, 'hugging-face-ref');
    }
  }
}
