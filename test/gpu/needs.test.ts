import { describe, expect, test } from 'vitest';
import { devicesOf, unsuitable } from '../../src/gpu/devices.ts';
import { gpuNeeds } from '../../src/gpu/needs.ts';
import { parseReport } from '../../src/gpu/nvidia/report.ts';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { config } from '../smoke/fixture/project.ts';
import { derived, real } from './nvidia/documents.ts';

const vllm = { ...config, server: { ...config.server, type: 'vllm' as const } };
const model = (dtypes: string[], format = 'safetensors') =>
  ({
    validate: {
      model: { bytes: 7 * 2 ** 30, files: [{ path: 'model.x', format, facts: { dtypes } }] },
    } as unknown as ValidateEvidence,
  }) as const;

describe('what image and model need', () => {
  test('nothing is known of a plain project', () => {
    expect(gpuNeeds(config, {}, '')).toEqual({
      count: 1,
      memoryBytes: null,
      weightsBytes: null,
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

  test('a TensorRT engine is told', () => {
    expect(gpuNeeds(config, model([], 'tensorrt'), '').engine).toBe('model.x');
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
    const driver = { least: 580, because: 'CUDA 13 (torch==2.9.1+cu130)' };
    expect(reasons(real('tesla-t4'), '515.105.01', { driver })).toEqual([
      'CUDA 13 (torch==2.9.1+cu130) needs a driver of version 580 or later, it is 515.105.01',
    ]);
    const capability = { least: 8.9, because: 'weights of F8_E4M3' };
    expect(reasons(real('tesla-t4'), null, { capability })).toEqual([
      'weights of F8_E4M3 need compute capability 8.9, it has 7.5',
    ]);
    expect(reasons(derived['l4-550']?.() ?? '', '550.54.15', { capability })).toEqual([]);
  });
});
