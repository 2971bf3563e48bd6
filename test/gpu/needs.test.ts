import { describe, expect, test } from 'vitest';
import { devicesOf, softwareView, unsuitable } from '../../src/gpu/devices.ts';
import { softwareWarnings } from '../../src/gpu/software.ts';
import { memoryFit } from '../../src/gpu/memory-fit.ts';
import { type GpuNeeds, gpuNeeds } from '../../src/gpu/needs.ts';
import { parseReport } from '../../src/gpu/nvidia/report.ts';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { config } from '../smoke/fixture/project.ts';
import { derived, real } from './nvidia/documents.ts';
import { noNeeds } from './no-needs.ts';

const vllm = { ...config, server: { ...config.server, type: 'vllm' as const } };
const model = (dtypes: string[], format = 'safetensors', more: Readonly<Record<string, number>> = {}) =>
  ({
    validate: {
      model: {
        bytes: 7 * 2 ** 30,
        files: [{ path: 'model.safetensors', bytes: 7 * 2 ** 30, format, facts: { dtypes, ...more } }],
      },
    } as unknown as ValidateEvidence,
  }) as const;

describe('what image and model need', () => {
  test('nothing is known of a plain project', () => {
    expect(gpuNeeds(config, {}, '')).toEqual({
      count: 1,
      memoryBytes: null,
      weightsBytes: null,
      weightsNote: '',
      weightsCertain: false,
      capability: null,
      advised: null,
      driver: null,
      engine: null,
    });
  });

  test('memory and number from resources.gpu, the size from validate', () => {
    const asked = { ...config, resources: { ...config.resources, gpu: { count: 2, memory: '16Gi' } } };
    expect(gpuNeeds(asked, model([]), '')).toMatchObject({
      count: 2,
      memoryBytes: 16 * 2 ** 30,
      weightsBytes: 7 * 2 ** 30,
    });
  });

  test('the driver from CUDA in packages and base', () => {
    expect(gpuNeeds(config, {}, 'torch==2.9.1+cu130\n').driver).toEqual({
      least: 580,
      because: 'CUDA 13 (torch==2.9.1+cu130)',
      forward: false,
    });
    const based = { ...config, image: { ...config.image, base: 'nvidia/cuda:12.8.1-runtime-ubuntu24.04' } };
    expect(gpuNeeds(based, {}, '').driver?.least).toBe(525);
  });

  test('compute capability from the types that vLLM computes with', () => {
    expect(gpuNeeds(vllm, model(['BF16', 'F8_E4M3']), '')).toMatchObject({
      capability: { least: 8, because: 'weights of BF16' },
      advised: { least: 8.9, because: 'weights of F8_E4M3' },
    });
    expect(gpuNeeds(vllm, model(['F4']), '').capability).toBeNull();
    const half = { ...vllm, server: { ...vllm.server, vllm: { ...vllm.server.vllm, dtype: 'float16' as const } } };
    expect(gpuNeeds(half, model(['BF16']), '').capability).toBeNull();
    const asked = { ...vllm, server: { ...vllm.server, vllm: { ...vllm.server.vllm, dtype: 'bfloat16' as const } } };
    expect(gpuNeeds(asked, {}, '').capability?.least).toBe(8);
    // Other servers convert what the GPU cannot compute with.
    expect(gpuNeeds(config, model(['BF16']), '').capability).toBeNull();
  });

  test('vLLM computes float32 weights in 16 bits unless told otherwise', () => {
    expect(gpuNeeds(vllm, model(['F32']), '')).toMatchObject({
      weightsBytes: 3.5 * 2 ** 30,
      weightsNote: 'float32 in 16 bits, as vLLM computes with it',
    });
    const whole = { ...vllm, server: { ...vllm.server, vllm: { ...vllm.server.vllm, dtype: 'float32' as const } } };
    expect(gpuNeeds(whole, model(['F32']), '').weightsBytes).toBe(7 * 2 ** 30);
    expect(gpuNeeds(config, model(['F32']), '').weightsBytes).toBe(7 * 2 ** 30);
  });

  test('where only a part is float32, at most that part is smaller', () => {
    const bytes = 7 * 2 ** 30;
    const sizeOf = (dtypes: string[], parameters: number) =>
      gpuNeeds(vllm, model(dtypes, 'safetensors', { parameters }), '').weightsBytes;
    // Positions are whole numbers in many models of a few years ago.
    expect(sizeOf(['F32', 'I64'], bytes / 4)).toBe(bytes / 2);
    // float8 with factors in float32: a thousandth of the numbers.
    expect(sizeOf(['BF16', 'F32', 'F8_E4M3'], bytes / 1.003)).toBeGreaterThan(bytes * 0.99);
    expect(sizeOf(['BF16', 'F32'], bytes / 3)).toBeCloseTo(bytes - bytes / 3);
  });

  test('that the weights go to the GPU is certain of vLLM alone, unless it is told otherwise', () => {
    const certain = (args: string[], memory: string | null = null) => {
      const gpu = { count: 1, memory, resource: 'nvidia.com/gpu' };
      const server = { ...vllm.server, vllm: { ...vllm.server.vllm, args } };
      const asked = { ...vllm, server, resources: { ...vllm.resources, gpu } };
      return gpuNeeds(asked, model(['BF16']), '').weightsCertain;
    };
    expect(certain([])).toBe(true);
    expect(certain(['--max-num-seqs=8', '--enable-prefix-caching', '--tool-call-parser', 'hermes'])).toBe(true);
    for (const args of [
      ['--quantization=fp8'],
      ['-q', 'bitsandbytes'],
      ['--cpu-offload-gb', '8'],
      ['--load-format=bitsandbytes'],
      ['--pipeline-parallel-size=2'],
      ['--config', '/model/vllm.yaml'],
      ['--hf-overrides={"num_hidden_layers": 2}'],
    ]) {
      expect(certain(args), args.join(' ')).toBe(false);
    }
    expect(certain([], '16Gi')).toBe(false);
    expect(gpuNeeds(config, model(['BF16']), '').weightsCertain).toBe(false);
  });

  test('a TensorRT engine is told', () => {
    expect(gpuNeeds(config, model([], 'tensorrt'), '').engine).toMatchObject({
      path: 'model.safetensors',
      version: null,
    });
  });
});

