import { posix } from 'node:path';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import { readObject } from './json-file.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

/** What `torch.save` writes. */
const pickled = ['torch', 'torch-legacy', 'pickle'];
const indexName = /\.(safetensors|bin)\.index(\..+)?\.json$/;

/** Weights in several files with an index: `model.safetensors.index.json`, `pytorch_model.bin.index.json`. */
export const shards: Layout = {
  id: 'shards',
  check: async (unit) => {
    for (const file of unit.files) if (indexName.test(file.entry.path)) await checkIndex(unit, file);
    return {};
  },
};

async function checkIndex(unit: Unit, index: InspectedFile): Promise<void> {
  const content = await readObject(unit, index);
  const map = content?.get('weight_map');
  if (content === null || !(map instanceof Map)) {
    unit.add(index, 'shards/index', null, 'There is no object weight_map.');
    return;
  }
  const folder = posix.dirname(index.entry.path);
  const byShard = new Map<string, Set<string>>();
  for (const [tensor, shard] of map as ReadonlyMap<string, Json>) {
    if (typeof shard !== 'string') {
      unit.add(index, 'shards/index', null, `The shard of "${printable(tensor)}" is no text.`);
      return;
    }
    byShard.set(shard, (byShard.get(shard) ?? new Set()).add(tensor));
  }
  let bytes: number | null = 0;
  for (const [shard, tensors] of byShard) {
    const size = checkShard(unit, index, folder, shard, tensors);
    checkKind(unit, index, folder, shard);
    bytes = bytes === null || size === null ? null : bytes + size;
  }
  checkExtra(unit, index, folder, byShard);
  const metadata = content.get('metadata');
  const total = metadata instanceof Map ? (metadata as ReadonlyMap<string, Json>).get('total_size') : undefined;
  if (typeof total === 'number' && bytes !== null && total !== bytes) {
    unit.add(index, 'shards/total-size', null, `total_size is ${total}, but the tensors have ${bytes} bytes.`);
  }
}

/** Bytes of the tensors that the index places in the shard; null when that is not known. */
function checkShard(
  unit: Unit,
  index: InspectedFile,
  folder: string,
  shard: string,
  tensors: ReadonlySet<string>,
): number | null {
  if (/[/\\]|^\.\.?$/.test(shard)) {
    unit.add(index, 'shards/path', null, `The shard "${printable(shard)}" is a path.`);
    return null;
  }
  const file = unit.file(posix.join(folder, shard));
  if (file === undefined) {
    unit.add(index, 'shards/missing', null, `The shard "${printable(shard)}" is not there.`);
    return null;
  }
  const table = file.inspected.tensors;
  if (table === undefined) return null;
  const there = new Map(table.map(({ name, bytes }) => [name, bytes]));
  for (const tensor of tensors) {
    if (there.has(tensor)) continue;
    const message = `The index says that "${printable(tensor)}" is in "${printable(shard)}", but it is not.`;
    unit.add(index, 'shards/mismatch', null, message);
  }
  for (const name of there.keys()) {
    if (tensors.has(name)) continue;
    unit.add(file, 'shards/extra', null, `"${printable(name)}" is in the shard, but the index does not say so.`);
  }
  return [...there.values()].reduce((sum, size) => sum + size, 0);
}

/** Loaders take a shard for what the name of the index says, whatever its own name is. */
function checkKind(unit: Unit, index: InspectedFile, folder: string, shard: string): void {
  const file = unit.file(posix.join(folder, shard));
  if (file === undefined) return;
  const kinds = /\.safetensors\.index\./.test(index.entry.path) ? ['safetensors'] : pickled;
  const { format } = unit.inspected(file);
  if (kinds.includes(format) || format === 'none') return;
  unit.add(index, 'shards/mismatch', null, `The shard "${printable(shard)}" is of the format ${format}.`);
}

/** Shards of the same series that the index does not name. */
function checkExtra(unit: Unit, index: InspectedFile, folder: string, named: ReadonlyMap<string, unknown>): void {
  const series = new Set([...named.keys()].map(seriesOf));
  for (const file of unit.files) {
    if (posix.dirname(file.entry.path) !== folder) continue;
    const name = posix.basename(file.entry.path);
    const own = seriesOf(name);
    if (own === null || !series.has(own) || named.has(name)) continue;
    unit.add(file, 'shards/extra', null, `The index ${printable(posix.basename(index.entry.path))} does not name it.`);
  }
}

/** `model-?.safetensors` of `model-00001-of-00002.safetensors`; null for other names. */
function seriesOf(name: string): string | null {
  const match = /^(.*)-\d+-of-\d+(\..*)$/.exec(name);
  return match === null ? null : `${match[1]}-?${match[2]}`;
}
