import { posix } from 'node:path';
import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import { inside } from './inside.ts';
import { readObject } from './json-file.ts';
import type { Unit } from './unit.ts';

/** Settings of vLLM that name what is loaded: a folder, or a model of a hub. */
const places = [
  'model',
  'tokenizer',
  'hf_config_path',
  'speculative_model',
  'draft_model',
  'qlora_adapter_name_or_path',
];
/** So many folders of an absolute path are tried as the place where the repository stands. */
const maxDepth = 32;

/** Checks that what a version of Triton's vLLM backend loads is in the unit: `model.json`, `multi_lora.json`. */
export async function checkVllm(unit: Unit, folder: string): Promise<void> {
  const settings = unit.file(posix.join(folder, 'model.json'));
  if (settings !== undefined) {
    const fields = await readObject(unit, settings);
    const add = (message: string): void => unit.add(settings, 'triton/remote-weights', null, message);
    if (fields?.has('model') === false) add('It names no model: vLLM would load one of its own choice.');
    const nested = fields?.get('speculative_config');
    const named = [fields, nested instanceof Map ? (nested as ReadonlyMap<string, Json>) : null];
    for (const place of named.flatMap((one) => places.map((key) => [key, one?.get(key)] as const))) {
      const problem = typeof place[1] === 'string' ? problemOf(unit, folder, place[1]) : null;
      if (problem !== null) add(`${place[0]} is ${problem}.`);
    }
  }
  const adapters = unit.file(posix.join(folder, 'multi_lora.json'));
  if (adapters === undefined) return;
  for (const [name, place] of (await readObject(unit, adapters)) ?? []) {
    const problem = typeof place === 'string' ? problemOf(unit, folder, place) : null;
    if (problem !== null) unit.add(adapters, 'triton/remote-weights', null, `${printable(name)} is ${problem}.`);
  }
}

function problemOf(unit: Unit, folder: string, place: string): string | null {
  const shown = `"${printable(place)}"`;
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(place) && !place.startsWith('.')) return `${shown}, the name of a model of a hub`;
  const path = posix.normalize(place).replace(/\/$/, '');
  const parts = path.split('/').slice(1);
  // Where the repository will stand is not known here: the end of the path tells.
  const candidates = path.startsWith('/')
    ? parts.slice(0, maxDepth).map((_, index) => parts.slice(index).join('/'))
    : [posix.join(folder, path), path].flatMap((one) => inside('.', one) ?? []);
  const isThere = candidates.some((one) => unit.file(one) !== undefined || unit.below(one).length > 0);
  return isThere ? null : `${shown}, which is not in the folder that is judged`;
}
