import { readFile } from 'node:fs/promises';
import { bytes } from '../../report/format.ts';
import { largest, type WholeModel } from '../checks/check.ts';
import type { GpuPolicy, Policy } from '../policy.ts';
import type { TensorFacts } from '../tensors.ts';

/** The compute capability from which on a GPU computes with a type. Source: CUDA programming guide, arithmetic throughput. */
const needed: readonly (readonly [RegExp, number])[] = [
  [/^F4/, 10],
  [/^F6/, 10],
  [/^F8/, 8.9],
  [/^BF16$/, 8],
  [/^F16$/, 5.3],
];

/** What the runtime needs beside the weights: activations and workspaces as a share, the context of CUDA in bytes. */
const overhead = { share: 0.2, fixed: 512 * 1024 * 1024 } as const;

/** Weights below this are not worth advice about their type. Bytes. */
const large = 64 * 1024 * 1024;

/** Types and memory of the weights against the GPUs that the configuration asks for. */
export async function deviceAdvice(model: WholeModel, { gpu }: Policy): Promise<void> {
  if (gpu === null) return;
  const tensors = model.files.flatMap(({ inspected }) => inspected.tensors ?? []);
  const types = Map.groupBy(tensors, ({ dtype }) => dtype);
  unsupported(model, types, gpu);
  wide(model, types);
  await memory(model, size(tensors), gpu);
}

function unsupported(
  model: WholeModel,
  types: ReadonlyMap<string, readonly TensorFacts[]>,
  { capability }: GpuPolicy,
): void {
  if (capability === null) return;
  for (const [dtype, tensors] of types) {
    const least = needed.find(([pattern]) => pattern.test(dtype))?.[1] ?? 0;
    if (capability >= least) continue;
    const what = `${bytes(size(tensors))} of ${dtype} need compute capability ${least}; deploy.nodeSelector asks for a GPU with ${capability}.`;
    largest(model)?.findings.add('size/device-type', null, what);
  }
}

function wide(model: WholeModel, types: ReadonlyMap<string, readonly TensorFacts[]>): void {
  const all = size([...types.values()].flat());
  const float32 = size(types.get('F32') ?? []);
  if (float32 < large || float32 * 2 < all) return;
  const histogram = [...types]
    .map(([dtype, tensors]) => ({ dtype, total: size(tensors) }))
    .toSorted((a, b) => b.total - a.total)
    .map(({ dtype, total }) => `${dtype} ${bytes(total)}`)
    .join(', ');
  largest(model)?.findings.add(
    'size/float32',
    null,
    `The weights are ${histogram}; 16 bits instead of float32 save ${bytes(float32 / 2)}.`,
  );
}

async function memory(model: WholeModel, tensorBytes: number, { count, memoryBytes }: GpuPolicy): Promise<void> {
  if (memoryBytes === null || tensorBytes === 0) return;
  const there = memoryBytes * count;
  const asked = `${count === 1 ? '' : `${count} x `}${bytes(memoryBytes)} of GPU memory`;
  if (tensorBytes > there) {
    largest(model)?.findings.add(
      'size/gpu-memory',
      null,
      `The weights take ${bytes(tensorBytes)}; resources.gpu asks for ${asked}.`,
    );
    return;
  }
  const cache = await cacheBytes(model);
  const needs = tensorBytes * (1 + overhead.share) + overhead.fixed * count + (cache?.bytes ?? 0);
  if (needs <= there) return;
  const also =
    cache === null
      ? ''
      : `, and ${bytes(cache.bytes)} for the keys and values of one request of ${cache.context} tokens`;
  largest(model)?.findings.add(
    'size/gpu-tight',
    null,
    `About ${bytes(needs)} are needed: ${bytes(tensorBytes)} of weights, a fifth of that for activations, ${bytes(overhead.fixed)} per GPU for CUDA${also}. resources.gpu asks for ${asked}.`,
  );
}

/** Keys and values of one request with a full context, in 16 bits, from config.json; null when it does not tell. */
async function cacheBytes(model: WholeModel): Promise<{ bytes: number; context: number } | null> {
  const file = model.files.find(({ entry }) => entry.path === 'config.json')?.entry.file ?? null;
  if (file === null) return null;
  const config = await readFile(file, 'utf8')
    .then(
      (text): unknown => JSON.parse(text),
      () => null,
    )
    .catch(() => null);
  if (typeof config !== 'object' || config === null) return null;
  const number = (key: string): number | null => {
    const value = (config as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 1e7 ? value : null;
  };
  const layers = number('num_hidden_layers');
  const heads = number('num_attention_heads');
  const hidden = number('hidden_size');
  const context = number('max_position_embeddings');
  if (layers === null || heads === null || hidden === null || context === null) return null;
  const perHead = number('head_dim') ?? hidden / heads;
  return { bytes: 2 * 2 * layers * (number('num_key_value_heads') ?? heads) * perHead * context, context };
}

function size(tensors: readonly TensorFacts[]): number {
  return tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
}
