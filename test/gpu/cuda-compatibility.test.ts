import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { checkCuda } from '../../src/gpu/cuda-compatibility.ts';

const slim = 'docker.io/library/python:3.12-slim';
const check = (base: string, requirements: string, nodeSelector: Readonly<Record<string, string>> = {}) =>
  checkCuda({ base, requirements: [requirements], nodeSelector });

describe('CUDA before the build', () => {
  it.each([
    [slim, 'torch==2.9.1+cu130\n', 580, 'torch==2.9.1+cu130'],
    [slim, 'nvidia-cudnn-cu12==9.1.0.70 \\\n  --hash=sha256:00\n', 525, 'nvidia-cudnn-cu12==9.1.0.70'],
    [
      slim,
      '--extra-index-url https://download.pytorch.org/whl/cu118\ntorch==2.4\n',
      450,
      expect.stringContaining('cu118'),
    ],
    ['docker.io/nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04', '', 525, expect.stringContaining('12.8.1')],
    ['pytorch/pytorch:2.9.1-cuda13.0-cudnn9-runtime', '', 580, expect.any(String)],
  ])('%s with %j needs the driver %i', (base, requirements, minimum, from) => {
    const report = check(base, requirements);
    expect(report.driver).toMatchObject({ minimum, because: { from: from as string } });
    expect(report.conflict).toBeNull();
    expect(report.warnings).toEqual([]);
  });

  it('knows our own packages for ONNX Runtime on a GPU', () => {
    const file = new URL('../../src/server/fastapi/requirements-onnxruntime-gpu.txt', import.meta.url);
    const report = check(slim, readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ driver: { minimum: 580 }, warnings: [] });
  });

  it('says nothing where there is no CUDA', () => {
    expect(check(slim, 'torch==2.9.1+cpu\nnumpy==2.4.6\n')).toEqual({ driver: null, warnings: [], conflict: null });
  });

  it('warns of what is there twice, or does not go together', () => {
    expect(check('nvidia/cuda:12.4.1-devel-ubuntu22.04', '').warnings).toEqual([
      expect.stringContaining('runtime variant'),
    ]);
    expect(check('nvidia/cuda:12.4.1-runtime-ubuntu22.04', 'torch==2.9.1+cu130').warnings).toEqual([
      expect.stringContaining('another one than CUDA 12 of the base'),
    ]);
    expect(check(slim, 'torch==2.9.1+cu130\nnvidia-cudnn-cu12==9.1\n').warnings).toEqual([
      expect.stringContaining('may not get along'),
    ]);
  });

  it('refuses nodes whose driver is too old', () => {
    const selector = { 'nvidia.com/cuda.driver-version.major': '550' };
    expect(check(slim, 'torch==2.9.1+cu130', selector).conflict).toMatch(/needs a driver of version 580 or later.*550/);
    expect(check(slim, 'torch==2.6.0+cu126', selector).conflict).toBeNull();
  });
});