describe('the memory of a GPU', () => {
  const gib = 2 ** 30;
  const fit = (needs: Partial<GpuNeeds>) => memoryFit(24 * gib, { ...noNeeds, ...needs });

  test('is compared with what certainly is loaded, and refused with the arithmetic', () => {
    expect(fit({ weightsBytes: 30 * gib, weightsCertain: true, weightsNote: 'without b' })).toEqual({
      reasons: [
        "the model's files alone take 30.0 GiB (without b), its memory is 24.0 GiB (resources.gpu.memory goes before this estimate)",
      ],
      warnings: [],
    });
    expect(fit({ weightsBytes: 60 * gib, weightsCertain: true, count: 2 }).reasons).toEqual([
      expect.stringContaining('its memory is 2 x 24.0 GiB = 48.0 GiB'),
    ]);
  });

  test.each<[string, Partial<GpuNeeds>]>([
    ['a server that may keep a part elsewhere', { weightsBytes: 30 * gib }],
    ['files of which a little is not loaded', { weightsBytes: 26 * gib, weightsCertain: true }],
  ])('is a warning for %s', (_, needs) => {
    expect(fit(needs)).toEqual({
      reasons: [],
      warnings: [expect.stringMatching(/take (30|26)\.0 GiB, its memory is 24\.0 GiB: it only fits if/)],
    });
  });

  test('is enough, or not known: nothing is to be said', () => {
    const nothing = { reasons: [], warnings: [] };
    expect(fit({ weightsBytes: 20 * gib, weightsCertain: true, memoryBytes: 16 * gib })).toEqual(nothing);
    expect(memoryFit(null, { ...noNeeds, weightsBytes: 90 * gib, weightsCertain: true })).toEqual(nothing);
  });
});

describe('devices that will not do', () => {
  const reasons = (xml: string, driver: string | null, needs: Partial<ReturnType<typeof gpuNeeds>>) => {
    const report = parseReport(xml);
    const [device] = report === null ? [] : devicesOf(report);
    if (device === undefined) throw new Error('no device');
    return unsuitable(device, driver, { ...gpuNeeds(config, {}, ''), ...needs });
  };

  test('an old driver and an old GPU', () => {
    const driver = { least: 580, because: 'CUDA 13 (torch==2.9.1+cu130)', forward: false };
    expect(reasons(real('tesla-t4'), '515.105.01', { driver })).toEqual([
      'CUDA 13 (torch==2.9.1+cu130) needs a driver of version 580 or later, it is 515.105.01',
    ]);
    const capability = { least: 8.9, because: 'weights of F8_E4M3' };
    expect(reasons(real('tesla-t4'), null, { capability })).toEqual([
      'weights of F8_E4M3 need compute capability 8.9, it has 7.5',
    ]);
    expect(reasons(derived['l4-550']?.() ?? '', '550.54.15', { capability })).toEqual([]);
  });

  test('libraries of a newer driver in the image: a warning where they can be used, and else a reason', () => {
    const base = { ...config, image: { ...config.image, base: 'nvidia/cuda:13.0.1-runtime-ubuntu24.04' } };
    const { driver } = gpuNeeds(base, {}, '');
    expect(driver).toMatchObject({ least: 580, forward: true });
    expect(reasons(real('tesla-t4'), '535.104.05', { driver })).toEqual([]);
    const report = parseReport(real('tesla-t4'));
    const [device] = report === null ? [] : devicesOf(report);
    const needs = { ...gpuNeeds(base, {}, '') };
    expect(device === undefined ? [] : softwareWarnings(softwareView(device, '535.104.05'), needs)).toEqual([
      expect.stringMatching(
        /needs a driver of version 580 or later, it is 535\.104\.05: it runs only with .*cuda-compat/,
      ),
    ]);
    expect(device === undefined ? [] : softwareWarnings(softwareView(device, '580.65.06'), needs)).toEqual([]);
    const geforce = real('tesla-t4').replace(/<product_name>[^<]*/, '<product_name>NVIDIA GeForce RTX 3090');
    expect(reasons(geforce, '535.104.05', { driver })).toEqual([
      expect.stringContaining('needs a driver of version 580 or later, it is 535.104.05'),
    ]);
    // The packages need CUDA 13, the libraries in the base are those of 12.
    const older = { ...config, image: { ...config.image, base: 'nvidia/cuda:12.8.1-runtime-ubuntu24.04' } };
    expect(gpuNeeds(older, {}, 'torch==2.9.1+cu130').driver).toMatchObject({ least: 580, forward: false });
  });
});
