import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilityOf } from '../../../src/gpu/capability.ts';
import type { Policy } from '../../../src/model/policy.ts';
import { validatePath, type Validated } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { float32, safetensorsFile, type WrittenTensor } from '../safetensors-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'advice-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const many = 1_048_576;

function tensor(values: (index: number) => number, count = many): WrittenTensor {
  return { dtype: 'F32', shape: [count], data: float32(Array.from({ length: count }, (_, index) => values(index))) };
}

async function judge(
  files: Readonly<Record<string, Buffer | string>>,
  policy: Partial<Policy> = {},
): Promise<Validated> {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return validatePath(root, { policy }, silentReporter, new AbortController().signal);
}

function findings({ model }: Validated): string[] {
  return model.files.flatMap((file) =>
    file.findings.map(({ rule, message }) => `${file.path}: ${rule}: ${message.replaceAll('\u00a0', ' ')}`),
  );
}

describe('size advice', () => {
  it('proves that bfloat16 holds the same values, and says what that saves', async () => {
    const exact = tensor((index) => (index % 256) - 128);
    const found = await judge({ 'model.safetensors': safetensorsFile({ w: exact, v: tensor(Math.sin) }) });
    expect(found.verdict).toBe('clean');
    expect(findings(found)).toEqual([
      expect.stringContaining(
        'size/bfloat16: 1 of 2 float32 tensors ("w") have only values that bfloat16 holds, checked on all 1,048,576 elements: 2.1 MB of 8.4 MB can go.',
      ),
    ]);
  });

  it('says nothing when a single element does not fit', async () => {
    const almost = tensor((index) => (index === many - 1 ? 0.1 : index % 256));
    expect(findings(await judge({ 'model.safetensors': safetensorsFile({ w: almost }) }))).toEqual([]);
  });

  it('finds equal tensors, also in two files, constant ones, and what is no number', async () => {
    const w = tensor(Math.sin);
    const found = await judge({
      'a.safetensors': safetensorsFile({ w, zeros: tensor(() => 0), x: tensor((index) => Math.cos(index)) }),
      'b.safetensors': safetensorsFile({
        tied: w,
        broken: tensor((index) => [Math.tan(index), Number.NaN, Infinity, 1][index % 4] ?? 0),
      }),
    });
    expect(found.verdict).toBe('clean');
    expect(findings(found).map((line) => line.replace(/ (The|One number|Every) .*/, ''))).toEqual([
      'a.safetensors: size/constant-tensors: One value everywhere: 1 tensor of 4.2 MB ("zeros").',
      'a.safetensors: size/duplicate-tensors: Tensors with equal data: "w" = "tied". 4.2 MB can go.',
      'b.safetensors: size/not-finite: In 1 tensor ("broken"), 262,144 elements are not a number and 262,144 are infinite: 50 % of all.',
    ]);
  });

  it('finds what training left behind, and weights in several forms', async () => {
    const small = tensor(Math.sin, 4);
    const found = await judge({
      'model.safetensors': safetensorsFile({ w: small, 'state.0.exp_avg_sq': small }),
      'pytorch_model.bin': 'neither',
      'other/optimizer.pt': 'nor',
      'other/tf_model.h5': 'x',
    });
    const rules = findings(found).filter((line) => line.includes('size/'));
    expect(rules.map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'model.safetensors size/optimizer-state',
      'model.safetensors size/duplicate-formats',
      'other/optimizer.pt size/optimizer-state',
    ]);
  });
});

describe('the GPU that is asked for', () => {
  const weights = {
    'model.safetensors': safetensorsFile({
      w: tensor(Math.sin),
      b: { dtype: 'BF16', shape: [4], data: Buffer.alloc(8) },
    }),
  };
  const gpu = { count: 1, memoryBytes: null, capability: null };

  it('has to hold the weights', async () => {
    const found = await judge(weights, { gpu: { ...gpu, memoryBytes: 1024 * 1024 } });
    expect(found.verdict).toBe('unsafe');
    expect(findings(found)).toEqual([
      expect.stringContaining('The weights take 4.2 MB; resources.gpu asks for 1.0 MB'),
    ]);
    expect(findings(await judge(weights, { gpu: { ...gpu, count: 5, memoryBytes: 1024 * 1024 } }))).toEqual([
      expect.stringContaining('size/gpu-tight'),
    ]);
    expect(findings(await judge(weights, { gpu: { ...gpu, memoryBytes: 2 ** 34 } }))).toEqual([]);
  });

  it('counts the cache of a language model', async () => {
    const config = {
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      hidden_size: 4096,
      max_position_embeddings: 131072,
    };
    const files = { ...weights, 'config.json': JSON.stringify(config) };
    const found = await judge(files, { gpu: { ...gpu, memoryBytes: 2 ** 34 } });
    expect(findings(found)).toEqual([
      expect.stringContaining('17.2 GB for the keys and values of one request of 131072 tokens'),
    ]);
  });

  it('has to compute with the type', async () => {
    expect(findings(await judge(weights, { gpu: { ...gpu, capability: 7.5 } }))).toEqual([
      expect.stringContaining(
        'size/device-type: 8 B of BF16 need compute capability 8; deploy.nodeSelector asks for a GPU with 7.5.',
      ),
    ]);
    expect(findings(await judge(weights, { gpu: { ...gpu, capability: 8 } }))).toEqual([]);
  });

  it.each([
    [{ 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' }, 8],
    [{ 'nvidia.com/gpu.product': 'Tesla-T4' }, 7.5],
    [{ 'nvidia.com/gpu.product': 'NVIDIA-A10G' }, 8.6],
    [{ 'cloud.google.com/gke-accelerator': 'nvidia-l4' }, 8.9],
    [{ 'nvidia.com/gpu.compute.major': '9', 'nvidia.com/gpu.compute.minor': '0' }, 9],
    [{ 'nvidia.com/gpu.product': 'Something-New' }, null],
    [{}, null],
  ])('is told by a node selector: %j', (selector: Record<string, string>, capability) => {
    expect(capabilityOf(selector)).toBe(capability);
  });
});
